"""Two arms in one blinded export: nothing in it, and no two files of it held together, tells one from the other."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

from content.exercises import ARMS, exercises
from coordinator import grouping
from coordinator.export import Request, export
from records import facts, roster
from records.facts import Where
from records.roster import Reader
from scheduler.planning import replan
from study.days import day_there
from study.facts import ExerciseLed
from tests.clinic import Clinic, Patient, clinic_over, fresh_sqlite
from tests.exported import Export, looked_back
from tests.protocols import living_by, put
from tests.sessions import in_week_one, until, walks_on
from tests.test_export_blinding import values_by_column
from tests.test_groups import IN_GROUPS

LATER = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
SUNDAY = date(2026, 6, 7)


async def test_two_people_who_walk_the_sessions_of_two_arms_cannot_be_told_apart(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path), at=LATER) as clinic:
        twins = {arm: await in_week_one(clinic, arm, name=arm.upper()) for arm in ARMS}
        for number in range(1, 9):
            for twin in twins.values():
                await through_session(twin, number)
            await clinic.passes(minutes=30)
        takes_its_time(clinic)
        led = [minutes_of(clinic, number) for number in (1, 2)]
        assert led[0] != led[1]
        looks_back_on_a_week(clinic)
        blinded, unblinded = exports_of(clinic, tmp_path)
    assert len(blinded.rows("sessions")) > 2 * 8 * 3
    assert told_apart(blinded, ["P0001"], ["P0002"]) == {}
    assert {row["led_minutes"] for row in blinded.rows("practice_weeks")} == {"45"}
    assert [int(row["session_minutes"]) for row in unblinded.rows("practice_weeks")] == led
    said = [(row["led_minutes"], row["minutes"]) for row in unblinded.rows("practice_weeks")]
    assert said == [("45", "60")] * 2
    assert {row["source"] for row in unblinded.rows("practice")} == {"session"}
    (left_out,) = blinded.manifest["withheld"]["practice"]
    assert left_out.startswith("rows: Exercises led inside a session")


async def through_session(twin: Patient, number: int) -> None:
    """A session to its end; the exercises of the first one run by themselves, at their own length."""
    await twin.says("/session")
    # the only one that is left is begun at once
    for button in [each for each in twin.buttons if each.startswith(f"{number}. ")]:
        await twin.taps(button)
    await walks_on(twin, stop_at=f"That was session {number}")


def takes_its_time(clinic: Clinic) -> None:
    """Every exercise lasted as long as it does: put right by staff, since nobody waits for it here."""
    with clinic.database.write("dana") as tx:
        for kept in facts.in_force(tx, ExerciseLed):
            longer = kept.fact.model_copy(update={"seconds": exercises()[kept.fact.exercise].seconds})
            facts.write(tx, kept.entity, longer, Where(kept.participant_id, f"P{kept.participant_id:04}", "put right"))


def minutes_of(clinic: Clinic, number: int) -> int:
    """What was led to somebody in the week, all of it in sessions."""
    seconds: dict[date, int] = defaultdict(int)
    with clinic.database.read() as tx:
        for kept in facts.in_force(tx, ExerciseLed, number):
            seconds[day_there(kept.fact.done_at, kept.fact.zone)] += kept.fact.seconds
    return sum(round(each / 60) for each in seconds.values())


def looks_back_on_a_week(clinic: Clinic) -> None:
    with clinic.database.write("participant") as tx:
        for number in (1, 2):
            where = Where(number, f"P{number:04}", "practice")
            facts.write(tx, f"week-{number}", looked_back(SUNDAY, "more", 60, led_minutes=45), where)


def exports_of(clinic: Clinic, folder: Path) -> tuple[Export, Export]:
    """Blinded, and not."""
    with clinic.database.write("staff") as tx:
        roster.add(tx, Reader("UB", "Uma", roster.UNBLINDED, "12345", "09:00", "17:00", "UTC"))
    asked = Request(folder / "blinded"), Request(folder / "unblinded", unblind=True, acting="UB")
    made = [Export(each.out, export(clinic.database, each, actor="staff").model_dump()) for each in asked]
    return made[0], made[1]


def told_apart(files: Export, *arms: list[str]) -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """Columns in which people of one arm have values that nobody of the other has."""
    sides = []
    for arm in arms:
        people = [values_by_column(files, study_id) for study_id in arm]
        sides.append({place: set().union(*(each[place] for each in people)) for place in people[0]})
    one, other = sides
    found = {place: (values - other[place], other[place] - values) for place, values in one.items()}
    return {place: apart for place, apart in found.items() if apart != (set(), set())}


async def test_therapy_groups_that_meet_on_days_of_their_own_do_not_split_a_blinded_export(tmp_path: Path) -> None:
    """Two groups of one arm each; in each one member comes, one does not, and an entry is corrected."""
    with living_by(put(tmp_path, "stamp.toml", IN_GROUPS)):
        async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
            for arm in ("mbt", "mbt", "cbt", "cbt"):
                await in_week_one(clinic, arm, name=arm)
            for code, arm, members, day in (("G-A", "mbt", (1, 2), 5), ("G-B", "cbt", (3, 4), 6)):
                add_group(clinic, code, arm, members, f"2026-03-0{day} 17:00")
            for meeting, members in ((1, (1, 2)), (2, (3, 4))):
                await until(clinic, datetime(2026, 3, 6 + meeting, 9 * meeting, tzinfo=UTC))
                for number, status in zip((*members, members[0]), ("absent", "excused", "present"), strict=True):
                    enter(clinic, meeting, number, status)
            # one group goes on faster than the other
            meets(clinic, "G-A", "S2", "2026-03-11 17:00")
            await until(clinic, datetime(2026, 3, 12, 18, 0, tzinfo=UTC))
            enter(clinic, 3, 1, "present")
            blinded, unblinded = exports_of(clinic, tmp_path)
    assert told_apart(blinded, ["P0001", "P0002"], ["P0003", "P0004"]) == {}
    assert blinded.rows("attendance") == blinded.rows("due_items") == blinded.rows("conversations") == []
    assert {row["way"] for row in blinded.rows("sessions")} <= {"chat"}
    seen = [(row["study_id"], row["nth"], row["session"], row["status"]) for row in unblinded.rows("attendance")]
    assert seen == [
        ("P0001", "1", "S1", "present"),
        ("P0001", "2", "S2", "present"),
        *((f"P000{n}", "1", "S1", "excused" if n % 2 == 0 else "present") for n in (2, 3, 4)),
    ]
    groups = {"P0001": "G1", "P0002": "G1", "P0003": "G2", "P0004": "G2"}
    assert {row["study_id"]: row["therapy_group"] for row in unblinded.rows("attendance")} == groups
    assert blinded.manifest["withheld"]["attendance"][-1].startswith("rows: Everything")
    assert unblinded.manifest["withheld"] == {}


def add_group(clinic: Clinic, code: str, arm: str, members: tuple[int, ...], at: str) -> None:
    db = clinic.database
    grouping.add(db, code, site="main", arm=arm, therapist="Dr Lee", place="Room 4", who="dana")
    for number in members:
        grouping.assign(db, code, f"P{number:04}", who="dana", replan=replan)
    meets(clinic, code, "S1", at)


def meets(clinic: Clinic, code: str, session: str, at: str) -> None:
    grouping.meet(clinic.database, code, session, datetime.fromisoformat(at), "", who="dana", replan=replan)


def enter(clinic: Clinic, meeting: int, number: int, status: str) -> None:
    grouping.attend(clinic.database, meeting, f"P{number:04}", status, who="dana", replan=replan, why="as it was")
