"""A ledger served on this machine, in a thread of the test or as a process of its own."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from servanda.ledger import Ledger
from servanda.web import app_for
from servanda.web.accounts import Accounts, Role

PASSWORD = "a long winter evening"
ROLES = {"Ada": Role.ADMIN, "Edith": Role.EDITOR, "Edgar": Role.EDITOR, "Rita": Role.READER}


@contextmanager
def served(ledger: Ledger, **how: Any) -> Iterator[str]:
    """Yield the address of a real server on a ledger."""
    config = uvicorn.Config(app_for(ledger, **how), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def with_accounts(accounts: Accounts) -> Accounts:
    """Return accounts with one of each role, and two editors."""
    for name, role in ROLES.items():
        accounts.add(name, role, PASSWORD)
    return accounts


class Visitor(httpx.Client):
    """Somebody at a browser: keeps cookies, and sends forms with the token of the page that they are on."""

    def form(self, page: str, path: str | None = None, **fields: Any) -> httpx.Response:
        found = re.search(r'name="token" value="([^"]+)"', self.get(page).text)
        assert found
        return self.post(path or page, data={"token": found[1], **fields})

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return self.form("/sign-in", name=name, password=password, **more)
