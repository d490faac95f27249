"""The file with everything that is kept on a person, for themselves."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content.wording import discreet_words_in
from records import alerts, facts, people
from records.alerts import Raised
from records.fact_tables import TABLE_OF
from records.facts import Where
from records.tables import Chat, Participant, table
from study.facts import ConsentGiven, SettingsChanged
from tests.clinic import START, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check

CONSENT = ConsentGiven(version="1", language="en", sha256="a" * 64, answer="agreed", at=START)


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def file_of(patient: Patient) -> dict[str, Any]:
    """Ask for the file and read it."""
    await patient.says("/mydata")
    found: dict[str, Any] = json.loads(_raw(patient))
    return found


def _raw(patient: Patient) -> str:
    shown = next(m for m in reversed(patient.heard) if m.kind == "document")
    assert shown.file is not None
    assert shown.file.name == "mydata-P0001.json"
    return shown.file.content.decode()


async def a_day_of(patient: Patient) -> None:
    """A dose changed, another taken back, a pause, words for the team."""
    await patient.does(">/dose", "1 tablet (usual)", "Now")
    patient.clinic.clock.move(minutes=20)
    await patient.does(">/dose", "2 tablets", "Now")
    patient.clinic.clock.move(minutes=20)
    await patient.does(">/undo", "Yes", ">/fix")
    await patient.taps(next(b for b in patient.buttons if b.startswith("1 tablet")))
    await patient.does("How much", ">2")
    patient.clinic.clock.move(minutes=20)
    await patient.does(">/pause", "8", "4", "Both", "No exercise, log only")
    await patient.does("5", "3", "Rather not say")


def raised(clinic: Clinic) -> Raised:
    with clinic.database.write("staff") as tx:
        person = people.by_study_id(tx, "P0001")
        alert = alerts.raise_(tx, person.id, "dose_excess", 2, 1, START, study_id="P0001")
        alerts.add_note(tx, alert.id, "Called her sister at work.", "coordinator-7")
    return alert


async def test_the_file_has_what_stands_what_it_was_and_what_was_taken_back(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await a_day_of(ann)
    kept = await file_of(ann)
    changed, back = kept["entries"]["dose"]
    assert (changed["count"], changed["why"], changed["taken_back"]) == (2, "fix: amount", False)
    assert [b["count"] for b in changed["before"]] == [1]
    assert (back["taken_back"], back["why"]) == (True, "undo")
    assert kept["entries"]["pause_begun"][0]["pain"] == 8
    assert kept["entries"]["pause_ended"][0]["decision"] == "rather_not_say"
    assert kept["entries"]["medicine"][0]["nickname"] == "oxy"
    assert "P0001" in kept["about"]
    assert kept["you"]["zone"] == "America/New_York"


async def test_every_kind_of_fact_is_in_the_file(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    kept = await file_of(ann)
    assert set(kept["entries"]) == {str(t.__tablename__) for t in TABLE_OF.values()}


async def test_alerts_are_in_it_without_the_notes_of_staff(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    raised(clinic)
    kept = await file_of(ann)
    assert [(a["rule"], a["state"]) for a in kept["alerts"]] == [("dose_excess", "open")]
    assert "sister" not in _raw(ann)
    assert "coordinator-7" not in _raw(ann)


async def test_nothing_of_others_no_chat_id_no_sum_of_strength_and_not_the_group(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    ben = await clinic.enrolled("cbt", "Ben")
    await ben.does(">/dose", "1 tablet (usual)", "Now")
    await a_day_of(ann)
    await ann.says("/mydata")
    raw = _raw(ann)
    assert str(ann.person.user_id) not in raw
    assert "P0002" not in raw
    assert not re.search(r"\b(arm|mbt|cbt|mme)\b", raw, re.IGNORECASE)
    people_, chats = table(Participant), table(Chat)
    for row in clinic.rows(select(chats)):
        assert row.chat_hash not in raw
    assert {"participant_id", "conversation_id", "id", "recorded_by", "salt"}.isdisjoint(_names(json.loads(raw)))
    assert len(clinic.rows(select(people_))) == 2


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for each in value.values() for name in _names(each)}
    return {name for each in value for name in _names(each)} if isinstance(value, list) else set()


async def test_what_the_person_wrote_is_readable_in_it(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("the weather is grey and my knees know it")
    kept = await file_of(ann)
    assert kept["entries"]["note"][0]["text"] == "the weather is grey and my knees know it"


async def test_discreet_mode_has_neutral_names_in_the_file_too(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await a_day_of(ann)
    with clinic.database.write() as tx:
        people.change(tx, people.by_study_id(tx, "P0001").id, "participant:settings", discreet=True)
    kept = await file_of(ann)
    assert kept["entries"]["pause_begun"][0]["how_strong"] == 8
    assert discreet_words_in(_raw(ann).replace("_", " ")) == ()


async def test_somebody_who_left_can_still_have_it(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await a_day_of(ann)
    with clinic.database.write() as tx:
        people.change(tx, people.by_study_id(tx, "P0001").id, "participant:stopped", status="stopped")
    assert len((await file_of(ann))["entries"]["dose"]) == 2


async def test_consent_and_settings_are_in_it(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        for fact in (CONSENT, SettingsChanged(discreet=False)):
            facts.write(tx, type(fact).__name__, fact, Where(person.id, "P0001", "test"))
    kept = await file_of(ann)
    assert kept["entries"]["consent"][0]["version"] == "1"
    assert kept["entries"]["settings_change"][0]["discreet"] is False
    check("mydata", ann.transcript())


async def test_a_year_of_entries_still_fits_in_one_file(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    (dose,) = clinic.kept(facts.KIND["DoseTaken"])
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        for n in range(1500):
            facts.write(tx, f"d{n}", dose, Where(person.id, "P0001", "test"))
    assert len((await file_of(ann))["entries"]["dose"]) == 1501
    assert len(_raw(ann)) < 1_000_000
