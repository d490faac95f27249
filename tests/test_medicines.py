"""The list of medicines: what stands on a label, and changes as dated episodes that staff confirm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.medicines import liquid_strength_typed, product_typed, strength_typed
from records import facts, people
from records.fact_tables import MedicineRow
from records.tables import AlertRow, table
from study.facts import DoseTaken, Held, MedicineEpisode, Note
from study.steps import NotUnderstood
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check

YESTERDAY = "Yesterday, Sunday 1 March"
LIST = ("oxy", "New strength or amount")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def alerts_of(clinic: Clinic) -> list[tuple[str, int]]:
    rows = table(AlertRow)
    return [(r.rule, r.tier) for r in clinic.rows(select(rows.c.rule, rows.c.tier).order_by(rows.c.id))]


def episodes(clinic: Clinic) -> list[MedicineEpisode]:
    return [e for e in clinic.kept(MedicineEpisode) if e.change != "enrolled"]


# what people type


@pytest.mark.parametrize(
    ("said", "strength"),
    [
        ("5", "5"),
        ("7,5", "7.5"),
        ("10 mg", "10 mg"),
        ("10mg", "10 mg"),
        ("5/325", "5"),
        ("5-325 MG", "5 mg"),
        ("7.5 mg/325 mg", "7.5 mg"),
        ("100 mcg", "100 mcg"),
        ("100 µg", "100 mcg"),
        ("25 mcg/h", "25 mcg"),
        ("12.5 mcg/hr", "12.5 mcg"),
        ("25 mcg per hour", "25 mcg"),
    ],
)
def test_a_strength_is_read_as_it_stands_on_a_label(said: str, strength: str) -> None:
    assert strength_typed(said) == strength


@pytest.mark.parametrize("said", ["strong", "0", "mg", "", "five or ten", "5000 mg"])
def test_what_is_no_strength_is_asked_again(said: str) -> None:
    assert isinstance(strength_typed(said), NotUnderstood)


@pytest.mark.parametrize(
    ("said", "strength"),
    [
        ("2,5", "2.5"),
        ("20 mg/mL", "20"),
        ("10 mg/5 mL", "2"),
        ("10mg/5ml", "2"),
        ("100 mg per 5 ml", "20"),
        ("1 mg in one ml", "1"),
        ("7.5-325 mg/15 mL", "0.5"),
        ("10/5 ml", "2"),
    ],
)
def test_the_strength_of_a_liquid_is_counted_for_one_ml(said: str, strength: str) -> None:
    assert liquid_strength_typed(said) == strength


@pytest.mark.parametrize("said", ["10 mg/0 ml", "5 mL", "mg", "20 mcg/mL", "it is a syrup from the pharmacy"])
def test_what_is_no_strength_of_a_liquid_is_asked_again(said: str) -> None:
    assert isinstance(liquid_strength_typed(said), NotUnderstood)


@pytest.mark.parametrize(
    ("said", "name"),
    [("Oxycodone 5 mg", "oxycodone"), ("Percocet 5/325 mg", "percocet"), ("MS Contin", "ms contin")],
)
def test_a_product_is_named_without_its_strength(said: str, name: str) -> None:
    assert product_typed(said) == name


# one on the list


async def test_a_medicine_is_added_from_its_label_and_told_to_the_team(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", ">hydrocodone", "Liquid", ">7.5-325 mg/15 mL", "As needed", ">15")
    await ann.does(">60", "Skip", ">night syrup", "My prescriber and I agreed")
    assert "On your list: night syrup: hydrocodone 0.5 mg/mL." in ann.hears
    added = episodes(clinic)[-1]
    assert (added.form, added.strength, added.unit) == ("liquid", 0.5, "mg/mL")
    assert (added.usual_count, added.max_per_day, added.nickname) == (15, 60, "night syrup")
    assert (added.change, added.reason, added.confirmed) == ("started", "prescriber", False)
    assert added.starts_on == date(2026, 3, 2)
    assert alerts_of(clinic) == [("medicine_list", 3)]


@pytest.mark.parametrize(
    ("form", "strength", "more", "kept"),
    [
        ("Drops", ">2,5", ("mg", "As needed", ">20"), ("drops", 2.5, "mg", 20)),
        ("Spray", ">100 mcg", ("As needed", ">1"), ("spray", 100, "mcg", 1)),
        ("Tablet", ">5/325", ("mg", "As needed", ">half"), ("tablet", 5, "mg", 0.5)),
        ("Long-acting tablet (ER)", ">15 mg", ("At fixed times", ">1"), ("er_tablet", 15, "mg", 1)),
    ],
)
async def test_each_form_is_asked_for_in_its_own_units(
    clinic: Clinic, form: str, strength: str, more: tuple[str, ...], kept: tuple[object, ...]
) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", "tramadol", form, strength, *more)
    await ann.does("It does not say", "Skip", "Use tramadol", "Rather not say")
    added = episodes(clinic)[-1]
    assert (added.form, added.strength, added.unit, added.usual_count) == kept


async def test_a_patch_is_asked_for_in_mcg_an_hour_and_never_for_an_amount(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", "fentanyl", "Patch")
    assert "mcg/h" in ann.hears
    await ann.does(">25 mcg/h", "Use fentanyl", "The pharmacy gave another one")
    added = episodes(clinic)[-1]
    assert (added.form, added.strength, added.unit, added.schedule) == ("patch", 25, "mcg/h", "scheduled")


async def test_a_slip_in_a_name_is_asked_about(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", ">oxycodne")
    assert ann.hears == "I do not know that one. Which do you mean?"
    assert ann.buttons == ["oxycodone", "Keep oxycodne", "« Back"]
    await ann.does("oxycodone", "Capsule", ">5 mg", "As needed", ">1", "It does not say", "Skip")
    await ann.does("Use oxycodone", "Side effects")
    assert episodes(clinic)[-1].product == "oxycodone"


async def test_of_several_near_names_the_common_one_comes_first(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", ">fentanil")
    assert ann.buttons == ["fentanyl", "sufentanil", "Keep fentanil", "« Back"]
    await ann.taps("Keep fentanil")
    assert ann.hears == "Which form is it?"


@pytest.mark.parametrize("name", ["oxycodone", "Percocet", "gabapentin", "my blue one"])
async def test_other_names_are_taken_as_they_are(clinic: Clinic, name: str) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", f">{name}")
    assert ann.hears == "Which form is it?"


async def test_back_goes_through_every_question_of_a_new_one(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "Add one", "morphine", "Tablet", ">15", "mg", "As needed", ">1", ">4")
    for question in ("the most the label", "do you usually take", "How is it prescribed", "Which unit", "How strong"):
        await ann.taps("« Back")
        assert question in ann.hears
    await ann.does("« Back", "Capsule", ">30 mg", "As needed", ">1", "It does not say", "Skip", "Use morphine")
    await ann.does("My own choice")
    added = episodes(clinic)[-1]
    assert (added.form, added.strength, added.max_per_day) == ("capsule", 30, None)


# changes


async def test_a_new_strength_ends_one_episode_and_begins_the_next(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE.model_copy(update={"starts_on": date(2026, 1, 5)}))
    await ann.does(
        ">/medicines", *LIST, ">10", "Same as now: 1 tablet", ">3", "The pharmacy gave another one", YESTERDAY
    )
    check("medicines_strength", ann.transcript())
    old, new = episodes(clinic)
    assert (old.strength, old.ends_on, old.confirmed, old.change) == (5, date(2026, 3, 1), True, "started")
    assert (new.strength, new.unit, new.usual_count, new.max_per_day) == (10, "mg", 1, 3)
    assert (new.starts_on, new.ends_on) == (date(2026, 3, 1), None)
    assert (new.change, new.reason, new.confirmed, new.source) == ("strength", "pharmacy", False, "chat")
    assert new.nickname == old.nickname == "oxy"
    assert alerts_of(clinic) == [("medicine_list", 3)]


async def test_only_the_new_episode_is_offered_afterwards(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", *LIST, ">10", "Same as now: 1 tablet", "It does not say", "Rather not say", "Today")
    await ann.says("/dose")
    assert "oxycodone 10 mg" in ann.hears
    await ann.does("1 tablet (usual)", "Now")
    (dose,) = clinic.kept(DoseTaken)
    assert dose.strength == 10


async def test_in_the_far_east_the_day_that_counts_is_the_persons_own(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/settings", "City and time, or travel", ">Sydney")
    await clinic.later(hours=5)
    await ann.does(">/medicines", *LIST, ">10", "Same as now: 1 tablet", "It does not say", "Rather not say", "Today")
    assert "Tuesday 3 March" in ann.hears
    await ann.says("/medicines")
    assert ann.hears.count("oxy:") == 1


async def test_new_times_keep_everything_else(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await ann.does(
        ">/medicines", "morning tablet", "New times", ">7:30 and 19:30", "My prescriber and I agreed", "Today"
    )
    assert "morphine 15 mg, at fixed times: 07:30, 19:30" in ann.hears
    old, new = episodes(clinic)
    assert (new.times, new.change, new.max_per_day) == ("07:30,19:30", "times", old.max_per_day)


async def test_an_agreed_taper_is_written_down_and_not_commented_on(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await ann.does(
        ">/medicines", "morning tablet", "A taper I agreed to", "Same as now: 15 mg", "Same as now: 1 tablet"
    )
    await ann.does(">1", ">8:00", "Today")
    check("medicines_taper", ann.transcript())
    _, new = episodes(clinic)
    assert (new.change, new.reason, new.max_per_day, new.times) == ("taper", "prescriber", 1, "08:00")
    assert alerts_of(clinic) == [("medicine_list", 3)]


async def test_a_wrong_entry_is_put_right_as_a_correction(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(
        ">/medicines", *LIST, ">15", "Same as now: 1 tablet", "It does not say", "The list was wrong", "Today"
    )
    assert episodes(clinic)[-1].change == "corrected"


async def test_one_that_is_no_longer_taken_leaves_the_list_with_the_standing_line(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, MORPHINE)
    await ann.does(">/medicines", "oxy", "I no longer take it", ">it made me dizzy", "Today")
    check("medicines_stopped", ann.transcript())
    assert "Keep taking your medicine as prescribed." in ann.hears
    old = next(e for e in episodes(clinic) if e.nickname == "oxy")
    assert (old.change, old.reason, old.ends_on, old.confirmed) == (
        "stopped",
        "it made me dizzy",
        date(2026, 3, 2),
        False,
    )
    assert alerts_of(clinic) == [("stopped", 2)]
    await ann.says("/medicines")
    assert "oxy:" not in ann.hears


async def test_nothing_that_is_said_about_a_change_is_praise_or_blame(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, MORPHINE)
    await ann.does(">/medicines", "oxy", "I no longer take it", "My own choice", "Today")
    for word in ("good", "well done", "sorry", "careful", "!", "should"):
        assert word not in ann.transcript().lower()


async def test_the_reason_in_a_persons_words_is_kept_sealed(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "oxy", "I no longer take it", ">my sister told me", "Today")
    rows = table(MedicineRow)
    raw = [r.reason for r in clinic.rows(select(rows.c.reason).where(rows.c.reason.is_not(None)))]
    assert raw
    assert all(b"sister" not in bytes(r) for r in raw)


async def test_a_change_of_an_episode_that_staff_took_back_changes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, MORPHINE)
    await ann.does(">/medicines", "oxy", "I no longer take it", "My own choice")
    with clinic.database.write("staff") as tx:
        person = people.by_study_id(tx, "P0001")
        facts.void(tx, "P0001-m0", facts.Where(person.id, "P0001", "test"), "entered twice")
    await ann.taps("Today")
    assert "not on your list any more" in ann.hears
    assert alerts_of(clinic) == []


async def test_back_before_the_end_changes_nothing_yet(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", *LIST, ">10", "« Back", "« Back", "« Back", "Leave it")
    assert [e.strength for e in episodes(clinic)] == [5]
    assert alerts_of(clinic) == []


async def test_a_patch_has_no_times_to_change_and_is_called_worn(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/medicines")
    assert "patch: fentanyl 25 mcg/h, worn" in ann.hears
    await ann.taps("patch")
    assert "New times" not in ann.buttons
    await ann.does("New strength or amount", ">50", "My prescriber and I agreed", "Today")
    assert episodes(clinic)[-1].strength == 50


async def test_another_day_can_be_chosen_within_the_week(clinic: Clinic) -> None:
    start = OXYCODONE.model_copy(update={"starts_on": date(2026, 1, 5)})
    ann = await clinic.enrolled("mbt", "Ann", start)
    await ann.does(">/medicines", "oxy", "I no longer take it", "Side effects", "Another day", "Thursday 26 February")
    assert episodes(clinic)[0].ends_on == date(2026, 2, 26)


async def test_with_an_empty_list_one_can_be_added(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "oxy", "I no longer take it", "Side effects", "Today", ">/medicines")
    assert "Your list is empty." in ann.hears
    assert ann.buttons == ["Add one", "I am in hospital", "Leave it"]


async def test_words_where_a_button_is_asked_are_kept_and_the_list_comes_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", ">the new ones are pink and round")
    assert [n.text for n in clinic.kept(Note)] == ["the new ones are pink and round"]
    assert "Your list:" in ann.hears


# in hospital


async def test_in_hospital_nothing_unsolicited_comes_and_staff_are_told(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "I am in hospital")
    assert "I send nothing of my own while you are there." in ann.hears
    (held,) = clinic.kept(Held)
    assert (held.reason, held.at) == ("hospital", datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").hold == "hospital"
    assert alerts_of(clinic) == [("hospital", 2)]


@pytest.mark.parametrize("way", ["/settings", "/medicines"])
async def test_back_home_ends_the_hold(clinic: Clinic, way: str) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/medicines", "I am in hospital", f">{way}", "I am back home")
    assert "Welcome back." in ann.hears
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").hold is None
    assert [h.reason for h in clinic.kept(Held)] == ["hospital", None]


async def test_a_check_back_is_not_sent_to_somebody_in_hospital(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/pause", "3", "2", "Both", "Stop here", "Later", "In 15 minutes")
    await ann.does(">/medicines", "I am in hospital")
    await clinic.passes(minutes=20)
    assert "You asked me to come back" not in ann.transcript()


async def test_logging_works_in_hospital(clinic: Clinic) -> None:
    ann: Patient = await clinic.enrolled()
    await ann.does(">/medicines", "I am in hospital", ">/pain 5")
    assert "Logged: 5 of 10" in ann.hears
