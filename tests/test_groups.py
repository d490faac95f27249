"""Therapist-led groups: members of one arm, meetings that are told, moved and called off, and who came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from content.protocol import use
from coordinator import alerting, grouping, ledger
from coordinator.export import Request, export_csv
from coordinator.grouping import Refused
from records import visits
from records.tables import DueItem, table
from scheduler.planning import replan
from study.facts import Attendance
from tests.clinic import Clinic, Patient
from tests.logged import history
from tests.protocols import living_by, put
from tests.sessions import in_week_one, until

pytestmark = pytest.mark.weeks

items = table(DueItem)


IN_GROUPS = {
    'code = "S1", unlock_week = 1, way = "chat"': 'code = "S1", unlock_week = 1, way = "group"',
    'code = "S2", unlock_week = 2, way = "chat"': 'code = "S2", unlock_week = 2, way = "both"',
}
FROM_THE_FIRST = {'\nanchor = "enrolment"': '\nanchor = "first_session"'}


@pytest.fixture(autouse=True)
def _in_groups(tmp_path: Path) -> Iterator[None]:
    """The first session of the protocol is given by groups, the second in both ways."""
    with living_by(put(tmp_path, "stamp.toml", IN_GROUPS)):
        yield


def march(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the clock of New York in March 2026, as an instant."""
    return datetime(2026, 3, day, hour + (5 if day < 8 else 4), minute, tzinfo=UTC)


async def grouped(clinic: Clinic) -> Patient:
    """Somebody in a group that meets on 5 March about the first session."""
    ann = await in_week_one(clinic)
    db = clinic.database
    grouping.add(db, "G-A", site="main", arm="mbt", therapist="Dr Lee", place="Room 4", who="dana")
    grouping.assign(db, "G-A", "P0001", who="dana", replan=replan)
    at = datetime.fromisoformat("2026-03-05 17:00")
    assert grouping.meet(db, "G-A", "S1", at, "", who="dana", replan=replan) == 1
    return ann


def told(clinic: Clinic) -> dict[str, str]:
    rows = clinic.rows(items.select().order_by(items.c.id))
    return {r.occurrence: r.state for r in rows if r.item == "meeting"}


async def test_a_meeting_is_told_a_day_before_and_counts_as_the_session(clinic: Clinic) -> None:
    ann = await grouped(clinic)
    await until(clinic, march(4, 16, 59))
    assert "group" not in ann.last.text
    await ann.says("/session")
    assert ann.hears == "Your sessions are with your group. There is nothing to do here."
    await until(clinic, march(4, 17, 20))
    assert ann.last.text == "Your group meets Thu 5 Mar, 5:00\u202fPM, with Dr Lee. Where: Room 4."
    await ann.taps("Why do I get this?")
    assert ann.hears.startswith("Your group meets on Thu 5 Mar, 5:00\u202fPM, and I tell each member")
    await ann.taps("I cannot come")
    assert "message_to_team" in {alert.rule for alert in alerting.listed(clinic.database)}
    assert told(clinic) == {"1.1": "answered"}
    with pytest.raises(Refused, match="has not begun yet"):
        grouping.attend(clinic.database, 1, "P0001", "present", who="dana", replan=replan)
    await until(clinic, march(6, 9))
    grouping.attend(clinic.database, 1, "P0001", "absent", who="dana", replan=replan)
    grouping.attend(clinic.database, 1, "P0001", "present", who="dana", replan=replan, why="came late")
    assert [(number, why) for number, _, why in history(clinic, Attendance)] == [(1, None), (2, "came late")]
    assert ledger.check(clinic.database) == []
    assert not [r for r in clinic.rows(items.select()) if r.item == "session.S1.open"]


async def test_a_meeting_that_moves_takes_its_reminder_along_and_one_called_off_is_told(clinic: Clinic) -> None:
    ann = await grouped(clinic)
    grouping.move(clinic.database, 1, datetime.fromisoformat("2026-03-06 18:00"), who="dana", replan=replan)
    assert told(clinic) == {"1.1": "superseded", "1.2": "pending"}
    await until(clinic, march(5, 18, 30))
    assert "Fri 6 Mar, 6:00\u202fPM" in ann.last.text
    await ann.taps("I will be there")
    grouping.move(clinic.database, 1, None, who="dana", replan=replan)
    await clinic.passes(hours=2)
    await until(clinic, march(6, 10))
    assert ann.last.text.startswith("Your group does not meet Fri 6 Mar, 6:00\u202fPM.")
    await ann.taps("All right")
    grouping.meet(
        clinic.database, "G-A", "S2", datetime.fromisoformat("2026-03-06 12:00"), "", who="dana", replan=replan
    )
    await clinic.passes(minutes=95)
    assert "Your group meets Fri 6 Mar, 12:00\u202fPM" in ann.last.text
    await until(clinic, march(12, 10))
    assert ledger.check(clinic.database) == []
    assert told(clinic) == {"1.1": "superseded", "1.2": "answered", "1.3": "answered", "2.1": "expired"}
    with pytest.raises(Refused, match="called off"):
        grouping.attend(clinic.database, 1, "P0001", "present", who="dana", replan=replan)
    grouping.attend(clinic.database, 2, "P0001", "present", who="dana", replan=replan)
    await ann.says("/session")
    assert "You have been through all sessions that are open." in ann.hears


async def test_who_leaves_a_group_or_comes_late_is_told_of_what_is_theirs_only(clinic: Clinic) -> None:
    await grouped(clinic)
    bea = await in_week_one(clinic, "mbt", name="Bea")
    grouping.assign(clinic.database, None, "P0001", who="dana", replan=replan, why="moved away")
    await until(clinic, march(5, 9))
    grouping.assign(clinic.database, "G-A", "P0002", who="dana", replan=replan)
    await until(clinic, march(6, 9))
    assert "Your group meets Thu 5 Mar" in "\n".join(m.text for m in bea.person.messages)
    assert sorted(r.state for r in clinic.rows(items.select()) if r.item == "meeting") == ["sent", "superseded"]
    assert ledger.check(clinic.database) == []


async def test_a_group_is_for_one_arm_and_nothing_shown_tells_which(clinic: Clinic, tmp_path: Path) -> None:
    await grouped(clinic)
    await in_week_one(clinic, "cbt", name="Bea")
    db = clinic.database
    with pytest.raises(Refused, match="does not belong to G-A"):
        grouping.assign(db, "G-A", "P0002", who="dana", replan=replan)
    with pytest.raises(Refused, match="does not tell the arm"):
        grouping.add(db, "MBT-1", site="main", arm="mbt", therapist="x", place="y", who="dana")
    with pytest.raises(Refused, match="S3 is not given in groups"):
        grouping.meet(db, "G-A", "S3", datetime.fromisoformat("2026-03-09 12:00"), "", who="dana", replan=replan)
    grouping.add(db, "G-B", site="main", arm="cbt", therapist="Dr Roe", place="Room 5", who="dana")
    grouping.assign(db, "G-B", "P0002", who="dana", replan=replan)
    other = grouping.meet(db, "G-B", "S1", datetime.fromisoformat("2026-03-05 17:00"), "", who="dana", replan=replan)
    await until(clinic, march(6, 9))
    grouping.attend(db, 1, "P0001", "present", who="dana", replan=replan)
    grouping.attend(db, other, "P0002", "excused", who="dana", replan=replan)
    seen = [each.model_dump() for each in grouping.listed(db)] + [grouping.shown(db, "G-A")]
    assert "mbt" not in json.dumps(seen)
    assert grouping.listed(db, unblind=True)[1].arm == "cbt"
    export_csv(db, Request(out=tmp_path / "out"), actor="dana")
    for file in ("attendance.csv", "sessions.csv"):
        # groups of two arms meet at their own pace
        assert len((tmp_path / "out" / file).read_text(encoding="utf-8").splitlines()) == 1
    everything = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()).casefold()
    assert not [word for word in ("mbt", "cbt", "g-a", "dr lee", "room 4") if word in everything]


async def test_months_count_from_the_first_session_where_the_protocol_says_so(clinic: Clinic, tmp_path: Path) -> None:
    use(str(put(tmp_path, "stamp.toml", IN_GROUPS | FROM_THE_FIRST)))
    await grouped(clinic)
    with clinic.database.read() as tx:
        assert set(visits.windows(tx, 1)) == {"baseline"}
    await until(clinic, march(6, 9))
    grouping.attend(clinic.database, 1, "P0001", "present", who="dana", replan=replan)
    with clinic.database.read() as tx:
        assert visits.windows(tx, 1)["month_3"].target_on.isoformat() == "2026-06-05"
