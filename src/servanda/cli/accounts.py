"""``servanda accounts``: who may use a ledger that is served to others.

Invariant: a password is asked for or read from standard input, never taken from the
command line, where other programs would see it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, AsJson, LedgerPath, app, command
from servanda.cli.judging import author

if TYPE_CHECKING:
    from servanda.web.accounts import Accounts

group = typer.Typer(
    name="accounts",
    help="""Say who may use a served ledger.

Readers read, editors also judge and add, admins also keep accounts. Passwords are
kept as hashes, beside the ledger. With the first account everybody must sign in.
Each command takes --json.

\b
Examples:
  servanda accounts add "A. Officer" --role admin
  servanda accounts list
  servanda accounts token "A. Officer" --label laptop""",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(group)

Name = Annotated[str, typer.Argument(help="The account's name; it signs judgements.", metavar="NAME")]
RoleName = Annotated[str, typer.Option("--role", help="reader, editor (judges, adds) or admin.", metavar="ROLE")]


def opened(ledger: LedgerPath) -> Accounts:
    """Return the accounts of a ledger. Raises QueryError where the web app is not installed."""
    from pathlib import Path

    from servanda.ledger.schema import default_path
    from servanda.problems import QueryError

    try:
        import argon2  # noqa: F401

        from servanda.web.accounts import Accounts, beside
    except ImportError as error:
        raise QueryError(f"accounts: {error.name} is missing. Install it with: pip install 'servanda[web]'") from error
    from servanda.ledger.schema import make_folder

    path = Path(ledger) if ledger else default_path()
    make_folder(path)
    return Accounts(beside(path))


def noted(accounts: Accounts, did: str, what: str) -> None:
    accounts.note(f"{author(None)}, at the command line", did, what)


def password_for(name: str) -> str:
    """Ask for a password twice, or read it from the first line of standard input."""
    import getpass

    from servanda.problems import QueryError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"Password for {name}, 12 characters at least: ")
    if first != getpass.getpass("Again: "):
        raise QueryError("The two are not the same; nothing was changed. Give the command again.")
    return first


@command("add", of=group)
def add(name: Name, role: RoleName = "reader", ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """Make an account. The first must be an admin.

    \b
    Examples:
      servanda accounts add "A. Officer" --role admin
      servanda accounts add desk --role editor < password.txt
    """
    from servanda.cli.records import dumped
    from servanda.web.accounts import role_named

    accounts, wanted = opened(ledger), role_named(role)
    made = accounts.add(name, wanted, password_for(name))
    noted(accounts, "made an account", f"{made.name}, {made.role}")
    print(dumped(made) if as_json else f"{made.name} is {made.role} of {accounts.where}.")
    return DONE


@command("list", of=group)
def list_all(ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """List accounts and tokens.

    \b
    Examples:
      servanda accounts list
    """
    from servanda.cli.records import dumped

    accounts = opened(ledger)
    found, tokens = accounts.all(), accounts.tokens()
    if as_json:
        print(dumped({"accounts": found, "tokens": tokens}))
        return DONE
    for one in found:
        print(f"{one.role:8}{one.name}   since {one.made[:10]}")
        for token in (token for token in tokens if token.account == one.name):
            until = f"until {token.until}" if token.until else "without end"
            print(f"        token {token.id}  {token.role}, {until}, used {token.used or 'never'}  {token.label}")
    if not found:
        print("None. On this machine the ledger is open; the first is made by: servanda accounts add NAME --role admin")
    return DONE


@command("remove", of=group)
def remove(name: Name, ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """Take an account away, with its sessions and tokens. What it judged stays.

    \b
    Examples:
      servanda accounts remove "A. Officer"
    """
    from servanda.cli.records import dumped

    accounts = opened(ledger)
    made = accounts.remove(name)
    noted(accounts, "took an account away", made.name)
    print(dumped(made) if as_json else f"{made.name} is gone; every session and token of it has ended.")
    return DONE


@command("role", of=group)
def role(
    name: Name, to: Annotated[str, typer.Argument(help="reader, editor, admin.", metavar="ROLE")],
    ledger: LedgerPath = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Change what an account may do; it holds at once.

    \b
    Examples:
      servanda accounts role desk editor
    """
    from servanda.cli.records import dumped
    from servanda.web.accounts import role_named

    accounts = opened(ledger)
    made = accounts.change_role(name, role_named(to))
    noted(accounts, "changed a role", f"{made.name}, {made.role}")
    print(dumped(made) if as_json else f"{made.name} is now {made.role}.")
    return DONE


@command("password", of=group)
def password(name: Name, ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """Set a password anew; every session of the account ends.

    \b
    Examples:
      servanda accounts password "A. Officer"
    """
    from servanda.cli.records import dumped

    accounts = opened(ledger)
    made = accounts.change_password(accounts.named(name).name, password_for(name))
    noted(accounts, "set a password", made.name)
    print(dumped(made) if as_json else f"{made.name} has a new password; every session of it has ended.")
    return DONE


@command("token", of=group)
def token(
    name: Annotated[str, typer.Argument(help="Whose token; with --revoke, the token's id.", metavar="NAME|ID")],
    role: Annotated[str | None, typer.Option("--role", help="Less than the account may.", metavar="ROLE")] = None,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    days: Annotated[int | None, typer.Option("--days", help="For how long; else without end.", min=1, max=9999)] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take a token back.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Make a token for a program, shown once; or take one back.

    \b
    Examples:
      servanda accounts token desk --role reader --days 90 --label "nightly export"
      servanda accounts token 09ab12cd --revoke
    """
    from servanda.cli.records import dumped, plain
    from servanda.web.accounts import role_named

    accounts = opened(ledger)
    if revoke:
        accounts.revoke(name)
        noted(accounts, "revoked a token", name)
        print(f"{name} holds no more.")
        return DONE
    made, key = accounts.give_token(name, role_named(role) if role else None, label, days)
    noted(accounts, "made a token", " ".join(filter(None, (made.id, made.account, made.role, made.label))))
    if as_json:
        print(dumped({"token": key} | plain(made)))
    else:
        print(key)
        print(
            f"Shown only now. {made.role} as {made.account}; take it back: accounts token {made.id} --revoke",
            file=sys.stderr,
        )
    return DONE
