"""Answers from the phone, from paper and from licensed forms: all of a file or nothing, and what follows from them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.taken_down import follow
from content.protocol import protocol
from coordinator import alerting, ledger
from coordinator.answer_file import ANSWERS, FileRefused, template
from coordinator.importing import Imported, Order, import_answers
from records import audit, facts, people
from study.facts import NO_MEDICINE, AdverseEvent, CheckInFinished, Response, ScoreGiven, TlfbDay
from study.responses import values
from tests.clinic import Clinic, clinic_over, fresh_sqlite
from tests.databases import Shelf
from tests.exported import Study
from tests.test_visits import joined, rows, skip_to
from tests.visiting import kept, scored

pytestmark = pytest.mark.weeks

JUNE_3 = datetime(2026, 6, 3, 20, 0, tzinfo=UTC)
ON = {"answered_on": "2026-06-03", "mode": "phone", "taken_by": "dana"}
PEG = {"p": "7", "e": "8", "g": "6"}
CORE = [*(("peg", item, value) for item, value in PEG.items()), ("tlfb", "usual", "1")]


def line(instrument: str, item: str, value: str = "", **more: str) -> dict[str, str]:
    return {"study_id": "P0001", "visit": "month_3", "instrument": instrument, "item": item, "value": value} | ON | more


def peg(**more: str) -> list[dict[str, str]]:
    return [line("peg", item, value, **more) for item, value in PEG.items()]


def core(**more: str) -> list[dict[str, str]]:
    return [line(*each, **more) for each in CORE]


def everything(visit: str, **more: str) -> list[dict[str, str]]:
    """The full form of a check-in, every answer the lowest there is."""
    found = list(csv.DictReader(io.StringIO("\n".join(template(protocol(), [visit], [], ["P0001"])))))
    return [each | ON | {"value": each["allowed"].split()[0]} | more for each in found]


class Desk:
    """A coordinator with a file."""

    def __init__(self, clinic: Clinic, folder: Path) -> None:
        self.clinic, self.file = clinic, folder / "answers.csv"

    def brings(self, lines: list[dict[str, str]], **order: Any) -> Imported:
        with self.file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ANSWERS.every, restval="")
            writer.writeheader()
            writer.writerows(lines)
        return self.again(**order)

    def again(self, **order: Any) -> Imported:
        world = self.clinic.node.world
        return import_answers(self.clinic.database, Order(self.file, "erin", **order), follow(world), staffed=False)

    def refused(self, lines: list[dict[str, str]], **order: Any) -> tuple[str, ...]:
        with pytest.raises(FileRefused) as refused:
            self.brings(lines, **order)
        return refused.value.lines


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """On SQLite; what a database can do otherwise is shown on both below."""
    async with clinic_over(fresh_sqlite(tmp_path), at=JUNE_3) as clinic:
        yield clinic


@pytest.fixture
async def either(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    """Over each kind of database."""
    async with clinic_over(shelf.url(kind)) as clinic:
        yield clinic


@pytest.fixture
def desk(clinic: Clinic, tmp_path: Path) -> Desk:
    return Desk(clinic, tmp_path)


def none_taken(clinic: Clinic, visit: str, last: date) -> None:
    """The calendar of somebody with nothing on the list, told: with it the answers are the full form."""
    here = facts.Where(1, "P0001", "test")
    at = datetime.combine(last + timedelta(days=1), time(12), UTC)
    when = {"answered_at": at, "answered_local": at.isoformat(), "zone": "UTC"}
    with clinic.database.write("staff") as tx:
        facts.void(tx, "P0001-m0", here, "a mistake")
        for on in (last - timedelta(days=n) for n in range(28)):
            day = {"visit": visit, "on": on, "medicine": NO_MEDICINE, "count": 0, "status": "zero", "looks_to": last}
            facts.write(tx, f"told-{on}", TlfbDay.model_validate(day | when), here)


async def at_month_3(clinic: Clinic) -> Any:
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_3)
    return ann


# a visit answered on the phone


async def test_a_core_taken_down_on_the_phone_ends_the_visits_reminders(either: Clinic, tmp_path: Path) -> None:
    clinic, desk = either, Desk(either, tmp_path)
    ann = await at_month_3(clinic)
    done = desk.brings(core())
    assert [(v.visit, v.status, v.timing) for v in done.visits] == [("month_3", "core", "in_window")]
    assert (done.written, done.corrected, done.there_already) == (4, 0, 0)
    assert values(kept(clinic, "month_3", "peg")) == {"p": 7, "e": 8, "g": 6}
    assert [(end.complete, end.mode) for end in clinic.kept(CheckInFinished) if end.visit == "month_3"] == [
        (False, "phone")
    ]
    assert rows(clinic, "visit.month_3")["visit.month_3.invite"] == "answered"
    heard = len(ann.person.messages)
    await skip_to(clinic, datetime(2026, 7, 2, 14, 0, tzinfo=UTC))
    assert len(ann.person.messages) == heard
    assert ledger.check(clinic.database) == []


async def test_the_answers_say_how_when_and_by_whom_they_were_taken_down(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    desk.brings(peg(answered_at="09:30", mode="paper"))
    said = clinic.kept(Response)[0]
    assert (said.mode, said.taken_by, said.answered_local, said.zone) == (
        "paper", "dana", "2026-06-03T09:30:00", "America/New_York",
    )  # fmt: skip
    with clinic.database.read() as tx:
        assert [k.recorded_at for k in facts.in_force(tx, Response)] == [clinic.clock()] * 3
        assert list(audit.broken_links(tx)) == []
        assert list(facts.altered(tx)) == []


async def test_the_full_form_completes_the_visit_and_a_late_one_is_marked(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    clinic.clock.move(days=40)
    none_taken(clinic, "month_3", date(2026, 7, 8))
    (refused,) = desk.refused(everything("month_3", answered_on="2026-07-09"), early=True)
    assert refused == (
        "answers.csv:2:answered_on: 2026-07-09 is after the window of month_3; allowed: 2026-05-19 to 2026-06-30; "
        "if the check-in is right, --late"
    )
    done = desk.brings(everything("month_3", answered_on="2026-07-09"), late=True)
    assert [(v.status, v.timing) for v in done.visits] == [("complete", "late")]
    (end,) = [end for end in clinic.kept(CheckInFinished) if end.visit == "month_3"]
    assert end.complete
    assert scored(clinic, "month_3", "hrqol4")["unhealthy_days"].value == 0


async def test_an_item_rightly_left_out_on_paper_is_kept_as_not_asked(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    desk.brings(
        [
            line("hrqol4", item, value)
            for item, value in (("general_health", "2"), ("physical_days", "0"), ("mental_days", "0"))
        ]
    )
    assert kept(clinic, "month_3", "hrqol4")["limited_days"].status == "not_asked"


async def test_the_rest_of_a_check_in_is_asked_in_the_chat_after_the_phone(clinic: Clinic, desk: Desk) -> None:
    ann = await at_month_3(clinic)
    desk.brings(core())
    await ann.says("/checkin")
    assert "only ask the rest" in ann.hears


async def test_a_baseline_on_paper_is_the_day_of_enrolment_and_the_year_counts_from_it(
    clinic: Clinic, desk: Desk
) -> None:
    await joined(clinic, baseline_on=None)
    await clinic.passes(days=3)
    none_taken(clinic, "baseline", date(2026, 6, 3))
    done = desk.brings(everything("baseline", answered_on="2026-06-04", mode="paper"))
    assert [(v.status, v.timing) for v in done.visits] == [("complete", "in_window")]
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").enrolled_on == date(2026, 6, 4)
    assert rows(clinic, "visit.baseline")["visit.baseline.invite"] == "answered"
    assert "counted from 2026-06-04" in ledger.why(clinic.database, "P0001", "month_3")


async def test_a_visit_that_counts_from_an_unknown_day_waits_for_the_baseline(clinic: Clinic, desk: Desk) -> None:
    await joined(clinic, baseline_on=None)
    none_taken(clinic, "baseline", date(2026, 6, 2))
    clinic.clock.move(days=95)
    later = [line("peg", "p", "7", answered_on="2026-09-03")]
    assert "bring the baseline in first" in desk.refused(later)[0]
    wrong = [*later, line("peg", "p", "11", visit="baseline")]
    assert len(desk.refused(wrong)) == 1
    done = desk.brings([*later, *everything("baseline", answered_on="2026-06-03")])
    assert [v.visit for v in done.visits] == ["baseline", "month_3"]


# twice, other values, trials


async def test_the_same_file_twice_doubles_nothing(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    desk.brings(core())
    again = desk.again()
    assert (again.written, again.corrected, again.there_already) == (0, 0, 4)
    assert len(clinic.kept(Response)) == 4


async def test_another_value_is_refused_and_with_a_reason_becomes_a_revision(either: Clinic, tmp_path: Path) -> None:
    clinic, desk = either, Desk(either, tmp_path)
    await at_month_3(clinic)
    desk.brings(peg())
    other = [line("peg", "p", "3"), line("peg", "e", "8")]
    assert desk.refused(other) == ("answers.csv:2:value: peg.p is answered: 7 (phone, 2026-06-03); see --correct",)
    done = desk.brings(other, correct="heard wrong")
    assert (done.written, done.corrected, done.there_already) == (0, 1, 1)
    assert scored(clinic, "month_3", "peg")["peg"].value == pytest.approx(17 / 3)
    study = Study(clinic.database, clinic.clock, tmp_path)  # type: ignore[arg-type]
    (row,) = [row for row in study.rows("corrections", free_text=True) if row["table"] == "responses"]
    assert (row["row_id"], row["column"], row["old"], row["new"]) == ("month_3.peg.p", "value", "7", "3")
    assert (row["recorded_by"], row["why"]) == ("erin", "heard wrong")


async def test_what_was_skipped_in_the_chat_can_be_answered_on_the_phone(clinic: Clinic, desk: Desk) -> None:
    ann = await at_month_3(clinic)
    await ann.says("/checkin")
    await ann.taps("Skip")
    assert kept(clinic, "month_3", "peg")["p"].status == "skipped"
    assert desk.brings(core()).written == 4
    assert kept(clinic, "month_3", "peg")["p"].value == 7


async def test_a_check_in_that_stood_open_asks_no_more_about_what_was_said_on_the_phone_meanwhile(
    clinic: Clinic, desk: Desk, tmp_path: Path
) -> None:
    ann = await at_month_3(clinic)
    await ann.says("/checkin")
    open_at_the_call = ann.last.text
    desk.brings(core())
    await ann.says("3")
    assert "1 of" in open_at_the_call
    assert "5 of" in ann.last.text  # the rest of the core was said on the phone
    study = Study(clinic.database, clinic.clock, tmp_path)  # type: ignore[arg-type]
    assert {r["item"]: (r["value"], r["mode"]) for r in study.rows("responses") if r["instrument"] == "peg"} == {
        "p": ("3", "chat"),
        "e": ("8", "phone"),
        "g": ("6", "phone"),
    }
    (lost,) = [row for row in study.rows("corrections") if row["column"] == "value"]
    assert (lost["row_id"], lost["old"], lost["new"], lost["recorded_by"]) == ("month_3.peg.p", "7", "3", "participant")
    await ann.taps("« Back")
    assert ann.last.text == open_at_the_call


async def test_a_trial_says_what_would_happen_and_keeps_nothing(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    none_taken(clinic, "month_3", date(2026, 6, 2))
    with clinic.database.read() as tx:
        before = audit.heads(tx)
    done = desk.brings(everything("month_3"), dry_run=True)
    assert done.dry_run
    assert [v.status for v in done.visits] == ["complete"]
    assert clinic.kept(Response) == []
    with clinic.database.read() as tx:
        assert audit.heads(tx) == before


# what is wrong


async def test_everything_wrong_is_said_by_line_and_column_and_nothing_is_kept(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    wrong = desk.refused(
        [
            *peg(),
            line("PEG", "peg.p", "8"),
            line("nrs4", "average", "11"),
            line("nrs4", "worst", "7.5"),
            line("nrs4", "least", "", status="asleep"),
            line("nrs4", "now", "3", status="skipped"),
            line("peg", "x", "1"),
            line("eq5d", "1", "1"),
            line("pgic", "change", "4", visit="month_4"),
            line("rmdq", "s1", "1", study_id="P0099"),
            line("rmdq", "s2", "1", mode="fax", taken_by="Dana the nurse"),
            line("rmdq", "s3", "1", answered_on="03/06/2026"),
            line("rmdq", "s4", "1", answered_on="2027-01-01"),
            line("rmdq", "s5", "1", answered_on="2026-02-28"),
            line("rmdq", "s6", "1", version="rmdq-23"),
            line("sf12", "sf12_physical", "38,2", version="SF-12v2"),
            line("sf12", "sf12_mental", "38.2"),
            line("rmdq", "s7", "1", answered_at="9 o'clock"),
            line("rmdq", "s8", "1", answered_on="2026-W23-3"),
            line("rmdq", "s9", "1", answered_on="20260603"),
            line("peg", "p", "1", visit="month_12"),
        ]
    )
    places = [each.split(": ")[0].removeprefix("answers.csv:") for each in wrong]
    assert places == [
        "5:item", "6:value", "7:value", "8:status", "9:status", "10:item", "11:instrument", "12:visit", "13:study_id",
        "14:mode", "14:taken_by", "15:answered_on", "16:answered_on", "17:answered_on", "18:version", "19:value",
        "20:version", "21:answered_at", "22:answered_on", "23:answered_on", "24:answered_on",
    ]  # fmt: skip
    assert wrong[1] == "answers.csv:6:value: '11' is no answer to nrs4.average; allowed: 0 to 10"
    assert all("allowed" in each for each in wrong if ":study_id" not in each)
    assert "2026-06-03 is before the window of month_12" in wrong[-1]
    assert clinic.kept(Response) == []


async def test_a_blank_line_is_no_answer_and_never_zero(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    done = desk.brings([line("peg", "p", "0"), line("peg", "e"), line("peg", "g", status="dont_know")])
    assert (done.written, done.left_blank) == (2, 1)
    given = kept(clinic, "month_3", "peg")
    assert (given["p"].value, given["g"].status, "e" in given) == (0, "dont_know", False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"study_id,visit\nP0001,month_3\n", "1:instrument: this column is missing"),
        (
            ",".join(ANSWERS.every).encode() + b",,\n",
            "1:13, 14: column 13, 14 is without a name in the header: delete it",
        ),
        (b"", "1:study_id: this column is missing"),
        (",".join(ANSWERS.every).encode() + b",colour\n", "1:colour: there is no such column"),
        (",".join(ANSWERS.every).encode() + b"\nP0001,month_3\n", "2:-: 2 cells where the header has 12"),
        (",".join(ANSWERS.every).encode() + b"\nP0001,\xff\n", "2:-: this is not UTF-8"),
        (",".join(ANSWERS.every).encode() + b'\n"P0001\n', "this is no CSV"),
        ((",".join(ANSWERS.every) + "\n" + "P0001" + "," * 11 + "\n").encode() * 3002, "3001:-: over 3000 lines"),
    ],
)
async def test_a_file_that_is_no_such_table_is_refused(desk: Desk, content: bytes, said: str) -> None:
    desk.file.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        desk.again()
    assert any(said in each for each in refused.value.lines)


async def test_a_file_as_a_spreadsheet_in_europe_writes_it_is_read(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    head = ";".join(ANSWERS.every)
    cells = ["P0001", "month_3", "peg", "peg.p", "7", "", "", "2026-06-03", "", "interview", "dana", ""]
    desk.file.write_bytes(("\ufeff" + head + "\r\n" + ";".join(cells) + "\r\n").encode())
    assert desk.again().written == 1
    assert [said.mode for said in clinic.kept(Response)] == ["interview"]


async def test_nothing_is_taken_over_of_who_has_not_joined_declined_or_left(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    clinic.invited()
    assert "has not joined yet" in desk.refused([line("peg", "p", "7", study_id="P0002")])[0]
    with clinic.database.write("staff") as tx:
        people.change(tx, 2, "participant:declined", status="declined")
        people.change(tx, 1, "participant:withdrawn:study", status="stopped")
    assert "nothing may be kept" in desk.refused([line("peg", "p", "7", study_id="P0002")])[0]
    await clinic.later(days=3)
    assert "left the study; allowed: until 2026-06-03" in desk.refused(peg(answered_on="2026-06-05"))[0]
    assert desk.brings(peg()).written == 3


# alerts


async def test_alerts_are_raised_as_from_the_chat_and_once(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    mood = [line("phq4", item, "3") for item in ("q1", "q2", "q3", "q4")]
    ticks = [line("co_use", item, "1") for item in ("alcohol",)]
    told = desk.brings([*mood, *ticks]).alerts
    assert [(each.rule, each.tier) for each in told] == [("phq4_high", 2), ("co_use", 2)]
    assert sorted(a.rule for a in alerting.listed(clinic.database)) == ["co_use", "phq4_high"]
    assert desk.again().alerts == ()
    assert [a.times for a in clinic.rows(alerts_table())] == [1, 1]


async def test_what_is_expected_at_the_baseline_is_no_alert_on_paper_either(clinic: Clinic, desk: Desk) -> None:
    await joined(clinic, baseline_on=None)
    done = desk.brings([line("co_use", "alcohol", "1", visit="baseline")])
    assert (done.written, done.alerts) == (1, ())
    assert alerting.listed(clinic.database) == []


def alerts_table() -> Any:
    from records.tables import AlertRow, table

    return table(AlertRow).select()


async def test_phq9_item_9_on_paper_is_told_at_once_and_the_person_reads_where_help_is(
    clinic: Clinic, desk: Desk
) -> None:
    ann = await at_month_3(clinic)
    told = desk.brings([line("phq9", "q9", "1", mode="paper")]).alerts
    assert [(each.rule, each.tier) for each in told] == [("phq9_item9", 1)]
    ann.seen = len(ann.person.messages)
    await clinic.settle()
    assert "On Wednesday 3 June you answered some questions" in ann.hears
    assert "Are you safe" in ann.hears
    heard = len(ann.person.messages)
    desk.brings([line("phq9", "q9", "2")], correct="read wrong")
    await clinic.settle()
    assert [a.times for a in clinic.rows(alerts_table())] == [2]
    assert len(ann.person.messages) > heard


async def test_of_an_old_form_only_staff_are_told(clinic: Clinic, desk: Desk) -> None:
    ann = await at_month_3(clinic)
    heard = len(ann.person.messages)
    desk.brings([line("phq9", "q9", "1", answered_on="2026-05-19")])
    await clinic.settle()
    assert len(ann.person.messages) == heard
    assert [a.rule for a in alerting.listed(clinic.database)] == ["phq9_item9"]


async def test_unwanted_events_ticked_on_paper_are_written_down(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    ticked = {each["item"]: "0" for each in everything("month_3") if each["instrument"] == "events"}
    first = next(iter(ticked))
    desk.brings([line("events", item, "1" if item == first else "0") for item in ticked])
    assert len(clinic.kept(AdverseEvent)) == 1


async def test_test_people_can_be_imported_too(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    clinic.invited(test=True)
    with clinic.database.write("staff") as tx:
        row = people.by_study_id(tx, "T0001")
        people.change(tx, row.id, "test", status="enrolled", enrolled_on=date(2026, 3, 2))
    assert desk.brings(peg(study_id="T0001")).written == 3


# licensed instruments


async def test_licensed_answers_are_scored_and_scores_as_given_are_kept_with_their_version(
    clinic: Clinic, desk: Desk, tmp_path: Path
) -> None:
    await at_month_3(clinic)
    sections = ["3", "1", "3", "2", "2", "3", "1", "", "2", "2"]
    odi = [line("odi", str(n), value, mode="paper") for n, value in enumerate(sections, start=1)]
    sf12 = line("sf12", "sf12_physical", "38.25", version="SF-12v2, 2009", mode="paper")
    done = desk.brings([*odi, sf12])
    assert (done.written, done.left_blank) == (10, 1)
    study = Study(clinic.database, clinic.clock, tmp_path)  # type: ignore[arg-type]
    export = study.exports()
    scores = {row["score"]: row for row in export.rows("scores")}
    assert float(scores["odi"]["value"]) == pytest.approx(100 * 19 / 45)
    given = scores["sf12_physical"]
    assert (given["value"], given["n_missing"], given["scorer_version"]) == ("38.25", "", "given SF-12v2, 2009")
    (row,) = export.rows("given_scores")
    assert (row["mode"], row["taken_by"], row["version"]) == ("paper", "dana", "SF-12v2, 2009")
    assert {(row["instrument"], row["taken_by"], row["recorded_by"]) for row in export.rows("taken_down")} == {
        ("odi", "dana", "erin")
    }
    assert desk.again().there_already == 10
    assert "answered: 38.25" in desk.refused([sf12 | {"value": "41"}])[0]
    assert desk.brings([sf12 | {"value": "41"}], correct="typed wrong").corrected == 1
    assert [score.value for score in clinic.kept(ScoreGiven)] == [41]
