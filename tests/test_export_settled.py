"""A cut is settled: nothing it covers is still to come, whoever is writing; and where and who everybody was then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import export as command
from coordinator.enrolling import add
from coordinator.export import Request, export
from coordinator.export_folder import ExportRefused
from records import allocation, audit, database, facts, people, waiting
from records.database import Database
from records.waiting import Busy, Waiting
from tests.databases import Clock, Fresh, url_of
from tests.exported import Export, Person, Study, dose, only

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that is not to be had is tried again soon."""
    monkeypatch.setattr(database, "PATIENT_MS", 20)


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def sqlite_study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@contextmanager
def writing(study: Study, ann: Person) -> Iterator[Callable[[], None]]:
    """Somebody who has logged a dose and is still inside; what it gives lets them go on, and waits until they did."""
    inside, may_go, gone = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        with study.database.write("participant") as tx:
            facts.write(tx, "late", dose(), ann.where)
            inside.set()
            may_go.wait()
        gone.set()

    def let_go() -> None:
        may_go.set()
        gone.wait()

    writer = threading.Thread(target=write)
    writer.start()
    inside.wait()
    try:
        yield let_go
    finally:
        may_go.set()
        writer.join()


# somebody is writing


def test_a_cut_has_what_was_being_written_when_it_was_asked_for_and_stays_the_same(study: Study) -> None:
    ann = study.adds().enrols()
    told: list[None] = []
    with writing(study, ann) as let_go:
        study.clock.move(seconds=2)
        as_of = study.clock.at
        out = study.folder / "during"

        def waited() -> None:
            told.append(None)
            let_go()

        made = export(study.database, Request(out, as_of=as_of), actor="staff", waiting=waited)
    first = Export(out, made.model_dump())
    assert (len(told), len(first.rows("doses"))) == (1, 1)
    study.clock.move(hours=1)
    assert study.exports(as_of=as_of).digests == first.digests
    assert study.exports(since=as_of).rows("doses") == []


def test_who_writes_after_the_snapshot_is_not_in_it_and_is_not_kept_waiting_by_it(study: Study) -> None:
    ann = study.adds().enrols()
    with study.database.settled(Waiting(lambda: None)) as tx:
        study.clock.move(seconds=1)
        ann.logs(dose())
        assert [*facts.in_force(tx, type(dose()))] == []
    assert len(study.rows("doses")) == 1


def test_the_command_says_on_one_line_what_it_waits_for_and_when_it_gives_up(
    sqlite_study: Study, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = sqlite_study
    ann = study.adds().enrols()
    app = typer.Typer()
    app.callback()(lambda: None)
    command.add_to(app, lambda: fresh.open(url_of(study.database)))
    out = study.folder / "out"
    monkeypatch.setattr(waiting, "TRIES", 2)
    with writing(study, ann):
        refused = CliRunner().invoke(app, ["export", "--out", str(out)])
    assert refused.stderr.splitlines() == [
        "coach export: waiting for somebody who is writing to the database",
        "coach: somebody else has been writing to the database all the while; try again later",
    ]
    assert (refused.exit_code, out.exists()) == (1, False)


def test_the_note_in_the_audit_waits_for_its_turn_too(study: Study) -> None:
    ann = study.adds().enrols()
    out = study.folder / "out"
    with writing(study, ann) as let_go:
        with pytest.raises(Busy), study.database.write("staff", Waiting(lambda: None, tries=2)):
            raise AssertionError("two were let in")
        with study.database.write("staff", Waiting(let_go)) as tx:
            audit.note(tx, audit.STUDY, "export:blinded", "")
    assert not out.exists()


# who everybody was, and where


def test_a_cut_in_which_somebody_is_invited_stays_the_same_when_they_say_where_they_are(study: Study) -> None:
    add(study.database, username="x", arm=None, test=False, site=None, qr=None)
    with study.database.read() as tx:
        (invited,) = people.everyone(tx)
    ann = Person(study, invited.study_id, invited.id)
    first, as_of = study.exports(), study.clock.at
    assert only(first.rows("participants"))["zone"] == "America/New_York"
    study.clock.move(days=1)
    ann.enrols(zone="America/Chicago")
    assert study.exports(as_of=as_of).digests == first.digests


def test_who_was_added_before_their_zone_was_noted_began_in_that_of_their_site(
    sqlite_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, noted = sqlite_study, audit.note

    def without_zone(tx: object, chain: str, action: str, subject: str, hashed: str = "") -> None:
        noted(tx, chain, action, subject.partition(",zone=")[0], hashed)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "note", without_zone)
    add(study.database, username="x", arm=None, test=False, site=None, qr=None)
    monkeypatch.undo()
    first, as_of = study.exports(), study.clock.at
    study.clock.move(days=1)
    with study.database.write() as tx:
        people.change(tx, people.by_study_id(tx, "P0001").id, "participant:settings", zone="Asia/Tokyo")
    assert study.exports(as_of=as_of).digests == first.digests


def test_a_cut_of_one_site_has_who_belonged_to_it_then(study: Study) -> None:
    moves, stays = study.adds(site="boston").enrols(), study.adds(site="madison").enrols()
    for person in (moves, stays):
        person.logs(dose())
    sites, as_of = ("boston", "madison"), study.clock.at
    first = {site: study.exports(site=site) for site in sites}
    study.clock.move(days=1)
    with study.database.write("AB") as tx:
        allocation.correct_site(tx, people.by_study_id(tx, moves.study_id), None, "madison", "entered at the other")
    study.clock.move(days=1)
    for site in sites:
        assert study.exports(site=site, as_of=as_of).digests == first[site].digests
    assert [row["site"] for row in study.rows("participants", site="madison")] == ["madison", "madison"]
    assert len(study.rows("doses", site="madison")) == 2
    with pytest.raises(ExportRefused, match="no participants at site 'boston'"):
        study.exports(site="boston")
