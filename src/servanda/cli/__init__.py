"""The command line: the words of the Python interface as commands, and nothing besides.

Invariant: no traceback reaches a user. Rooms are imported inside the commands, so that
``servanda --help`` answers at once.
"""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name; the exit status is 0 done, 1 done with problems, 2 could not."""
    from servanda.cli.door import enter

    enter()
