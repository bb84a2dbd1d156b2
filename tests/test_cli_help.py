"""Help: it answers at once, has examples for each command, and every example is understood."""

from __future__ import annotations

import re
import resource
import shlex
import sys

import pytest
import typer

from commands import finished, servanda
from servanda.cli import door

COMMANDS = re.findall(r"^  (\w+)  ", servanda("--help").out.partition("Commands:")[2], re.M)


def test_help_answers_in_under_a_third_of_a_second() -> None:
    """Processor time, best of five: how busy the machine is says nothing of the program."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert 0 == finished("--help").status
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert 0.3 > min(seconds() for _ in range(5))


def test_help_imports_no_room() -> None:
    import subprocess

    heavy = ("sqlalchemy", "lxml", "rich.console", "servanda.reading", "servanda.ledger")
    run = "import sys; sys.argv = ['servanda', '--help']; import servanda.cli\n"
    run += "try: servanda.cli.main()\nexcept SystemExit: pass\n"
    loaded = f"print(*(m for m in sys.modules if m in {heavy}))"
    out = subprocess.run([sys.executable, "-c", run + loaded], capture_output=True, text=True, check=True).stdout

    assert "" == out.splitlines()[-1]


def test_the_commands_of_the_contract_are_there() -> None:
    wanted = {
        "extract",
        "add",
        "entries",
        "show",
        "dossier",
        "due",
        "judge",
        "check",
        "review",
        "demo",
        "packs",
        "search",
    }

    assert wanted <= set(COMMANDS)


def examples(command: str) -> list[str]:
    told = servanda(command, "--help").out.partition("Examples:")[2].partition("\n\n")[0]
    return [line.strip() for line in told.splitlines() if line.strip()]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_examples_of_itself(command: str) -> None:
    assert examples(command)
    assert all(example.startswith(f"servanda {command}") for example in examples(command))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_example_is_understood(command: str) -> None:
    """The options and arguments are parsed; the command itself is not run."""
    group = typer.main.get_command(door.app)
    for example in examples(command):
        words = shlex.split(re.split(r" [<>|] ", example)[0])[2:]
        made = group.commands[command].make_context(command, words)  # type: ignore[attr-defined]
        assert command == made.info_name


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"mcp", "serve"}))  # these answer programs anyway
def test_each_command_gives_json(command: str) -> None:
    assert "--json" in servanda(command, "--help").out


def test_an_unknown_command_ends_with_two() -> None:
    ran = servanda("promise")

    assert 2 == ran.status
    assert "promise" in ran.err


def test_the_version_is_told() -> None:
    from servanda import __version__

    assert f"servanda {__version__}\n" == servanda("--version").out
