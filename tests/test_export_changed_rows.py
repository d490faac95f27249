"""Rows of the programme that change in place, in cuts made again after they did; the chat and staff change them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from coordinator import alerting
from coordinator.export import Request, export
from records import roster
from records.roster import Reader
from tests.clinic import MORPHINE, Clinic, clinic_over, fresh_sqlite
from tests.evenings import TUESDAY, evening, until
from tests.evenings import joined as in_the_year
from tests.exported import Export, at, only
from tests.living import joined

NOON = MORPHINE.model_copy(update={"times": "12:00"})
DYING = "i want to kill myself"


class Desk:
    """A data manager who asks a clinic for exports."""

    def __init__(self, clinic: Clinic, folder: Path) -> None:
        self.clinic, self.folder, self.numbers = clinic, folder, count()

    def exports(self, **asked: Any) -> Export:
        request = Request(out=self.folder / f"export{next(self.numbers)}", **asked)
        made = export(self.clinic.database, request, actor="staff")
        return Export(request.out, made.model_dump())


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield Desk(clinic, tmp_path)


async def test_prompts_turned_off_and_on_again_leave_the_cut_between_as_it_was(desk: Desk) -> None:
    clinic = desk.clinic
    ann = await joined(clinic, NOON, since=21)
    path = (">/settings", "Which messages, and when", "Messages before my usual times")
    await ann.does(*path, "No, thank you")
    off, as_of = desk.exports(), clinic.clock()
    let_go = [row for row in off.rows("due_items") if row["state"] == "superseded"]
    assert {(row["item"], row["reason"]) for row in let_go} == {("pre_dose", "no longer in the plan")}
    await clinic.passes(minutes=5)
    await ann.does(*path, "Yes, please")
    assert [row for row in desk.exports().rows("due_items") if row["item"] == "pre_dose"] == []
    assert desk.exports(as_of=as_of).digests == off.digests
    await clinic.passes(days=1, hours=3)
    assert desk.exports(as_of=as_of).digests == off.digests
    lived = {row["occurrence"]: row for row in desk.exports(since=as_of + timedelta(seconds=1)).rows("due_items")}
    assert lived[let_go[0]["occurrence"]]["state"] != "superseded"


async def test_an_alert_taken_met_again_and_taken_again_stands_in_each_cut_as_it_stood(desk: Desk) -> None:
    clinic, cuts = desk.clinic, []
    ann = await clinic.enrolled()
    for who in (None, "dana", None, "eli"):
        if who is None:
            await ann.says(DYING)
        else:
            alerting.acknowledge(clinic.database, 1, who)
        cuts.append((clinic.clock(), desk.exports()))
        clinic.clock.move(hours=1)
        clinic.node.last_poll_at = clinic.clock()
    found = [only(made.rows("alerts")) for _, made in cuts]
    told = [(row["status"], row["times"], row["acknowledged_by"], row["acknowledged_at"]) for row in found]
    first, second = (f"{cuts[n][0]:%Y-%m-%dT%H:%M:%SZ}" for n in (1, 3))
    assert told == [
        ("open", "1", "", ""),
        ("acknowledged", "1", "dana", first),
        ("open", "2", "dana", first),
        ("acknowledged", "2", "eli", second),
    ]
    for as_of, made in cuts:
        assert desk.exports(as_of=as_of).digests == made.digests
    (taken, _), (again, _) = cuts[1:3]
    between = desk.exports(since=taken + timedelta(minutes=1), as_of=again)
    assert only(between.rows("alerts"))["times"] == "2"
    assert desk.exports(since=clinic.clock()).rows("alerts") == []


async def test_a_diary_that_waited_for_a_talk_says_when_it_was_due_and_how_late_it_came(desk: Desk) -> None:
    clinic = desk.clinic
    ann = await in_the_year(clinic, MORPHINE)
    await until(clinic, evening(TUESDAY, "18:28"))
    await ann.says("/dose")
    await clinic.passes(hours=3)
    with clinic.database.write("staff") as tx:
        roster.add(tx, Reader("UB", "Uma", roster.UNBLINDED, "12345", "09:00", "17:00", "UTC"))
    made = desk.exports(unblind=True, acting="UB")
    row = next(row for row in made.rows("due_items") if row["item"] == "diary")
    assert row["due_local"] == "2026-03-03T18:30:00"
    assert row["due_at"] == f"{at(row['due_local']):%Y-%m-%dT%H:%M:%SZ}" < row["sent_at"]
