"""``servanda serve``: the web app on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, LedgerPath, command
from servanda.cli.judging import By, author

if TYPE_CHECKING:
    from socket import socket


@command("serve")
def serve(
    ledger: LedgerPath = None,
    host: Annotated[str, typer.Option("--host", help="Only this machine's own: 127.0.0.1, ::1, localhost.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="Where to listen.", min=0, max=65535)] = 8230,
    by: By = None,
) -> int:
    """Open the ledger in a browser; the REST API is under /api/v1.

    For this machine only: there are no accounts yet, so other addresses are refused.

    \b
    Examples:
      servanda serve
      servanda serve --ledger desk.db --port 8300
    """
    from servanda.ledger import Ledger
    from servanda.problems import QueryError

    try:
        import uvicorn

        from servanda.web import app_for
        from servanda.web.guarding import check_address
    except ImportError as error:
        raise QueryError(f"serve: {error.name} is missing. Install it with: pip install 'servanda[web]'") from error
    from servanda.cli.demo import file_sample

    check_address(host)
    with Ledger.open(ledger) as opened, listening(host, port) as door:
        named = f"[{host}]" if ":" in host else host
        print(f"{opened.where}: open http://{named}:{door.getsockname()[1]} in a browser; Ctrl+C stops it.", flush=True)
        app = app_for(opened, by=author(by), sample=file_sample)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[door])
    return DONE


def listening(host: str, port: int) -> socket:
    """Return a socket that listens. Raises QueryError where the port is taken."""
    from socket import AF_INET, AF_INET6, create_server

    from servanda.problems import QueryError

    try:
        return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
    except OSError as error:
        raise QueryError(f"--port {port}: {error.strerror or error}. Give another, as in: --port 8300") from error
