"""What an export must not show: who somebody is, their words, and their arm; each only when asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.exercises import exercises
from records import alerts, people
from records.database import Database
from study.facts import AdverseEvent, Note
from tests.databases import START, Clock
from tests.exported import Person, Study, begun, dose, led, medicine, only, practised


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


TELEGRAM_ID = 5_551_234_567
NAME = "Zoë Quimby"
ARM_WORDS = ("mbt", "cbt", "mindful", "cognitive")


def plant(person: Person) -> None:
    """A Telegram id, and free text with a name and an arm in every place free text can stand."""
    said = f"{NAME} here, in the mbt group, CBT for my mindful cognitive sister"
    with person.study.database.write() as tx:
        people.link(tx, person.id, TELEGRAM_ID)
        raised = alerts.raise_(tx, person.id, "sedation", 1, 1, START, study_id=person.study_id)
        alerts.add_note(tx, raised.id, said, "AB")
    person.logs(medicine(nickname=said, reason=said))
    person.logs(AdverseEvent(description=said, related_to="stop", aware_at=START))
    person.logs(AdverseEvent(description=said + "!", related_to="stop", aware_at=START), "ae")
    person.logs(AdverseEvent(description=said, related_to="anchor", aware_at=START), "ae", actor="AB", why=said)
    person.logs(Note(text=said, to_team=False, written_at=START))
    person.takes_back(person.logs(dose()), why=said, actor="AB")


def test_a_blinded_export_holds_no_identity_no_free_text_and_no_arm(study: Study, ann: Person) -> None:
    plant(ann)
    pause = ann.logs(begun())
    entity = ann.logs(led(pause, "breathing_space"))
    ann.logs(led(pause, "urge_surfing"), entity)
    ann.logs(practised(exercise="thought_record"))
    export = study.exports()
    text = export.everything.casefold()
    assert [word for word in (str(TELEGRAM_ID), "quimby", *ARM_WORDS) if word in text] == []
    cells = {cell for table in [*export.tables, "codebook"] for row in export.cells(table) for cell in row}
    assert cells & set(exercises()) == set()


def test_an_exercise_that_the_release_no_longer_has_is_not_named_either(study: Study, ann: Person) -> None:
    ann.logs(led(None, "old_mindful_thing"))
    assert only(study.rows("practice"))["exercise"] == "E00"


def test_unblinded_the_arm_stands_last_and_exercises_have_their_names(study: Study, ann: Person) -> None:
    study.adds(None)
    ann.logs(led(None, "stop"))
    export = study.exports(unblind=True)
    assert [row["arm"] for row in export.rows("participants")] == ["mbt", ""]
    assert export.cells("participants")[0][-1] == "arm"
    assert only(export.rows("practice"))["exercise"] == "stop"
    assert export.manifest["blinded"] is False


def test_free_text_stands_in_columns_of_its_own_on_request(study: Study, ann: Person) -> None:
    plant(ann)
    export = study.exports(free_text=True)
    assert NAME in only(export.rows("medicines"))["nickname"]
    assert NAME in only(export.rows("medicines"))["reason"]
    assert {NAME in row["description"] for row in export.rows("adverse_events")} == {True}
    assert NAME in only(export.rows("notes"))["text"]
    assert NAME in only(export.rows("alert_notes"))["text"]
    assert not {"notes", "alert_notes"} & set(study.exports().tables)


def test_a_product_that_is_on_no_list_of_names_is_not_written_out(study: Study, ann: Person) -> None:
    ann.logs(medicine("john smith's own mix"))
    ann.logs(medicine("oxycodone"))
    assert sorted(row["product"] for row in study.rows("medicines")) == ["oxycodone", "unlisted"]
