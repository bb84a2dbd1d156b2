"""How often a password may be tried: so often for a name, so often from an address.

Invariant: a try is counted before its password is looked at, so that many at once count as many.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from servanda.web.accounts import Accounts, attempts, digest, key_of

WINDOW = 900.0  # seconds in which tries are counted
PER_NAME = 10
PER_ADDRESS = 30


@dataclass(frozen=True, slots=True)
class Attempts:
    """The tries at the accounts of one ledger."""

    accounts: Accounts
    clock: Callable[[], float] = time.time

    def wait(self, name: str, address: str) -> int:
        """Count a try; return 0, or the seconds to wait before another, which was then not counted."""
        at = self.clock()
        whose = ((by_name(name), PER_NAME), (by_address(address), PER_ADDRESS))
        with self.accounts.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.at < at - WINDOW))
            left = max(blocked(connection, key, most, at) for key, most in whose)
            if left <= 0:
                connection.execute(insert(attempts), [{"whose": key, "at": at} for key, _ in whose])
        return max(0, math.ceil(left))

    def succeeded(self, name: str, address: str) -> None:
        """Forget the tries at a name whose password was then known, and this one from the address."""
        with self.accounts.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.whose == by_name(name)))
            last = select(func.max(attempts.c.at)).where(attempts.c.whose == by_address(address)).scalar_subquery()
            own = (attempts.c.whose == by_address(address), attempts.c.at == last)
            connection.execute(delete(attempts).where(*own))


def by_name(name: str) -> str:
    return "name " + digest(key_of(name))[:32]


def by_address(address: str) -> str:
    """Return whose tries are counted together: an address, or the network of a home in IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return f"address {address[:64]}"
    if isinstance(known, ipaddress.IPv6Address):
        return f"address {ipaddress.ip_network((known, 64), strict=False)}"
    return f"address {known}"


def blocked(connection: Connection, whose: str, most: int, at: float) -> float:
    """Return for how many seconds yet nothing may be tried."""
    asked = select(attempts.c.at).where(attempts.c.whose == whose).order_by(attempts.c.at.desc()).limit(most)
    tries = connection.execute(asked).scalars().all()
    return tries[-1] + WINDOW - at if len(tries) == most else 0.0
