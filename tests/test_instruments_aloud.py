"""Every questionnaire that is asked in the chat, by itself, as a person reads it from its first word to its last."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.instruments import instruments
from content.protocol import protocol
from study.facts import CheckInFinished
from tests.clinic import OXYCODONE, Patient, clinic_over, fresh_sqlite
from tests.golden import check
from tests.visiting import begins

PUBLIC = [code for code, asked in instruments().items() if asked.text_included]
USUAL = OXYCODONE.model_copy(update={"change": "enrolled", "times": "08:00", "schedule": "scheduled"})
TYPED = "20"
"""A number that every question without numbers on buttons understands: days, or years."""
IN_WORDS = "Two nights, in January"


def visit_of(code: str) -> str:
    """The first check-in that asks an instrument."""
    asked = [visit.code for visit in protocol().visits if code in visit.instruments]
    return asked[0] if asked else "month_3"


async def answers(ann: Patient) -> None:
    """One answer to what is asked: the first statement ticked, 6, the first button, or a number typed."""
    first, *others = ann.buttons
    if "Done" in others:
        await ann.does(first, "Done")
    elif first in ("Skip", "« Back", "I do not know"):
        await ann.says(IN_WORDS if "A few words" in ann.hears else TYPED)
    else:
        await ann.taps("6" if "6" in others else first)


@pytest.mark.parametrize("code", PUBLIC)
async def test_each_instrument_by_itself_reads_as_its_transcript(code: str, tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        ann = await clinic.enrolled("mbt", "Ann", USUAL)
        await begins(clinic, ann, visit_of(code), code)
        for _ in range(40):
            if clinic.kept(CheckInFinished):
                break
            await answers(ann)
        check(f"instrument_{code}", ann.transcript())
        assert [end.complete for end in clinic.kept(CheckInFinished)] == [True]
