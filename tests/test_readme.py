"""The README and docs say nothing that is not so: commands exist, snippets run, links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from commands import REPORT, servanda

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FIRST_SCREEN = 40  # lines


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)


def test_the_first_screen_has_two_commands_of_one_line_that_make_their_own_environment() -> None:
    screen = "\n".join(README.splitlines()[:FIRST_SCREEN])
    commands = re.findall(r"^```sh\n(.+)\n```", screen, re.M)

    assert 2 == len(commands)
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install") for command in commands)
    assert commands[0].endswith("servanda demo")
    assert commands[1].endswith("pytest")


def test_ci_runs_the_second_command_and_nothing_that_the_readme_does_not_tell() -> None:
    ran = [line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    commands = [line for line in ran if not line.startswith(("set ", "cd "))]

    assert commands[0] in README
    assert all(command.removeprefix(".venv/bin/") in README for command in commands[1:])


def test_the_makefile_has_the_verbs_that_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert all(re.search(rf"^{verb}:", makefile, re.M) for verb in re.findall(r"`make (\w+)`", README))


def test_the_makefile_names_only_files_that_are_there() -> None:
    named = re.findall(r"(bench/\S+\.py)", (ROOT / "Makefile").read_text("utf-8"))

    assert named
    assert [] == [path for path in named if not (ROOT / path).is_file()]


def commands_of(page: Path) -> list[str]:
    """Return the servanda commands that a page shows."""
    shown = [line.removeprefix("$ ") for block in blocks(page, "(?:sh|console)") for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in shown if line.startswith("servanda ")]


@pytest.fixture
def tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which a reader may stand: reports, a report, a ledger of their own."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "note.txt").write_text(REPORT, "utf-8")
    (tmp_path / "report.txt").write_text(REPORT, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERVANDA_LEDGER", str(tmp_path / "ledger.db"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.usefixtures("tour")
def test_every_command_shown_runs(page: Path) -> None:
    for command in commands_of(page):
        words = shlex.split(command)[1:]
        if "ID" not in words:
            ran = servanda(*words)
            assert 0 == ran.status, f"{command}: {ran.err}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_snippet_of_python_runs_and_prints(page: Path) -> None:
    for snippet in blocks(page, "python"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(snippet, str(page), "exec"), {})
        assert out.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))

    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_every_command_of_the_readmes_table_exists() -> None:
    told = servanda("--help").out
    rows = re.findall(r"^\| (`.*?) \|", README, re.M)

    assert [] == [name for row in rows for name in re.findall(r"`(\w+)`", row) if f"\n  {name} " not in told]


def test_the_package_says_what_the_readme_says_of_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert ">=3.11" == project["requires-python"]
    assert "Python 3.11" in README


def test_the_example_in_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    printed = servanda("demo", "--ledger", tmp_path / "demo.db", "--as-of", "2026-11-24").out
    [example] = blocks(ROOT / "README.md", "text")

    assert [] == [line for line in example.splitlines() if line.strip() and line.strip() not in printed]
