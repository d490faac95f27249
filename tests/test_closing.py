"""The end of the year: one closing talk, then nothing by itself any more; safety is still answered."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot import doorway
from coordinator import ledger
from records import people
from study.facts import PainRated
from tests.clinic import MORPHINE, Clinic
from tests.golden import check
from tests.living import books, days, joined, prompts_sent, rows_of, until
from tests.plans import protocol_with

NOON = MORPHINE.model_copy(update={"times": "12:00"})
LAST_YEAR = 393
"""Days since the baseline of somebody whose last check-in closes on 2 March."""


async def test_the_year_ends_with_thanks_numbers_and_ones_own_data(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=LAST_YEAR)
    await ann.does(">/dose", "1 tablet (usual)", "Now", ">/practice 20", "Now", ">/pain 3")
    ann.script.clear()
    await until(clinic, datetime(2026, 3, 3, 16, 1, tzinfo=UTC))
    await ann.does("Why do I get this?", "Yes, as a file")
    check("closing", ann.transcript())
    await days(clinic, 2)
    with clinic.database.read() as tx:
        row = people.by_study_id(tx, "P0001")
    assert (row.status, row.completed_on) == ("enrolled", date(2026, 3, 3))
    sent = len(prompts_sent(clinic))
    await days(clinic, 10)
    assert len(prompts_sent(clinic)) == sent, "nothing comes by itself any more"
    await ann.says("/pain 4")
    assert len(clinic.kept(PainRated)) == 2, "the person may go on by themselves"
    await ann.says("I want to die")
    assert "988" in ann.hears
    assert books(clinic) == []
    assert [r.state for r in rows_of(clinic, "closing")] == ["answered"]
    assert "closing: the last check-in has closed; 1 due so far: 1 answered" in ledger.why(
        clinic.database, "P0001", "closing"
    )


async def test_the_year_is_over_for_somebody_the_talk_could_not_reach_too(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=LAST_YEAR)
    ann.person.blocks()
    await days(clinic, 4)
    assert {r.state for r in rows_of(clinic, "closing")} <= {"undeliverable", "expired"}
    assert prompts_sent(clinic, "closing.") == []
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").completed_on == date(2026, 3, 3)


async def test_a_study_may_end_logging_with_the_year_and_says_so(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = protocol_with("closing", afterwards="closed")
    monkeypatch.setattr(doorway, "protocol_of", lambda row: closed)
    ann = await joined(clinic, NOON, since=LAST_YEAR)
    await ann.says("/pain 4")
    await until(clinic, datetime(2026, 3, 5, 16, 1, tzinfo=UTC))
    await ann.says("/pain 5")
    assert ann.hears.startswith("Your year in the study is over, and nothing is logged any more.")
    assert len(clinic.kept(PainRated)) == 1
    await ann.says("/urgent")
    assert "Took too much" in " ".join(ann.buttons)
