"""Versions of the protocol: which one new participants live by, and how others are moved to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from typer.testing import CliRunner

from bot.commands.app import app as all_commands
from content.loading import ContentRefused
from content.protocol import protocol, shelf_in_use
from coordinator import enrolling, ledger
from records import audit, due, facts, people, visits
from records.tables import AuditEntry, table
from scheduler import migrating, planning
from scheduler.migrating import MoveRefused
from study.facts import CheckInFinished, ProtocolMoved
from tests.clinic import KEY, Clinic, clinic_over, fresh_sqlite
from tests.databases import Fresh
from tests.protocols import TWO_SITES, living_by, put

COACH = all_commands()
NUDGE = '{ code = "nudge", does = "message", day = 3, at = "17:00", form = "full" },'
CORE = '{ code = "core", does = "message", day = 7, at = "12:30", form = "core" },'
LATER = NUDGE.replace("day = 3", "day = 4").replace("17:00", "18:00")
AGAIN = '{ code = "again", does = "message", day = 6, at = "11:15", form = "full" },'
SECOND = TWO_SITES | {
    'version = "1"': 'version = "2"',
    f"{NUDGE}\n    {CORE}": f"{LATER}\n    {AGAIN}\n    {CORE}",
}
"""Version 2: a nudge at another time, and a step more on the way to each check-in."""


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sends its logs to its own stderr, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The study's own folder of protocols, with version 1 in use."""
    home = tmp_path / "protocols"
    home.mkdir()
    with living_by(put(home, "stamp.toml")):
        yield home


async def test_a_move_changes_what_is_to_come_and_issues_nothing_that_is_done_again(
    tmp_path: Path, folder: Path
) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        ann = await clinic.enrolled()
        await days(clinic, 93)
        assert "check-in" in ann.last.text, "month 3 is offered"
        answer(clinic, "month_3")
        put(folder, "stamp@2.toml", SECOND)
        await days(clinic, 60)
        heard = len(ann.person.messages)
        with clinic.database.read() as tx:
            before = {r.id: (r.state, r.due_local) for r in due.all_of(tx, 1) if r.final_at is not None}
            windows = visits.windows(tx, 1)
            planned = migrating.preview(tx, people.by_id(tx, 1), protocol(version="2"))
        assert not any("month_3" in line for line in (*planned.added, *planned.moved, *planned.windows))
        assert [line.split()[0] for line in planned.added if line.startswith("visit.")] == ["visit.month_6.again"]
        assert [line.split()[0] for line in planned.moved if line.startswith("visit.")] == ["visit.month_6.nudge"]
        with clinic.database.write("dana") as tx:
            (row,) = migrating.to_move(tx, protocol(version="2"), ())
            assert migrating.move(tx, row, protocol(version="2")) == planned
            assert migrating.to_move(tx, protocol(version="2"), ()) == []
        assert len(ann.person.messages) == heard
        with clinic.database.read() as tx:
            after = {r.id: (r.state, r.due_local) for r in due.all_of(tx, 1) if r.id in before}
            assert after == before, "what has ended stays as it ended"
            assert visits.windows(tx, 1)["month_3"] == windows["month_3"]
            (moved,) = facts.in_force(tx, ProtocolMoved, 1)
            assert (moved.fact.from_version, moved.fact.to_version) == ("1", "2")
            assert list(facts.altered(tx)) == []
        await days(clinic, 42)
        told = [m.text for m in ann.person.messages[heard:] if m.from_bot]
        assert told, "month 6 is offered"
        with clinic.database.read() as tx:
            items = {r.item: r for r in due.all_of(tx, 1)}
        assert items["visit.month_6.again"].sent_at is not None
        assert items["visit.month_6.nudge"].due_local.endswith("T18:00:00")
        assert all(r.sent_at is None for name, r in items.items() if name == "visit.month_3.again")
        assert [f.what for f in ledger.check(clinic.database)] == []


async def days(clinic: Clinic, number: int) -> None:
    """Days go by, each with its roll."""
    for _ in range(number):
        with clinic.database.write() as tx:
            planning.roll(tx)
        await clinic.passes(days=1)


def answer(clinic: Clinic, visit: str) -> None:
    """The check-in was answered to its end."""
    with clinic.database.write() as tx:
        done = CheckInFinished(visit=visit, complete=True, at=tx.now)
        facts.write(tx, f"{visit}-end", done, facts.Where(1, "P0001", "end"))
        for item in due.open_of(tx, 1):
            if item.payload.get("visit") == visit and not item.item.endswith("close"):
                due.close(tx, item.id, "answered", "the check-in was answered")
        planning.replan(tx, 1)


def test_new_participants_live_by_the_protocol_in_use_and_each_stays_on_their_version(
    fresh: Fresh, folder: Path
) -> None:
    database = fresh("sqlite")
    first = enrolling.add(database, username="bot", arm=None, test=False, site=None, qr=None)
    with living_by(put(folder, "stamp@2.toml", SECOND)):
        second = enrolling.add(database, username="bot", arm=None, test=False, site="north", qr=None)
        with database.read() as tx:
            versions = [people.by_study_id(tx, way.study_id).protocol_version for way in (first, second)]
            assert people.by_study_id(tx, second.study_id).zone == "America/Chicago"
        assert versions == ["1", "2"]
        assert sorted(shelf_in_use().versions()) == ["1", "2"]
        assert [len(protocol(version=version).sites) for version in versions] == [1, 2]


def test_a_move_that_would_lose_something_is_refused(fresh: Fresh, folder: Path) -> None:
    database = fresh("sqlite")
    put(folder, "stamp@2.toml", SECOND)
    put(folder, "stamp@3.toml", {'version = "1"': 'version = "3"', 'code = "main"': 'code = "south"'})
    with database.write() as tx:
        study_id = people.add(tx, arm=None, test=False)
        left = people.add(tx, arm=None, test=False)
        people.change(tx, people.by_study_id(tx, left).id, "participant:stopped", status="stopped")
        row = people.by_study_id(tx, study_id)
        with pytest.raises(MoveRefused, match="P0001: protocol 3 has no site main"):
            migrating.move(tx, row, protocol(version="3"))
        with pytest.raises(MoveRefused, match="P0002: not in the study any more"):
            migrating.to_move(tx, protocol(version="2"), (left,))
        assert [each.study_id for each in migrating.to_move(tx, protocol(version="2"), ())] == ["P0001"]
    put(folder, "stamp@4.toml", {'version = "1"': 'version = "3"'})
    with pytest.raises(ContentRefused, match=r"stamp@4\.toml"):
        shelf_in_use().versions()


def test_the_commands_preview_refuse_move_and_log(tmp_path: Path, fresh: Fresh) -> None:
    database = fresh("sqlite")
    with database.write() as tx:
        for _ in range(2):
            people.add(tx, arm=None, test=False)
    in_use = put(tmp_path, "stamp.toml")
    second = put(tmp_path, "stamp@2.toml", SECOND)
    put(
        tmp_path, "stamp@3.toml", {'version = "1"': 'version = "3"', "closes_after_days = 28": "closes_after_days = 99"}
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(elsewhere, "stamp.toml", {'version = "1"': 'version = "9"'})
    env = {"COACH_DATABASE_URL": database.url.render_as_string(hide_password=False), "COACH_SECRET_KEY": KEY}

    def coach(*words: str, status: int = 0, protocol_file: Path | str = in_use) -> tuple[str, str]:
        done = CliRunner().invoke(COACH, list(words), env=env | {"COACH_PROTOCOL": str(protocol_file)})
        assert done.exit_code == status, done.output
        return done.stdout, done.stderr

    with living_by(in_use):
        assert "at: was 17:00:00, is now 18:00:00" in coach("protocol", "diff", "2")[0]
        assert "stamp 2: nothing to object to" in coach("protocol", "check", "2")[0]
        assert "overlaps" in coach("protocol", "migrate", "3", status=1)[1]
        assert "put it beside" in coach("protocol", "migrate", str(elsewhere / "stamp.toml"), status=1)[1]
        assert "no such protocol" in coach("protocol", "migrate", "8", status=1)[1]
        assert "COACH_PROTOCOL" in coach("participant", "list", status=1, protocol_file=tmp_path / "none.toml")[1]
        assert "P0002" in coach("protocol", "migrate", "2", "--dry-run")[0]
        assert '"to_version": "2"' in coach("protocol", "migrate", str(second), "--participant", "P0001", "--json")[0]
        coach("protocol", "migrate", "2", "--who", "dana")
        assert "none" in coach("protocol", "migrate", "2")[0]
    with database.read() as tx:
        assert {row.protocol_version for row in people.everyone(tx)} == {"2"}
        entries = table(AuditEntry)
        noted = tx.rows(select(entries.c.actor, entries.c.subject).where(entries.c.action == "protocol:migrated"))
        assert [tuple(row) for row in noted] == [
            ("staff", "stamp 2: 1 participants"),
            ("dana", "stamp 2: 1 participants"),
        ]
        assert list(audit.broken_links(tx)) == []
