"""Every command explains itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from api.cli.main import app
from tests.cli.conftest import Run
from tests.cli.processes import companion


def commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


COMMANDS = list(commands(typer.main.get_command(app)))


def test_the_promised_commands_are_there() -> None:
    promised = {("up",), ("ingest",), ("search",), ("ask",), ("doctor",), ("index", "verify"), ("index", "rebuild")}
    promised |= {("index", "fill"), ("index", "prune")}
    assert promised | {("eval", "retrieval"), ("product", "list"), ("product", "set")} <= set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_shows_an_example_of_the_command_itself(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert done.code == 0
    assert done.err == ""
    example = done.out.partition("Example:")[2]
    assert f"companion {' '.join(words)}" in " ".join(example.split())


@pytest.mark.parametrize("words", [(), ("product",), ("index",), ("eval",)])
def test_a_group_lists_its_commands(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words, "--help").out
    assert all(names[len(words)] in shown for names in COMMANDS if names[: len(words)] == words)


def test_help_makes_no_home(home: Path) -> None:
    assert "Example" in companion(home, "ingest", "--help").out
    assert not home.exists()
