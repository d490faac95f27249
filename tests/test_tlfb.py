"""The calendar that looks back: few taps when nothing changed, and none, other, not remembered and skipped apart."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from study.facts import NO_MEDICINE, CheckInFinished, MedicineEpisode, TlfbDay
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, Patient
from tests.golden import check
from tests.visiting import begins

pytestmark = pytest.mark.weeks

FROM_THE_START: dict[str, Any] = {"change": "enrolled"}
OXY = OXYCODONE.model_copy(update=FROM_THE_START)
MORNING = MORPHINE.model_copy(update=FROM_THE_START)
PATCH = FENTANYL.model_copy(update=FROM_THE_START)
YESTERDAY = date(2026, 3, 1)
FIRST = date(2026, 2, 2)


async def looks_back(clinic: Clinic, *medicines: MedicineEpisode, visit: str = "month_3") -> Patient:
    """A person at the first page of the calendar."""
    ann = await clinic.enrolled("mbt", "Ann", *medicines)
    await begins(clinic, ann, visit, "tlfb", closes_at="2026-03-30T04:00:00+00:00")
    await ann.taps("As usual")
    return ann


def taps(ann: Patient) -> int:
    """Taps on the calendar: all but the one question before it."""
    return sum(line.startswith("> [") for line in ann.script) - 1


def days(clinic: Clinic, medicine: str = "P0001-m0") -> dict[date, tuple[str, float | None]]:
    return {d.on: (d.status, d.count) for d in clinic.kept(TlfbDay) if d.medicine == medicine}


# tap budgets


async def test_a_medicine_at_set_times_taken_as_usual_takes_four_taps(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.does(*["As usual on all 7 days"] * 4)
    assert "whole check-in" in ann.hears
    assert taps(ann) == 4 <= 8
    found = days(clinic)
    assert sorted(found) == [FIRST + timedelta(days=n) for n in range(28)]
    assert set(found.values()) == {("as_usual", 2)}


async def test_an_as_needed_medicine_with_the_same_amount_each_day_takes_five_taps(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY)
    await ann.does("2 tablets", "2 tablets on all 6 days left", *["2 tablets on all 7 days too"] * 3)
    assert "whole check-in" in ann.hears
    assert taps(ann) == 5 <= 12
    assert set(days(clinic).values()) == {("different", 2)}
    assert len(days(clinic)) == 28


async def test_none_at_all_takes_four_taps(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY)
    await ann.does(*["None on all 7 days"] * 4)
    assert set(days(clinic).values()) == {("zero", 0)}


# a calendar as people tell it


async def test_the_calendar_of_two_medicines(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY, MORNING)
    await ann.does("2 tablets", "As the day before: 2 tablets", "None", "Another amount", ">1 1/2")
    await ann.does("I do not remember", "I do not remember these 2 days")
    await ann.does("Some days were different", "Tuesday 24 February", "Done", "None")
    await ann.does("None on all 7 days", "As usual on all 7 days")
    await ann.does("1 tablet", "1 tablet on all 6 days left", "I do not remember these 7 days")
    await ann.does("1 tablet on all 7 days too", "Skip these days")
    check("tlfb", ann.transcript())
    oxy = days(clinic)
    assert [oxy[YESTERDAY - timedelta(days=n)] for n in range(6, -1, -1)] == [
        ("different", 2),
        ("different", 2),
        ("zero", 0),
        ("different", 1.5),
        ("dont_remember", None),
        ("dont_remember", None),
        ("dont_remember", None),
    ]
    assert Counter(status for status, _ in days(clinic, "P0001-m1").values()) == {
        "as_usual": 13,
        "zero": 1,
        "dont_remember": 7,
        "skipped": 7,
    }
    (finished,) = clinic.kept(CheckInFinished)
    assert finished.complete


async def test_nothing_is_filled_in_before_a_tap(clinic: Clinic) -> None:
    await looks_back(clinic, MORNING)
    assert clinic.kept(TlfbDay) == []


@pytest.mark.parametrize(
    ("button", "status", "count"),
    [
        ("None on all 7 days", "zero", 0.0),
        ("I do not remember these 7 days", "dont_remember", None),
        ("Skip these days", "skipped", None),
        ("As usual on all 7 days", "as_usual", 2.0),
    ],
)
async def test_what_is_said_of_a_week_is_kept_for_each_day(
    clinic: Clinic, button: str, status: str, count: float | None
) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.taps(button)
    assert days(clinic) == {YESTERDAY - timedelta(days=n): (status, count) for n in range(7)}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("none", ("zero", 0)), ("0", ("zero", 0)), ("half", ("different", 0.5)), ("2,5", ("different", 2.5))],
)
async def test_an_amount_can_be_typed(clinic: Clinic, typed: str, kept: Any) -> None:
    ann = await looks_back(clinic, OXY)
    await ann.says(typed)
    assert days(clinic) == {date(2026, 2, 23): kept}


async def test_an_amount_that_is_none_is_asked_again(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY)
    await ann.says("-3")
    assert "Monday 23 February" in ann.hears
    assert clinic.kept(TlfbDay) == []


async def test_a_single_day_can_be_skipped(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY)
    await ann.taps("Skip")
    assert days(clinic) == {date(2026, 2, 23): ("skipped", None)}
    assert "Tuesday 24 February" in ann.hears


async def test_back_takes_a_whole_week_back_and_writes_it_anew(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.does("As usual on all 7 days", "« Back")
    assert days(clinic) == {}
    await ann.taps("None on all 7 days")
    assert set(days(clinic).values()) == {("zero", 0)}


async def test_no_button_offers_more_than_the_label_says(clinic: Clinic) -> None:
    ann = await looks_back(clinic, OXY)
    assert "4 tablets" in ann.buttons
    assert not any(button.startswith("5 ") for button in ann.buttons)


# which medicines, which days


async def test_a_patch_is_asked_as_worn(clinic: Clinic) -> None:
    ann = await looks_back(clinic, PATCH)
    assert "wear" in ann.hears
    await ann.does("Some days were different", "Sunday 1 March", "Done", "2 patches")
    assert days(clinic)[YESTERDAY] == ("different", 2)
    assert days(clinic)[YESTERDAY - timedelta(days=1)] == ("as_usual", 1)


async def test_where_the_list_does_not_say_what_is_usual_it_is_asked_once(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING.model_copy(update={"times": ""}))
    assert "usual for you in one day" in ann.hears
    await ann.does(">3", *["As usual on all 7 days"] * 4)
    assert set(days(clinic).values()) == {("as_usual", 3)}


async def test_what_differs_from_day_to_day_is_asked_by_the_day(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING.model_copy(update={"times": ""}))
    await ann.does("It differs from day to day", "1 tablet")
    assert days(clinic) == {date(2026, 2, 23): ("different", 1)}


async def test_a_medicine_is_asked_only_for_the_days_it_was_on_the_list(clinic: Clinic) -> None:
    started = MORNING.model_copy(update={"change": "started", "source": "chat", "starts_on": date(2026, 2, 27)})
    ended = OXY.model_copy(update={"ends_on": date(2026, 2, 4)})
    ann = await looks_back(clinic, started, ended)
    await ann.does("As usual on all 3 days", "1 tablet", "As the day before: 1 tablet")
    assert "whole check-in" in ann.hears
    assert sorted(days(clinic)) == [date(2026, 2, 27), date(2026, 2, 28), YESTERDAY]
    assert sorted(days(clinic, "P0001-m1")) == [FIRST, FIRST + timedelta(days=1)]


async def test_what_staff_listed_before_somebody_joined_is_asked_for_the_days_before_too(clinic: Clinic) -> None:
    """The first calendar looks back on days before the list was written."""
    ann = await looks_back(clinic, MORPHINE)
    await ann.does(*["As usual on all 7 days"] * 4)
    assert set(days(clinic).values()) == {("as_usual", 2)}
    assert len(days(clinic)) == 28


async def test_a_page_of_one_day_asks_about_that_day(clinic: Clinic) -> None:
    ann = await looks_back(
        clinic, MORNING.model_copy(update={"change": "started", "source": "chat", "starts_on": YESTERDAY})
    )
    await ann.does("It was different", "1 tablet")
    assert days(clinic) == {YESTERDAY: ("different", 1)}


# days on which nothing was on the list

MARCH_29 = date(2026, 3, 29)


async def after_four_weeks(clinic: Clinic, medicine: MedicineEpisode = OXYCODONE, **changed: Any) -> Patient:
    """A person at the first page, four weeks after joining; without more the one medicine was wrongly listed."""
    ended = {"ends_on": date(2026, 3, 2)} | changed
    ann = await clinic.enrolled("mbt", "Ann", medicine.model_copy(update=ended))
    await clinic.later(days=28)
    await begins(clinic, ann, "month_3", "tlfb", closes_at="2026-04-30T04:00:00+00:00")
    return await ann.taps("As usual")


def told(clinic: Clinic) -> Counter[tuple[str, str, float | None]]:
    return Counter((day.medicine, day.status, day.count) for day in clinic.kept(TlfbDay))


async def test_who_has_no_medicine_is_asked_by_the_week_and_none_is_kept_as_zero(clinic: Clinic) -> None:
    ann = await after_four_weeks(clinic)
    await ann.does("None on all 7 days", "I took some", "I took some", ">no")
    check("tlfb_nothing_listed", ann.transcript())
    assert told(clinic) == {(NO_MEDICINE, "zero", 0): 14, (NO_MEDICINE, "not_listed", None): 14}
    (finished,) = clinic.kept(CheckInFinished)
    assert finished.complete


async def test_a_week_in_which_the_list_became_empty_is_asked_in_two(clinic: Clinic) -> None:
    ann = await after_four_weeks(clinic, MORNING, ends_on=date(2026, 3, 28))
    await ann.taps("As usual on all 5 days")
    assert "Saturday 28 March to Sunday 29 March" in ann.hears
    await ann.does("« Back", "None on all 5 days", "Skip these days", *["As usual on all 7 days"] * 3)
    assert "whole check-in" in ann.hears
    assert told(clinic) == {
        ("P0001-m0", "as_usual", 2): 21,
        ("P0001-m0", "zero", 0): 5,
        (NO_MEDICINE, "skipped", None): 2,
    }


async def test_a_single_day_without_a_medicine_is_asked_as_that_day(clinic: Clinic) -> None:
    ann = await after_four_weeks(clinic, MORNING, ends_on=MARCH_29)
    await ann.taps("As usual on all 6 days")
    assert "Sunday 29 March\n\nNo opioid was on your list on this day." in ann.hears
    await ann.taps("None that day")
    assert days(clinic, NO_MEDICINE) == {MARCH_29: ("zero", 0)}


async def test_what_was_taken_before_enrolment_and_is_stopped_since_is_asked_by_its_name(clinic: Clinic) -> None:
    """The days before there was a list are no days without a medicine."""
    ann = await clinic.enrolled("mbt", "Ann", OXY)
    await clinic.later(days=3)
    await ann.does(">/medicines", "oxy", "I no longer take it", "My prescriber and I agreed", "Today")
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.does("As usual", *["None on all 7 days"] * 4)
    assert told(clinic) == {("P0001-m0", "zero", 0): 28}


async def test_a_calendar_of_days_without_a_medicine_is_gone_on_with_and_not_asked_twice(clinic: Clinic) -> None:
    ann = await after_four_weeks(clinic)
    await ann.taps("None on all 7 days")
    await clinic.later(days=4)
    await begins(clinic, ann, "month_3", "tlfb")
    assert "Monday 16 March to Sunday 22 March" in ann.hears
    await ann.does(*["None on all 7 days"] * 3)
    assert told(clinic) == {(NO_MEDICINE, "zero", 0): 28}
    await begins(clinic, ann, "month_3", "tlfb", "pgic")
    assert "look back" not in ann.hears


async def test_days_before_there_was_a_list_are_no_days_without_a_medicine(clinic: Clinic) -> None:
    await looks_back(clinic, OXY.model_copy(update={"ends_on": date(2026, 1, 5)}))
    assert clinic.kept(TlfbDay) == []
    assert len(clinic.kept(CheckInFinished)) == 1


async def test_a_calendar_gone_on_with_days_later_looks_back_on_the_same_days(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.taps("As usual on all 7 days")
    await clinic.later(days=4)
    await ann.does(*["As usual on all 7 days"] * 3)
    assert sorted(days(clinic))[0] == FIRST
    assert sorted(days(clinic))[-1] == YESTERDAY


async def test_a_check_in_begun_again_goes_on_with_the_same_calendar(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.taps("As usual on all 7 days")
    await clinic.later(days=4)
    await begins(clinic, ann, "month_3", "tlfb")
    assert "Monday 16 February" in ann.hears
    await ann.does(*["As usual on all 7 days"] * 3)
    assert len(days(clinic)) == 28
    assert sorted(days(clinic))[-1] == YESTERDAY


async def test_a_calendar_that_is_full_is_not_begun_again(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING.model_copy(update={"times": ""}))
    await ann.does(">3", *["As usual on all 7 days"] * 4)
    await begins(clinic, ann, "month_3", "tlfb", "pgic")
    assert "look back" not in ann.hears
    assert "usual for you" not in ann.hears
    assert "6 of 6" in ann.hears


async def test_the_next_visit_has_its_own_calendar(clinic: Clinic) -> None:
    ann = await looks_back(clinic, MORNING)
    await ann.does(*["As usual on all 7 days"] * 4)
    await clinic.later(days=90)
    await begins(clinic, ann, "month_6", "tlfb")
    await ann.does("As usual", "None on all 7 days")
    assert {day.visit for day in clinic.kept(TlfbDay) if day.status == "zero"} == {"month_6"}
    assert len([day for day in clinic.kept(TlfbDay) if day.visit == "month_3"]) == 28
