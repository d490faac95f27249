"""Changing one of the last entries: every change is a further revision, and nothing is written over unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from records import facts, people
from records.facts import Where
from study.facts import DoseTaken, ExerciseLed, Note, PainRated, PatchWear, PauseBegun, PauseEnded, SettingsChanged
from study.steps import Fact
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, START, Clinic, clinic_over, fresh_sqlite
from tests.golden import check
from tests.logged import (
    NOT_NEEDED,
    TOOK,
    chosen,
    dose,
    due_states,
    history,
    notes_of_alerts,
    pause,
    practised,
    rated,
    wrote,
)

LIQUID = OXYCODONE.model_copy(
    update={"nickname": "syrup", "form": "liquid", "strength": 1, "unit": "mg/mL", "usual_count": 5, "max_per_day": 40}
)


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def test_fix_lists_the_last_ten_newest_first_in_plain_words(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, FENTANYL)
    wrote(clinic, *(rated(n) for n in range(5)), rated(7, 5), practised(20))
    await ann.does(">/dose", "oxy", "I missed one", "Yesterday, Sunday 1 March", "I do not know the time")
    clinic.clock.move(minutes=1)
    await ann.does(">/dose", "patch", "Put a new one on", "Now")
    clinic.clock.move(minutes=1)
    await ann.does(">/dose", "oxy", "2 tablets", "Yesterday, Sunday 1 March", ">21:30")
    clinic.clock.move(minutes=1)
    wrote(clinic, _pause_ended("later"))
    await ann.says("/fix")
    assert len(ann.buttons) == 11
    assert ann.buttons[-1] == "Leave it"
    assert ann.buttons[0].startswith("Pause (later), today")
    await ann.taps("Leave it")
    check("fix_list", ann.transcript())


def _pause_ended(decision: Any) -> PauseEnded:
    return PauseEnded(pause="p", pain=5, urge=None, decision=decision, ended_at=START)


async def test_there_is_nothing_to_fix_before_anything_is_logged(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("/fix")
    assert "nothing here to change" in ann.hears


async def test_an_amount_is_changed_as_a_further_revision_and_shown_before_and_after(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await chosen(ann, "1 tablet")
    await ann.does("How much", ">2")
    assert [d.count for d in clinic.kept(DoseTaken)] == [2]
    assert history(clinic, DoseTaken) == [(1, "recorded", None), (2, "recorded", "fix: amount")]
    check("fix_amount", ann.transcript())


async def test_the_same_value_again_writes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await chosen(ann, "1 tablet")
    await ann.does("How much", "1 tablet (usual)")
    assert "Nothing was changed" in ann.hears
    assert len(history(clinic, DoseTaken)) == 1


async def test_a_dose_is_moved_to_its_true_time_and_back_to_an_unknown_one(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await chosen(ann, "1 tablet")
    await ann.does("When", "Earlier today", ">8:15")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.taken_local, taken.time_quality) == ("2026-03-02T08:15:00", "said")
    await chosen(ann, "1 tablet")
    await ann.does("When", "Yesterday, Sunday 1 March", "I do not know the time")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.taken_at, taken.taken_local, taken.time_quality) == (None, "2026-03-01", "unknown")


async def test_a_changed_amount_over_the_label_asks_first_and_tells_staff(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "2 tablets")
    await chosen(ann, "2 tablets")
    await ann.does("How much", ">5")
    assert "5 tablets of oxy is logged for this day" in ann.hears
    await ann.taps("Yes, it is right")
    assert "more than the label" in ann.hears
    assert notes_of_alerts(clinic) == {"dose_excess": []}
    await chosen(ann, "5 tablets")
    await ann.does("How much", ">4")
    assert notes_of_alerts(clinic) == {"dose_excess": ["The entry behind this alert was changed."]}
    check("fix_over_label", ann.transcript())


async def test_an_entry_is_not_counted_against_itself_and_less_is_never_questioned(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "Another amount", ">3")
    await chosen(ann, "3 tablets")
    await ann.does("How much", ">4")
    assert "Changed" in ann.hears
    await dose(ann, "2 tablets")
    await ann.taps("Yes, it is right")
    await chosen(ann, "4 tablets")
    await ann.does("How much", ">3.5")
    assert "Changed" in ann.hears


async def test_a_dose_that_was_missed_becomes_one_that_was_taken_and_the_other_way_round(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "I missed one", "Now")
    await chosen(ann, "oxy missed")
    await ann.does("How much", "1 tablet (usual)")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.status, taken.count) == ("taken", 1)
    await chosen(ann, "1 tablet")
    await ann.does("How much", "I missed one")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.status, taken.count) == ("missed", None)


async def test_another_medicine_brings_its_label_and_asks_how_much_when_it_is_counted_otherwise(
    clinic: Clinic,
) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, LIQUID, FENTANYL)
    await dose(ann, "oxy", "1 tablet (usual)")
    await chosen(ann, "1 tablet")
    await ann.taps("Which medicine")
    assert ann.buttons == ["syrup", "« Back"]
    await ann.does("syrup", "7.5 mL")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.medicine, taken.form, taken.unit, taken.count) == ("P0001-m1", "liquid", "mg/mL", 7.5)


async def test_a_half_is_not_carried_over_to_a_form_that_cannot_be_halved(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, MORPHINE)
    await dose(ann, "oxy", "0.5 tablets")
    await chosen(ann, "0.5 tablets")
    await ann.does("Which medicine", "morning tablet", "1 tablet (usual)")
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.product, taken.count) == ("morphine", 1)


async def test_a_medicine_no_longer_on_the_list_can_still_be_corrected(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    with clinic.database.write("staff") as tx:
        person = people.by_study_id(tx, "P0001")
        ended = OXYCODONE.model_copy(update={"ends_on": START.date()})
        facts.write(tx, "P0001-m0", ended, Where(person.id, "P0001", "staff"))
    await chosen(ann, "1 tablet of oxycodone")
    await ann.taps("How much")
    assert "0.5 tablets" not in ann.buttons
    await ann.taps("2 tablets")
    assert [d.count for d in clinic.kept(DoseTaken)] == [2]


@pytest.mark.parametrize(
    ("entry", "label", "acts", "expected"),
    [
        (rated(7), "Pain 7", ("The pain number", ">about 6"), {"pain": 6}),
        (rated(7, 5), "Pain 7, wish 5", ("The wish number", "2"), {"urge": 2}),
        (rated(7), "Pain 7", ("When", "Earlier today", ">8:00"), {"rated_local": "2026-03-02T08:00:00"}),
        (practised(20), "Practice 20", ("How many minutes", ">half an hour"), {"minutes": 30}),
        (practised(20), "Practice 20", ("When", "Earlier today", ">8:00"), {"done_local": "2026-03-02T08:00:00"}),
    ],
)
async def test_ratings_and_practice_can_be_changed(
    clinic: Clinic, entry: Fact, label: str, acts: tuple[str, ...], expected: dict[str, Any]
) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, entry)
    await chosen(ann, label)
    await ann.does(*acts)
    assert "Changed" in ann.hears
    (kept,) = clinic.kept(type(entry))
    assert kept.model_dump(include=set(expected)) == expected
    assert len(history(clinic, type(entry))) == 2


async def test_the_time_of_a_rating_that_nobody_knows_stays_as_it_was(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(7))
    await chosen(ann, "Pain 7")
    await ann.does("When", "Earlier today", "I do not know the time")
    assert "left it as it is" in ann.hears
    assert len(history(clinic, PainRated)) == 1


@pytest.mark.parametrize(
    ("button", "kind", "field"),
    [
        ("The pain number before", PauseBegun, "pain"),
        ("The wish number before", PauseBegun, "urge"),
        ("The pain number after", PauseEnded, "pain"),
        ("The wish number after", PauseEnded, "urge"),
    ],
)
async def test_the_ratings_of_a_pause_can_be_changed(clinic: Clinic, button: str, kind: type[Fact], field: str) -> None:
    ann = await clinic.enrolled()
    await pause(ann, "Rather not say")
    await chosen(ann, "Pause (not said)")
    await ann.does(button, "9")
    (kept,) = clinic.kept(kind)
    assert getattr(kept, field) == 9
    assert history(clinic, kind)[-1][2] is not None


async def test_another_decision_takes_the_dose_out_when_the_person_says_so(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, TOOK, "1 tablet (usual)")
    ann.script.clear()
    await chosen(ann, "Pause (dose taken)")
    await ann.does("What I decided", "Later", "Yes")
    assert clinic.kept(DoseTaken) == []
    assert [d.decision for d in clinic.kept(PauseEnded)] == ["later"]
    check("fix_decision", ann.transcript())


async def test_a_dose_that_was_taken_after_all_is_logged_from_the_decision(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, "Later", "In 1 hour")
    await chosen(ann, "Pause (later)")
    await ann.does("What I decided", TOOK, "1 tablet (usual)", "Now")
    (ended,), (taken,) = clinic.kept(PauseEnded), clinic.kept(DoseTaken)
    assert (ended.decision, taken.pause) == ("took", ended.pause)
    assert due_states(clinic, "check_back") == ["cancelled"]


async def test_the_dose_of_a_pause_taken_out_by_fix_opens_the_decision_too(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, TOOK, "1 tablet (usual)")
    await chosen(ann, "1 tablet")
    await ann.does("Delete this entry", "Yes", "Rather not say")
    assert clinic.kept(DoseTaken) == []
    assert [d.decision for d in clinic.kept(PauseEnded)] == ["rather_not_say"]


async def test_a_pause_taken_out_goes_with_everything_rated_in_it(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, "Later", "In 1 hour")
    await chosen(ann, "Pause (later)")
    await ann.does("Delete this entry", "Yes")
    assert [clinic.kept(kind) for kind in (PauseBegun, ExerciseLed, PauseEnded)] == [[], [], []]
    assert due_states(clinic, "check_back") == ["cancelled"]


async def test_somebody_else_had_the_phone_takes_the_entry_out_and_tells_the_team(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "Another amount", ">6")
    await ann.taps("Yes, it is right")
    clinic.clock.move(minutes=20)
    ann.script.clear()
    await chosen(ann, "6 tablets")
    await ann.does("Not me, someone had my phone", "Yes")
    assert clinic.kept(DoseTaken) == []
    assert history(clinic, DoseTaken)[-1] == (2, "voided", "not me")
    (note,) = clinic.kept(Note)
    assert note.to_team
    assert note.about == "not_me"
    assert set(notes_of_alerts(clinic)) == {"dose_excess", "message_to_team"}
    assert notes_of_alerts(clinic)["dose_excess"] == ["The entry behind this alert was taken back."]
    check("fix_not_me", ann.transcript())


async def test_leaving_or_no_changes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    for acts in (("Leave it",), ("Delete this entry", "No"), ("Not me, someone had my phone", "No")):
        await chosen(ann, "1 tablet")
        await ann.does(*acts)
        assert "left it as it is" in ann.hears
    assert len(history(clinic, DoseTaken)) == 1


async def test_the_times_of_a_patch_are_changed_and_never_end_before_they_begin(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Earlier today", ">8:00")
    await ann.does(">/dose", "Took it off", "Earlier today", ">9:30")
    ann.script.clear()
    await chosen(ann, "patch taken off")
    await ann.does("When I put it on", "Earlier today", ">9:45")
    assert "comes off after it is put on" in ann.hears
    await ann.does("Earlier today", ">7:30")
    await chosen(ann, "patch taken off")
    await ann.does("When it came off", "Earlier today", ">9:15")
    (worn,) = clinic.kept(PatchWear)
    assert (worn.put_on_local, worn.removed_local) == ("2026-03-02T07:30:00", "2026-03-02T09:15:00")
    check("fix_patch", ann.transcript())


async def test_a_patch_assumed_off_that_is_still_on_is_worn_again_for_three_days_at_most(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    await clinic.passes(hours=73)
    await chosen(ann, "patch noted as off")
    await ann.taps("It is still on")
    (worn,) = clinic.kept(PatchWear)
    assert worn.removal == "wearing"
    await clinic.passes(hours=71)
    assert [w.removal for w in clinic.kept(PatchWear)] == ["wearing"]
    await clinic.passes(hours=2)
    assert [w.removal for w in clinic.kept(PatchWear)] == ["assumed"]


async def test_a_later_put_on_time_moves_the_time_it_is_assumed_off(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Yesterday, Sunday 1 March", ">8:00")
    await chosen(ann, "patch put on")
    await ann.does("When I put it on", "Earlier today", ">8:00")
    assert due_states(clinic, "patch_assumed") == ["cancelled", "pending"]
    await clinic.passes(hours=71)
    (worn,) = clinic.kept(PatchWear)
    assert (worn.removal, worn.removed_local) == ("assumed", "2026-03-05T08:00:00")


async def test_two_fixes_at_once_never_write_over_each_other(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await chosen(ann, "1 tablet")
    await ann.taps("When")
    await chosen(ann, "1 tablet")
    await ann.does("How much", "2 tablets", "Go on", "Earlier today", ">8:00")
    assert "changed by now" in ann.hears
    (taken,) = clinic.kept(DoseTaken)
    assert (taken.count, taken.taken_local) == (2, "2026-03-02T10:00:00")


async def test_back_leads_through_fix_without_a_trace(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann)
    await chosen(ann, "1 tablet")
    await ann.does("When", "« Back", "« Back")
    assert "Which entry" in ann.hears
    assert len(history(clinic, DoseTaken)) == 1


async def test_after_back_another_pause_is_the_one_that_is_changed(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await pause(ann, "Rather not say")
    await pause(ann, NOT_NEEDED)
    await chosen(ann, "Pause (not needed)")
    await ann.taps("« Back")
    await ann.taps(next(b for b in ann.buttons if b.startswith("Pause (not said)")))
    await ann.does("The pain number before", "9")
    assert [b.pain for b in clinic.kept(PauseBegun)] == [6, 9]


async def test_after_back_the_label_is_held_against_the_day_that_was_chosen_last(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await dose(ann, "Another amount", ">4")
    await ann.does(">/dose", "2 tablets", "Yesterday, Sunday 1 March", ">9 pm")
    clinic.clock.move(minutes=1)
    await chosen(ann, "2 tablets")
    await ann.does("When", "Earlier today", ">8:00")
    assert "6 tablets of oxy is logged for this day" in ann.hears
    await ann.does("« Back", "« Back", "Yesterday, Sunday 1 March", ">8 pm")
    assert "Changed" in ann.hears


async def test_discreet_words_hold_in_every_list_and_question(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(7, 5), SettingsChanged(discreet=True))
    await pause(ann, "Rather not say")
    with clinic.database.write() as tx:
        people.change(tx, people.by_study_id(tx, "P0001").id, "participant:settings", discreet=True)
    ann.script.clear()
    for entry in ("Rating 7", "Pause"):
        await chosen(ann, entry)
        await ann.does("Leave it")
    await chosen(ann, "Rating 7")
    await ann.does("The number", "6", ">/undo", "No")
    assert "pain" not in ann.transcript().lower()
