"""What an export must not show: who somebody is, their words, and their arm; each only when asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.exercises import exercises
from content.exports import exported
from coordinator.export import Request, export
from coordinator.export_folder import ExportRefused
from records import alerts, people, roster
from records.database import Database
from records.roster import Reader
from study.facts import AdverseEvent, Note
from tests.clinic import Clinic
from tests.databases import START, Clock
from tests.exported import Export, Person, Study, begun, dose, ended, led, medicine, only, practised

pytestmark = pytest.mark.weeks


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


def test_only_staff_whose_role_is_unblinded_see_arms(study: Study, ann: Person) -> None:
    with study.database.write("staff") as tx:
        roster.add(tx, Reader("CO", "Cora", "coordinator", "12345", "09:00", "17:00", "UTC"))
    for acting, reason in ((None, "--unblind --as CODE"), ("CO", "CO may not unblind"), ("XX", "nobody on the roster")):
        with pytest.raises(ExportRefused, match=reason):
            export(study.database, Request(study.folder / "x", unblind=True, acting=acting), actor="staff")
    assert study.exports(unblind=True).manifest["blinded"] is False
    with study.database.write("staff") as tx:
        roster.disable(tx, study.unblinded)
    with pytest.raises(ExportRefused, match="nobody on the roster has the code 'UB'"):
        study.exports(unblind=True)


def leads_every_exercise(person: Person, arm: str) -> None:
    """A pause with each exercise of an arm from beginning to end; each practised, corrected and complained of too."""
    for each in sorted(exercises().values(), key=lambda each: each.id):
        if each.arm == arm:
            pause = person.logs(begun())
            entity = person.logs(led(pause, each.id, each.seconds - 1))
            person.logs(led(pause, each.id, each.seconds), entity)
            person.logs(ended(pause))
            person.logs(practised(exercise=each.id, minutes=each.minutes))
            person.logs(AdverseEvent(description="", related_to=each.id, aware_at=START))


def values_by_column(export: Export, study_id: str) -> dict[tuple[str, str], set[str]]:
    ids = {(table.name, column.name) for table in exported() for column in table.columns if column.type == "id"}
    ids |= {("conversations", "conversation_id")}
    return {
        (table, name): {row[name] for row in export.rows(table) if row["study_id"] == study_id}
        for table in export.tables
        for name in export.cells(table)[0]
        if (table, name) not in ids or name == "related_to"
    }


def test_no_value_of_a_blinded_export_occurs_in_one_arm_only(study: Study) -> None:
    people_of = {arm: study.adds(arm).enrols() for arm in ("mbt", "cbt")}
    for arm, person in people_of.items():
        leads_every_exercise(person, arm)
    files = study.exports()
    of_mbt, of_cbt = (values_by_column(files, person.study_id) for person in people_of.values())
    assert {place for place in of_mbt if of_mbt[place] != of_cbt[place]} == set()


async def test_two_people_who_do_the_same_in_two_arms_cannot_be_told_apart(clinic: Clinic, tmp_path: Path) -> None:
    twins = [await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Bob")]
    for twin, exercise in zip(twins, ("One quiet minute", "Catch one thought"), strict=True):
        await twin.does(">/pause", "6", "4", "Both", "1 minute", exercise)
    await clinic.passes(minutes=2)
    for twin in twins:
        await twin.does("5", "3", "I took it, or take it now", "1 tablet (usual)")
    await clinic.passes(days=4)
    made = export(clinic.database, Request(tmp_path / "out"), actor="staff")
    files = Export(tmp_path / "out", made.model_dump())
    of_mbt, of_cbt = (values_by_column(files, study_id) for study_id in ("P0001", "P0002"))
    assert of_mbt["practice", "minutes"] == {"1.0"}
    assert {place: (of_mbt[place], of_cbt[place]) for place in of_mbt if of_mbt[place] != of_cbt[place]} == {}


def test_what_is_planted_is_in_no_blinded_file_of_any_format_nor_said_by_the_command(
    study: Study, ann: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    plant(ann)
    ann.logs(led(ann.logs(begun()), "breathing_space"))
    planted = [str(TELEGRAM_ID), NAME, NAME.split()[1], "sister", *ARM_WORDS]
    for kind in ("csv", "sav", "dta"):
        folder = study.exports(format=kind).folder
        for path in folder.iterdir():
            # files of statistics programs hold texts as they are, or nearly: no letter of one is put elsewhere
            found = path.read_bytes().decode("utf-8", "replace").casefold() + path.name
            assert [word for word in planted if word.casefold() in found] == [], path.name
    assert capfd.readouterr() == ("", "")


def test_a_product_that_is_on_no_list_of_names_is_not_written_out(study: Study, ann: Person) -> None:
    ann.logs(medicine("john smith's own mix"))
    ann.logs(medicine("oxycodone"))
    assert sorted(row["product"] for row in study.rows("medicines")) == ["oxycodone", "unlisted"]
