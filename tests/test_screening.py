"""Screening: criteria decided one by one, refusals with a reason, a sign-off, and the way into the study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from content.loading import ContentRefused, checked
from content.screening_criteria import Criteria, criteria
from coordinator import enrolling, screening
from coordinator.enrolling import AddRefused, Way
from coordinator.screening import ScreeningRefused
from records import audit, facts, people, roster
from records import screening as kept
from records.database import Database, Tx
from records.roster import Reader
from records.study_tables import ScreeningEntry
from records.tables import table
from study.screening import AnswerRefused, decided
from tests.databases import Clock, Fresh
from tests.exported import Study

FITS = {
    "age": "54",
    "english": "yes",
    "back_pain": "yes",
    "bpi_average": "6,5",
    "odi": "42",
    "opioid_mme": "60",
    "opioid_months": "24",
    "prior_training": "no",
    "psychiatric": "no",
    "pregnant": "no",
}


def begun(tx: Tx, **answers: str) -> str:
    number = screening.add(tx, None, test=False)
    if answers:
        screening.decide(tx, number, answers, None)
    return number


def investigator(tx: Tx, code: str = "dr_lee") -> Tx:
    """The same transaction in the hands of an investigator of the roster."""
    if code not in [reader.code for reader in roster.everyone(tx)]:
        roster.add(tx, Reader(code, "Dr Lee", "investigator", "12345", "09:00", "17:00", "America/New_York"))
    return replace(tx, actor=code)


def joins(db: Database, number: str | None, *, test: bool = False, site: str | None = None) -> Way:
    return enrolling.add(db, username="bot", arm=None, test=test, site=site, qr=None, screening=number)


def faults(tx: Tx) -> list[str]:
    return [fault.reason for fault in (*audit.broken_links(tx), *facts.altered(tx))]


@pytest.mark.parametrize(
    ("code", "answer", "met"),
    [
        ("age", "21", True),
        ("age", "20.9", False),
        ("bpi_average", "3", True),
        ("bpi_average", "2.99", False),
        ("odi", "20", True),
        ("odi", "19", False),
        ("opioid_mme", "15", True),
        ("opioid_mme", "0", False),
        ("opioid_months", "3", True),
        ("english", "no", False),
        ("pregnant", "no", True),
        ("pregnant", "Yes", False),
    ],
)
def test_an_answer_meets_a_criterion_as_the_trial_had_it(code: str, answer: str, met: bool) -> None:
    assert decided(criteria("stamp").criterion(code), answer).met is met


@pytest.mark.parametrize(
    ("code", "answer"), [("age", "old"), ("age", "-1"), ("age", "nan"), ("odi", "101"), ("english", "maybe")]
)
def test_an_answer_that_a_criterion_does_not_take_is_refused(code: str, answer: str) -> None:
    with pytest.raises(AnswerRefused, match=code):
        decided(criteria("stamp").criterion(code), answer)


def test_wrong_criteria_are_refused_with_their_place() -> None:
    one = {"code": "a", "kind": "inclusion", "answer": "yes_no", "text": "A", "source": "x"}
    rest = {"name": "x", "version": "1", "source": "x", "refusals": [{"code": "other", "text": "Other"}]}
    for wrong, reason in (
        ([one, one], "comes twice"),
        ([one | {"answer": "number"}], "at_least or at_most"),
        ([one | {"colour": "red"}], "criteria.0.colour"),
    ):
        with pytest.raises(ContentRefused, match=reason):
            checked(Criteria, rest | {"criteria": wrong}, "x.toml")


def test_somebody_eligible_and_signed_joins_once_at_the_site_they_were_screened_at(database: Database) -> None:
    with database.write("dana") as tx:
        number = begun(tx, **{code: said for code, said in FITS.items() if code != "odi"})
        assert number == "S0001"
        with pytest.raises(ScreeningRefused, match="S0001 is not decided yet: odi"):
            screening.sign(investigator(tx), number)
    for reason in ("not eligible", "not signed"):
        with pytest.raises(ScreeningRefused, match=reason):
            joins(database, number)
        with database.write("dana") as tx:
            screening.decide(tx, number, {"odi": "42"}, None)
    with database.write("dr_lee") as tx:
        line = screening.sign(investigator(tx), number)
        assert (line.status, line.signed_by) == ("eligible", "dr_lee")
    way = joins(database, number)
    with database.read() as tx:
        (line,) = screening.listed(tx)
        assert (line.status, line.study_id) == ("joined", way.study_id)
        _, decisions = screening.shown(tx, number)
        assert {(each.by, each.met) for each in decisions} == {("dana", True)}
        assert people.by_study_id(tx, way.study_id).zone == "America/New_York", "the zone of the site"
        assert faults(tx) == []
    with pytest.raises(ScreeningRefused, match="joined already, as P0001"):
        joins(database, number)
    with pytest.raises(ScreeningRefused, match="nothing is decided any more"), database.write() as tx:
        screening.decide(tx, number, {"age": "55"}, "typed wrong")


def test_a_change_needs_a_reason_and_a_new_sign_off(database: Database) -> None:
    with database.write("dana") as tx:
        number = begun(tx, **FITS)
        screening.sign(investigator(tx), number)
        with pytest.raises(ScreeningRefused, match="say with --why"):
            screening.decide(tx, number, {"age": "19"}, None)
        line = screening.decide(tx, number, {"age": "19"}, "typed wrong")
        assert (line.status, line.because, line.signed_by) == ("ineligible", "age", None)
        assert screening.sign(investigator(tx), number).signed_by == "dr_lee"
        with pytest.raises(ScreeningRefused, match="there is no criterion height"):
            screening.decide(tx, number, {"height": "180"}, None)
        assert len(kept.decisions(tx, kept.by_number(tx, number))) == len(FITS) + 1
    with pytest.raises(ScreeningRefused, match="not eligible"):
        joins(database, number)


def test_a_refusal_has_a_reason_of_the_list_and_can_be_taken_back(database: Database) -> None:
    with database.write("dana") as tx:
        number = begun(tx, **FITS)
        screening.sign(investigator(tx), number)
        with pytest.raises(ScreeningRefused, match="there is no reason bored: no_time"):
            screening.refuse(tx, number, "bored", None)
        assert screening.refuse(tx, number, "no_time", None).status == "refused"
    with pytest.raises(ScreeningRefused, match="refused to take part"):
        joins(database, number)
    with database.write("dana") as tx:
        assert screening.refuse(tx, number, "none", "has time now").status == "eligible"
    assert joins(database, number).study_id == "P0001"


def test_trial_runs_stay_among_themselves(fresh: Fresh) -> None:
    database = fresh("sqlite")
    with database.write("dana") as tx:
        number = screening.add(tx, None, test=True)
        screening.decide(tx, number, FITS, None)
        screening.sign(investigator(tx), number)
    assert number == "ST0001"
    with pytest.raises(ScreeningRefused, match="a test screening"):
        joins(database, number)
    assert joins(database, number, test=True).study_id == "T0001"


def test_only_a_site_of_the_protocol_is_taken(fresh: Fresh) -> None:
    database = fresh("sqlite")
    with pytest.raises(AddRefused, match="the protocol has no site north: --site main"):
        joins(database, None, site="north")
    with pytest.raises(ScreeningRefused, match="which site"), database.write() as tx:
        screening.add(tx, "north", test=False)


def test_an_altered_decision_and_one_that_is_gone_are_found_and_erasure_is_not_held_against_anybody(
    database: Database,
) -> None:
    entries = table(ScreeningEntry)
    with database.write("dana") as tx:
        number = begun(tx, **FITS)
        screening.sign(investigator(tx), number)
    way = joins(database, number)
    with database.write("dana") as tx:
        other = begun(tx, age="54", odi="42")
        assert faults(tx) == []
        mine = entries.c.entity == f"{other}-age"
        tx.run(update(entries).where(mine).values(answer="19"))
        assert faults(tx) == ["screening S0002-age.1 was altered"]
        tx.run(update(entries).where(mine).values(answer="54"))
    with database.write() as tx:
        tx.run(entries.delete().where(entries.c.entity == f"{other}-odi"))
        assert faults(tx) == ["S0002-odi.1 is gone"]
    enrolling.erase(database, way.study_id, "dana")
    with database.read() as tx:
        assert faults(tx) == ["S0002-odi.1 is gone"], "nothing of S0001 is missed"
        assert kept.decisions(tx, kept.by_number(tx, number)) == []
        assert screening.listed(tx)[0].status == "joined", "that they joined stays"


def test_screenings_are_exported_with_their_decisions_and_what_was_changed(
    fresh: Fresh, clock: Clock, tmp_path: Path
) -> None:
    study = Study(fresh("sqlite"), clock, tmp_path)
    db = study.database
    with db.write("dana") as tx:
        first, second = begun(tx, **FITS | {"age": "19"}), begun(tx)
        screening.refuse(tx, second, "privacy", None)
        trial = screening.add(tx, None, test=True)
    early, as_of = study.exports(), clock.at
    clock.move(days=1)
    with db.write("dana") as tx:
        screening.decide(tx, first, {"age": "91"}, "digits swapped")
        screening.sign(investigator(tx), first)
    joins(db, first)
    export = study.exports()
    rows = {row["screening_no"]: row for row in export.rows("screening")}
    assert set(rows) == {first, second}
    assert trial not in rows
    joined, refused = rows[first], rows[second]
    assert (joined["status"], joined["study_id"], joined["signed_as"]) == ("joined", "P0001", "eligible")
    assert (refused["status"], refused["refusal"], refused["study_id"]) == ("refused", "privacy", "")
    decisions = {row["criterion"]: row for row in export.rows("screening_criteria")}
    assert (decisions["age"]["answer"], decisions["age"]["met"], decisions["age"]["decided_by"]) == ("91", "1", "dana")
    changed = [(r["column"], r["old"], r["new"], r["row_id"]) for r in export.rows("corrections")]
    assert changed == [("answer", "19", "91", "S0001.age"), ("met", "0", "1", "S0001.age")]
    again = study.exports(as_of=as_of)
    assert [again.digests[f"{name}.csv"] for name in ("screening", "screening_criteria", "corrections")] == [
        early.digests[f"{name}.csv"] for name in ("screening", "screening_criteria", "corrections")
    ]
    before = {row["screening_no"]: row for row in early.rows("screening")}
    assert (before[first]["status"], before[first]["not_met"]) == ("ineligible", "age")
