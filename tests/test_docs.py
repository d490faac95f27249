"""What the documents say is what the program does: made pages are fresh, links lead somewhere, commands exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.commands.app import app as all_commands
from bot.settings import PREFIX, SECRETS, Settings
from content.catalogue import catalogue
from tests.clinic import MORPHINE, OXYCODONE, Clinic, clinic_over, fresh_sqlite
from tests.golden import check

COACH = all_commands()
ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = "bot|handlers|scheduler|coordinator|records|study|content|tests|docs"
PICTURE_BYTES = 250_000

FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
DAY = re.compile(r"(<!-- the day -->\n```text\n)(.*?)(```)", re.DOTALL)
NOT_FOR_READERS = re.compile(r"/work\b|/root\b|\bAI\b|localhost:\d|pypi|\bsession of\b", re.IGNORECASE)


def generator() -> ModuleType:
    """`docs/generate.py`, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()
COMMANDS: dict[str, Any] = dict(GENERATE.all_commands())


def by_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code_of(text: str) -> Iterator[str]:
    """Every piece of code: the lines of code blocks, and what stands between backticks."""
    for block in FENCED.findall(text):
        yield from block.splitlines()
    without = FENCED.sub("", text)
    yield from re.findall(r"^    (\S.*)$", without, re.MULTILINE)
    yield from SPAN.findall(without)


def calls_of(text: str) -> Iterator[list[str]]:
    """Every call of `coach` in the code of a page, as its words; what is elided is left out."""
    for code in code_of(text):
        line = code.strip().removeprefix("$ ").split("  #")[0].split("   ")[0]
        if line.startswith("coach ") and "…" not in line.split()[1]:
            yield [word for word in shlex.split(line) if "…" not in word]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_made_pages_are_what_the_program_says_now() -> None:
    stale = sorted(GENERATE.stale())
    assert not stale, f"run `make docs` and read what changed: {', '.join(stale)}"


def test_every_text_a_participant_can_read_is_in_the_catalogue_for_review_boards() -> None:
    shown = GENERATE.messages_page() + GENERATE.exercises_page() + GENERATE.sessions_page()
    for key, text in catalogue().texts.items():
        for form in [*text.every_form("en"), *text.discreet.values()]:
            assert GENERATE.cell(form) in shown, key


def test_every_setting_says_what_it_is_for() -> None:
    page = GENERATE.settings_page()
    for name in Settings.model_fields:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{PREFIX}{name.upper()}` |")]
        assert row.split("|")[2].strip(), name


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for found in LINK.findall(page.read_text(encoding="utf-8")):
        target = found[0] or found[1]
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors_of(there), target


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_named_exists_with_its_options(page: Path) -> None:
    for words in calls_of(page.read_text(encoding="utf-8")):
        named = [" ".join(words[:n]) for n in range(len(words), 0, -1)]
        known = next((name for name in named if name in COMMANDS), None)
        if known is None:
            group = " ".join(word for word in words if re.fullmatch("[a-z-]+", word))
            assert any(path.startswith(group) for path in COMMANDS), " ".join(words)
            continue
        options = {option for param in COMMANDS[known].params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= options, " ".join(words)


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_setting_named_exists(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= known, named - known


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_file_module_and_target_named_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for code in code_of(page.read_text(encoding="utf-8")):
        if re.fullmatch(rf"(?:{ROOMS})/[\w/.-]+\.(?:py|toml|md|txt)", code):
            assert (ROOT / code).exists(), code
        if module := re.match(r"python3? -m ([a-z_.]+)", code):
            assert module[1] == "venv" or importlib.util.find_spec(module[1]), code
        if target := re.match(r"(?:\w+=\w+ )?make ([a-z-]+)", code):
            assert target[1] in targets, code


def test_every_defect_of_others_has_its_test() -> None:
    page = (ROOT / "docs" / "defects.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.endswith("| shown by |")]
    assert len(rows) > 40
    for row in rows:
        shown = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert shown, row
        for file, name in shown:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_page_names_a_machine(page: Path) -> None:
    assert not NOT_FOR_READERS.findall(page.read_text(encoding="utf-8"))


def test_the_first_screen_says_what_it_is_not_and_the_two_commands() -> None:
    first = " ".join(README.split("![")[0].split())
    for said in (
        "research software for studies under an ethics approval",
        "not a medical device",
        "not for emergency use",
    ):
        assert said in first
    assert "gives no treatment advice" in first
    assert "take, skip or delay a dose" in first
    assert "\n    make demo\n    make test\n" in README


def test_the_pictures_are_small_and_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.stat().st_size < PICTURE_BYTES
        assert f"docs/pictures/{picture.name}" in README


def test_the_calculators_print_what_the_readme_shows() -> None:
    shown = re.findall(r"^\$ coach ((?:score|mme) .*)\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE)
    assert shown
    for call, output in shown:
        assert CliRunner().invoke(COACH, shlex.split(call)).stdout == output


@pytest.fixture
async def morning(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic at five past eight in New York."""
    async with clinic_over(fresh_sqlite(tmp_path), at=datetime(2026, 3, 2, 13, 5, tzinfo=UTC)) as clinic:
        yield clinic


async def test_the_day_in_the_readme_is_a_day_with_the_coach(morning: Clinic) -> None:
    ann = await morning.enrolled("mbt", "Ann", MORPHINE, OXYCODONE)
    await ann.does("Log a dose", "morning tablet", "1 tablet (usual)", "Now")
    await morning.passes(hours=3)
    await ann.does("About to take a dose", "oxy", "6", "4", "Both", "1 minute", "One quiet minute")
    await morning.passes(minutes=1)
    await ann.does("6", "4", "I took it, or take it now", "1 tablet (usual)")
    await morning.passes(hours=5)
    await ann.does(">/practice 20", "Now", ">/progress")
    check("a_day", ann.transcript())
    told = "".join(f"{line}\n" for line in ann.script if not line.startswith("   "))
    assert DAY.search(README)
    assert DAY.sub(lambda found: f"{found[1]}{told}{found[3]}", README) == README, f"another day:\n{told}"
