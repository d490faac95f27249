"""Weekly sessions in an export: each part once, the whole, and nothing that tells the arm."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from content.exercises import ARMS
from content.sessions import lessons
from records.database import Database
from study.facts import PlanMade, SessionDone, SessionPartDone
from tests.databases import START, Clock
from tests.exported import ZONE, Person, Study

pytestmark = pytest.mark.weeks


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


def walked(person: Person, arm: str, *, hours: int = 0) -> None:
    """Every part of every session, with the end and the plan of each."""
    at = START + timedelta(hours=hours)
    when = {"version": 1, "done_at": at, "done_local": "2026-03-02T10:00:00", "zone": ZONE}
    for lesson in lessons("mbt" if arm == "mbt" else "cbt").values():
        for part in lesson.parts:
            person.logs(SessionPartDone.model_validate({"session": lesson.code, "part": part.code} | when))
        person.logs(SessionDone.model_validate({"session": lesson.code} | when))
        person.logs(PlanMade(session=lesson.code, what=f"{arm} words", moment="noon", often="daily", made_at=at))


def test_each_part_stands_once_under_codes_that_tell_no_arm(study: Study) -> None:
    for arm in ARMS:
        walked(study.adds(arm).enrols(), arm)
    ann = study.adds("mbt").enrols()
    first = ann.logs(
        SessionPartDone(
            session="S1", part="idea", version=1, done_at=START, done_local="2026-03-02T10:00:00", zone=ZONE
        )
    )
    ann.logs(
        SessionPartDone(
            session="S1",
            part="idea",
            status="stopped",
            version=1,
            done_at=START + timedelta(days=1),
            done_local="2026-03-03T10:00:00",
            zone=ZONE,
        )
    )
    rows = study.rows("sessions")
    of_arm = [[tuple(row.values())[1:] for row in rows if row["study_id"] == each] for each in ("P0001", "P0002")]
    assert of_arm[0] == of_arm[1]
    assert {row["part"] for row in rows} >= {"idea", "practice_2", "plan", "whole"}
    mine = [row for row in rows if row["study_id"] == "P0003"]
    assert [(row["part"], row["status"], row["finished_on"]) for row in mine] == [("idea", "done", "2026-03-02")]
    assert not {"version", "done_at", "done_local"} & rows[0].keys()
    unblinded = study.rows("sessions", unblind=True)[0]
    assert (unblinded["version"], unblinded["done_at"]) == ("1", "2026-03-02T15:00:00Z")
    assert "mbt words" not in study.exports().everything
    assert {row["what"] for row in study.rows("plans", free_text=True)} == {"mbt words", "cbt words"}
    ann.takes_back(first)
    (after,) = [row for row in study.rows("sessions") if row["study_id"] == "P0003"]
    assert after["status"] == "stopped"
    assert {row["row_id"] for row in study.rows("corrections", unblind=True)} == {"S1.idea"}
    assert study.rows("corrections") == []  # blinded, it would say when
