"""``servanda serve``: the web app, on this machine, or with accounts for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.door import DONE, LedgerPath, command
from servanda.cli.judging import By, author

if TYPE_CHECKING:
    from socket import socket


@command("serve")
def serve(
    ledger: LedgerPath = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; others need accounts.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="At which port.", min=0, max=65535)] = 8230,
    names: Annotated[
        list[str] | None, typer.Option("--name", help="A host name under which others reach it.", metavar="NAME")
    ] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="For https.", metavar="FILE.pem")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The certificate's key.", metavar="FILE.pem")] = None,
    workers: Annotated[
        int, typer.Option("--workers", help="Processes that answer; more for many readers.", min=1, max=32)
    ] = 1,
    by: By = None,
) -> int:
    """Open the ledger in a browser; the REST API is under /api/v1.

    Without accounts it is open, and for this machine only. With accounts (servanda accounts)
    everybody signs in, and it may listen elsewhere, behind https.

    \b
    Examples:
      servanda serve
      servanda serve --ledger desk.db --port 8300
      servanda serve --host 0.0.0.0 --name ledger.example.org --certificate cert.pem --key key.pem
      servanda serve --name ledger.example.org --workers 4
    """
    from servanda.ledger import Ledger
    from servanda.problems import QueryError

    try:
        import argon2  # noqa: F401

        from servanda.web.accounts import Accounts, beside
        from servanda.web.guarding import check_address
        from servanda.web.running import Offer, answer
        from servanda.web.settings import web_settings
    except ImportError as error:
        raise QueryError(f"serve: {error.name} is missing. Install it with: pip install 'servanda[web]'") from error
    from servanda.cli.demo import file_sample

    others = own_names(host, names or [])
    web_settings()  # what cannot be understood is told before anything listens
    with Ledger.open(ledger) as opened:
        accounts = Accounts(beside(opened.path))
        local = check_address(host, others, accounts.there())
        secure = encrypted(certificate, key)
        with listening(host, port) as door:
            print(said_of(opened.where, host, others, door, secure, accounts.there()), flush=True)
            answer(Offer(opened.path, author(by), tuple(others), local, secure, file_sample, workers), door)
    return DONE


def own_names(host: str, names: list[str]) -> list[str]:
    """Return the names under which the app answers: those given, and where it listens if that is one machine."""
    from servanda.problems import QueryError
    from servanda.web.guarding import EVERYWHERE, LOOPBACK

    if wrong := [name for name in names if not name or set(name) & set("/:@ ")]:
        raise QueryError(f"--name {wrong[0]}: give the host name alone, as in: --name ledger.example.org")
    return [*names, *([host] if host not in EVERYWHERE | LOOPBACK else [])]


def encrypted(certificate: Path | None, key: Path | None) -> dict[str, Any]:
    """Return the settings of https. Raises QueryError for a certificate without its key, or one that cannot be read."""
    import ssl

    from servanda.problems import QueryError

    if certificate is None and key is None:
        return {}
    if certificate is None or key is None:
        raise QueryError("https needs both: --certificate cert.pem --key key.pem")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise QueryError(f"--certificate {certificate}: cannot be used with --key {key} ({error}).") from error
    return {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}


def said_of(
    where: str, host: str, names: list[str], door: socket, secure: dict[str, Any], accounts: bool
) -> str:  # fmt: skip
    """Return what is told when it listens."""
    from servanda.web.guarding import LOOPBACK

    called = host if host in LOOPBACK or not names else names[0]
    named = f"[{called}]" if ":" in called else called
    scheme = "https" if secure else "http"
    told = f"{where}: open {scheme}://{named}:{door.getsockname()[1]} in a browser; Ctrl+C stops it."
    if accounts and not secure and host not in LOOPBACK:
        told += "\nPasswords cross the network unencrypted; give --certificate and --key, or put https before it."
    return told


def listening(host: str, port: int) -> socket:
    """Return a socket that listens. Raises QueryError where the port is taken.

    Without delay: asyncio sets that only where a socket says that it is of TCP, and each small answer
    would wait 40 ms for the reader's acknowledgement of its head.
    """
    from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, create_server

    from servanda.problems import QueryError

    try:
        door = create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
        door.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        return door
    except OSError as error:
        raise QueryError(f"--port {port}: {error.strerror or error}. Give another, as in: --port 8300") from error
