"""Who may import whom: a room imports only rooms left of it in the flow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "src" / "servanda"

# The rooms from left to right; rooms of one line may not import each other.
FLOW = (
    ("model",),
    ("problems", "codebook"),
    ("reading", "language", "packs"),
    ("extracting",),
    ("ledger",),
    ("exporting", "asking"),
    ("scaling", "web", "watching", "sample", "mcp_server", "remote"),
    ("cli",),
)
PLACE = {room: place for place, rooms in enumerate(FLOW) for room in rooms}


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def module_of(path: Path) -> list[str]:
    return ["servanda", *path.relative_to(HOUSE).with_suffix("").parts]


def imported(path: Path) -> Iterator[str]:
    """Yield the rooms that a file imports from, at its top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("servanda."))
        elif isinstance(node, ast.ImportFrom):
            base = module_of(path)[: -node.level] if node.level else []
            full = [*base, *(node.module.split(".") if node.module else [])]
            if full[:1] == ["servanda"]:
                yield from [full[1]] if len(full) > 1 else (alias.name for alias in node.names)


FILES = sorted(path for path in HOUSE.rglob("*.py") if path.parent != HOUSE or path.stem != "__init__")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_imports_only_from_its_own_room_and_rooms_left_of_it(path: Path) -> None:
    own = room_of(path)
    wrong = {room for room in imported(path) if room in PLACE and room != own and PLACE[room] >= PLACE[own]}

    assert set() == wrong


def test_every_room_has_its_place_in_the_flow() -> None:
    rooms = {room_of(path) for path in FILES}

    assert set() == rooms - PLACE.keys()


def test_the_records_import_nothing_of_ours() -> None:
    assert [] == list(imported(HOUSE / "model.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_file_is_longer_than_five_hundred_lines(path: Path) -> None:
    assert 500 >= len(path.read_text("utf-8").splitlines())


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = [
        f"{path.name}:{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno >= 60  # type: ignore[operator]
    ]

    assert [] == long
