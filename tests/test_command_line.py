"""What a command brings in: its own module, and no library that it can do without."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.commands.app import COMMANDS, app

ROOT = Path(__file__).parent.parent


def registered(called: str | None) -> list[str]:
    coach: Any = get_command(app(called))
    return sorted(coach.commands)


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_registers_the_commands_it_is_called_for(module: str) -> None:
    assert registered(COMMANDS[module][0]) == sorted(COMMANDS[module])


def test_every_command_is_there_when_none_or_an_unknown_one_is_called() -> None:
    known = sorted(itertools.chain.from_iterable(COMMANDS.values()))
    for called in (None, "exprot"):
        assert registered(called) == known


def test_an_export_does_without_what_takes_memory_and_is_not_needed() -> None:
    """A million doses are to be written within 100 MB; the benchmark measures it, this names what had to go."""
    heavy = ("telegram", "aiohttp", "alembic", "psycopg", "cryptography", "rich", "pandas", "altair")
    code = f"import bot.commands.export, sys; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
