"""Transcripts of what is read once or seldom: the whole baseline, questionnaires a site brings, and rare messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from content.instruments import instrument
from content.supplied import supply
from coordinator import alerting, grouping
from scheduler.planning import replan
from study.facts import CheckInFinished
from tests.clinic import FENTANYL, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import FOLDER, check
from tests.plans import STAMP
from tests.protocols import living_by, put
from tests.sessions import until
from tests.test_allocation import draws, waiting
from tests.test_groups import IN_GROUPS, grouped, march
from tests.test_mornings import calendar, watch
from tests.test_wordings import CHANNELS, brought, on_the_roster, written
from tests.visiting import begins

BESIDE = ("Skip", "Rather not say", "I do not know", "« Back", "Done")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path), CHANNELS) as clinic:
        yield clinic


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    supply({})


async def answers(ann: Patient) -> None:
    """Answer the question that is open: what stands in the middle, of a list its first line."""
    options = [button for button in ann.buttons if button not in BESIDE]
    if "Done" in ann.buttons:
        await ann.does(*options[:1], "Done")
    elif options:
        await ann.taps(options[len(options) // 2])
    else:
        await ann.says("20")


async def test_the_whole_baseline(clinic: Clinic) -> None:
    ann = await clinic.enrolled(None, "Ann", OXYCODONE)
    asked = STAMP.visit("baseline")
    await begins(clinic, ann, "baseline", *asked.instruments, core=list(asked.core))
    while not clinic.kept(CheckInFinished):
        await answers(ann)
        assert len(ann.person.messages) < 400, ann.transcript()[-1500:]
    check("baseline", ann.transcript())
    assert clinic.kept(CheckInFinished)[0].complete


@pytest.mark.parametrize(
    ("code", "items", "said"), [("gad7", 7, ["Some"] * 7), ("phq9", 9, ["Never"] * 8 + ["Some", "I am safe"])]
)
async def test_a_questionnaire_in_the_words_a_site_brings(
    clinic: Clinic, tmp_path: Path, code: str, items: int, said: list[str]
) -> None:
    on_the_roster(clinic)
    ann = await clinic.enrolled()
    brought(clinic, tmp_path, written(code, items))
    await clinic.later(minutes=2)
    await begins(clinic, ann, "month_3")
    await ann.does(*said)
    check(f"instrument_{code}", ann.transcript())
    assert ("phq9_item9" in {alert.rule for alert in alerting.listed(clinic.database)}) is (code == "phq9")


async def test_a_meeting_of_the_group_and_one_called_off(clinic: Clinic, tmp_path: Path) -> None:
    with living_by(put(tmp_path, "stamp.toml", IN_GROUPS)):
        ann = await grouped(clinic)
        await until(clinic, march(4, 16, 59))
        ann.script.clear()
        await until(clinic, march(4, 17, 20))
        await ann.does("Why do I get this?", "I cannot come")
        check("meeting_soon", ann.transcript())
        ann.script.clear()
        grouping.move(clinic.database, 1, None, who="dana", replan=replan)
        await clinic.passes(hours=2)
        await until(clinic, march(5, 10))
        await ann.taps("All right")
        check("meeting_off", ann.transcript())


async def test_a_place_that_is_set(clinic: Clinic) -> None:
    ann = await waiting(clinic)
    ann.script.clear()
    draws(clinic)
    await clinic.passes(minutes=20)
    check("allocated", ann.transcript())


async def test_a_patch_nobody_took_off(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    ann.script.clear()
    await clinic.passes(hours=72, minutes=1)
    check("patch_assumed", ann.transcript())


async def test_who_took_much_less_is_asked_what_changed(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    calendar(clinic, [4.0] * 25 + [2.0] * 3)
    await watch(clinic)
    ann.script.clear()
    await clinic.passes(minutes=5)
    check("took_much_less", ann.transcript())


async def test_a_line_read_often_is_said_in_other_words_from_time_to_time(tmp_path: Path) -> None:
    turns = count()
    async with clinic_over(fresh_sqlite(tmp_path), {"draw": lambda below: next(turns) % below}) as clinic:
        ann = await clinic.enrolled()
        heard = {(await ann.says("/pain 4")).hears for _ in range(5)}
        assert len(heard) == 5
        assert all("4 of 10, " in text for text in heard)
        assert {(await ann.says("/pain 9")).hears for _ in range(3)} == {ann.hears}, "what names help has one wording"


def test_every_instrument_of_every_check_in_has_a_transcript() -> None:
    for visit in STAMP.visits:
        name = "baseline" if visit.code == "baseline" else "check_in_month_3"
        read = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
        for code in visit.instruments:
            asked = instrument(code)
            for text in [item.text["en"] for item in asked.items if item.text is not None]:
                assert text in read, f"{visit.code}: {code}: {text}"
    assert {"gad7", "phq9"} <= {file.stem.removeprefix("instrument_") for file in FOLDER.glob("instrument_*.txt")}
