"""What the house promises of itself: who may import whom, where clocks, settings and thresholds may stand."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "scheduler", "coordinator", "records", "study", "content")
LONGEST_FILE = 450
CLOCKS = {"bot/commands/opening.py", "bot/studio/clock.py"}
"""Where the real time may be read; everything else is given a clock."""
ENVIRONMENT = {"bot/settings.py", "bot/__main__.py"}
COUNTS = {0, 1, 2}
"""Numbers that count things; anything else in a comparison of a conversation is a threshold and belongs in content."""
LAYOUT = {("handlers/asking.py", 80), ("handlers/asking.py", 12), ("handlers/instruments.py", 31)}
"""The width of a stored column, of a button, and how many of them a phone shows: nothing of the study."""


@cache
def parsed(room: str) -> dict[str, ast.Module]:
    files = sorted((ROOT / room).rglob("*.py"))
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        yield from parsed(room).items()


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls_in(tree: ast.Module) -> set[str]:
    return {dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


# imports


def contracts_of(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's word about a tree."""
    tool = Path(sys.executable).with_name("lint-imports")
    env = {"PYTHONPATH": str(folder), "PATH": ""}
    return subprocess.run(
        [tool, "--no-cache"], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house in which something may be planted."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept() -> None:
    done = contracts_of(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("study/view.py", "import telegram"),
        ("content/message.py", "import sqlalchemy"),
        ("records/post.py", "import bot.node"),
        ("handlers/dose.py", "import records.facts"),
        ("handlers/dose.py", "import scheduler.sweep"),
        ("coordinator/export.py", "import telegram"),
        ("content/message.py", "import study.steps"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_caught(copy: Path, file: str, line: str) -> None:
    target = copy / file
    target.write_text(f"{target.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = contracts_of(copy)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_every_package_is_a_room_that_the_contracts_know() -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    here = {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert set(known["root_packages"]) == set(ROOMS) == here - {"tests", "benchmarks"}


# clocks, settings, output, thresholds


READS_A_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "func.now"}


def reads_a_clock(tree: ast.Module) -> bool:
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    seconds = {"time.time"} if "time" in imported else set()
    return bool(calls_in(tree) & (READS_A_CLOCK | seconds))


def test_the_real_time_is_read_at_the_seams_only() -> None:
    found = {file for file, tree in sources(*ROOMS) if reads_a_clock(tree)}
    assert found <= CLOCKS
    stamped = [f for f in ROOT.glob("records/**/*.py") if "CURRENT_TIMESTAMP" in f.read_text(encoding="utf-8").upper()]
    assert not stamped, "the database's own clock cannot be moved"


def test_the_environment_is_read_by_the_settings_only() -> None:
    found = set()
    for file, tree in sources(*ROOMS):
        names = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if names & {"os.environ", "os.getenv"}:
            found.add(file)
    assert found == ENVIRONMENT


def test_the_core_draws_no_lots() -> None:
    for file, tree in sources("study", "content", "handlers"):
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"random", "secrets", "uuid"} & {name.split(".")[0] for name in names}, file


def test_nothing_sleeps_in_a_thread() -> None:
    assert not [file for file, tree in sources(*ROOMS) if "time.sleep" in calls_in(tree)]


def compared_numbers(tree: ast.Module) -> Iterator[float]:
    """Numbers that something is compared with: written there, or as a constant of the module."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for side in [node.left, *node.comparators] if isinstance(node, ast.Compare) else []:
            value = constants.get(side.id) if isinstance(side, ast.Name) else getattr(side, "value", None)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield value


def thresholds(files: Iterator[tuple[str, ast.Module]]) -> set[tuple[str, float]]:
    return {(file, number) for file, tree in files for number in compared_numbers(tree) if number not in COUNTS}


def test_no_threshold_is_written_in_a_conversation() -> None:
    assert thresholds(sources("handlers")) <= LAYOUT


@pytest.mark.parametrize(
    "code", ["if pain >= 7: pass", "CUT_OFF = 90\nif mme > CUT_OFF: pass", "x = 4 <= pain < 9", "ok = score == 2.5"]
)
def test_a_planted_threshold_is_found(code: str) -> None:
    assert thresholds(iter([("handlers/planted.py", ast.parse(code))]))


def talks_in(code: str | ast.Module, called: str = "Say") -> bool:
    """Whether a message is given as words instead of by its key."""
    tree = ast.parse(code) if isinstance(code, str) else code
    given = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and dotted(n.func) == called and len(n.args) > 1]
    return any(isinstance(call.args[1], ast.Constant | ast.JoinedStr) for call in given)


def test_no_sentence_for_participants_is_written_in_a_conversation() -> None:
    assert not [file for file, tree in sources("handlers") if talks_in(tree) or talks_in(tree, "Ask")]
    assert talks_in('Say("hello", "Good morning")')


# sizes and files


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_is_too_long_to_read(room: str) -> None:
    generated = {"content/say.py"}
    for file in (ROOT / room).rglob("*.py"):
        name = str(file.relative_to(ROOT))
        lines = file.read_text(encoding="utf-8").count("\n")
        assert lines <= LONGEST_FILE or name in generated or "migrations" in name, f"{name}: {lines} lines"
