"""The one door to all commands: the application, the options they share, and what errors become.

Exit status: 0 done, 1 done with problems, 2 could not, 130 stopped by the user.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, ParamSpec

import typer

from servanda.problems import ServandaError

DONE, WITH_PROBLEMS, COULD_NOT, STOPPED = 0, 1, 2, 130
ROOMS = (
    "demo",
    "extract",
    "explaining",
    "filing",
    "asking",
    "comparing",
    "judging",
    "telling",
    "watching",
    "sharing",
    "models",
    "serving",
    "accounts",
)

ORDER = (
    "demo", "extract", "explain", "add", "entries", "due", "show", "dossier", "search", "compare",
    "judge", "review", "tell", "look", "watch", "export", "check", "packs", "prompt", "distil", "mcp", "serve",
)  # fmt: skip

P = ParamSpec("P")

app = typer.Typer(
    name="servanda",
    help="Who promised what to whom, and was it kept? A sourced ledger of what states say they will do together.",
    epilog="Start with: servanda demo. Each command has examples: servanda add --help",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LedgerPath = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        help="The ledger's file, or the https address of a served one; else SERVANDA_LEDGER, else the user's folder.",
        metavar="FILE|URL",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was knowable on this day.", metavar="YYYY-MM-DD")]
Limit = Annotated[int, typer.Option("--limit", help="Show at most so many; 0 for all.", min=0)]


def command(
    name: str, after: str | None = None, of: typer.Typer | None = None
) -> Callable[[Callable[P, int]], Callable[P, int]]:
    """Register a command. Its function returns the exit status; what it raises becomes one line.

    ``after`` is what its help ends with; ``of`` is the group that it belongs to.
    """

    def register(function: Callable[P, int]) -> Callable[P, int]:
        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> int:
            raise typer.Exit(status_of(lambda: function(*args, **kwargs)))

        (of or app).command(name, epilog=after)(guarded)
        return function

    return register


def status_of(act: Callable[[], int]) -> int:
    """Run a command and return its exit status, with one line on standard error for what ended it."""
    try:
        return act()
    except ServandaError as error:
        return said(str(error), COULD_NOT)
    except KeyboardInterrupt:
        return said("Stopped. What was filed stays filed; give the same command again to go on.", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        return said(f"{error.filename or 'servanda'}: {error.strerror or error}.", COULD_NOT)
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("SERVANDA_DEBUG"):
            raise
        return said(fault(error), COULD_NOT)


def said(line: str, status: int) -> int:
    sys.stdout.flush()
    print(line, file=sys.stderr)
    return status


def version(wanted: bool) -> None:
    if wanted:
        from servanda import __version__

        print(f"servanda {__version__}")
        raise typer.Exit


@app.callback()
def common(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    pass


def enter() -> None:
    """Gather the commands and run the one that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the terminal can write, and whatever a file is called
            stream.reconfigure(errors="backslashreplace")
    for room in ROOMS:
        import_module(f"servanda.cli.{room}")
    app.registered_commands.sort(key=lambda made: ORDER.index(made.name) if made.name in ORDER else len(ORDER))
    app()


def fault(error: Exception) -> str:
    """Return one line for a fault of our own, and how to see more."""
    words = " ".join(str(error).split())
    told = f"servanda: a fault of the program ({type(error).__name__}: {words[:200]})."
    return f"{told} Set SERVANDA_DEBUG=1 to see where; please report it."
