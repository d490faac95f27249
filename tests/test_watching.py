"""The watch over what was taken: each rule on its smallest example; days that are not known raise nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from study.facts import MedicineEpisode
from study.watching import DayUse, Found, agreed_mme, watch
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE

TODAY = date(2026, 5, 1)
LONG_AGO = date(2026, 1, 1)
OXY = OXYCODONE.model_copy(update={"starts_on": LONG_AGO, "max_per_day": 8})
BOOK = {"oxy": OXY}


def days_of(counts: Iterable[float | None], medicine: str = "oxy", *, last: int = 1) -> list[DayUse]:
    """One day after the other, the newest `last` days before today; None is a day that is not known."""
    listed = list(counts)
    first = TODAY - timedelta(days=last + len(listed) - 1)
    return [DayUse(first + timedelta(days=n), medicine, c, complete=c is not None) for n, c in enumerate(listed)]


def rules(found: Iterable[Found]) -> list[str]:
    return [each.rule for each in found]


def test_half_of_before_over_three_days_is_a_fall_and_a_little_more_is_none() -> None:
    (found,) = watch(BOOK, days_of([4.0] * 28 + [2.0] * 3), TODAY)
    assert (found.rule, found.days) == ("dose_drop", (date(2026, 4, 30),))
    assert found.detail == "MME a day 15 over 3 days, 30 before"
    assert watch(BOOK, days_of([4.0] * 28 + [2.0, 2.0, 2.5]), TODAY) == ()


def test_twenty_known_days_before_are_enough_and_nineteen_are_not() -> None:
    assert rules(watch(BOOK, days_of([None] * 8 + [4.0] * 20 + [2.0] * 3), TODAY)) == ["dose_drop"]
    assert watch(BOOK, days_of([None] * 9 + [4.0] * 19 + [2.0] * 3), TODAY) == ()


def test_one_of_the_three_days_that_is_not_known_is_no_fall() -> None:
    assert watch(BOOK, days_of([4.0] * 28 + [1.0, None, 1.0]), TODAY) == ()
    logged_only = [*days_of([4.0] * 28 + [1.0, 1.0]), DayUse(TODAY - timedelta(days=1), "oxy", 1, complete=False)]
    assert [u for u in logged_only if u.on == date(2026, 4, 30)]
    shifted = days_of([4.0] * 28 + [1.0, 1.0], last=2)
    assert watch(BOOK, [*shifted, DayUse(date(2026, 4, 30), "oxy", 1, complete=False)], TODAY) == ()


def test_a_day_without_one_of_the_medicines_on_the_list_is_not_known() -> None:
    both = {"oxy": OXY, "mor": MORPHINE.model_copy(update={"starts_on": LONG_AGO})}
    fallen = days_of([4.0] * 28 + [1.0] * 3)
    assert watch(both, fallen, TODAY) == ()
    assert rules(watch(both, [*fallen, *days_of([0.0] * 31, "mor")], TODAY)) == ["dose_drop"]


def test_another_medicine_in_its_place_is_no_fall() -> None:
    both = {"oxy": OXY, "mor": MORPHINE.model_copy(update={"starts_on": LONG_AGO})}
    uses = [*days_of([4.0] * 28 + [0.0] * 3), *days_of([0.0] * 28 + [2.0] * 3, "mor")]
    assert watch(both, uses, TODAY) == ()


def test_what_was_said_to_be_left_off_is_no_second_finding() -> None:
    off = OXY.model_copy(update={"change": "stopped", "ends_on": date(2026, 4, 28)})
    both = {"oxy": off, "mor": MORPHINE.model_copy(update={"starts_on": LONG_AGO})}
    uses = [*days_of([4.0] * 28), *days_of([2.0] * 31, "mor")]
    assert watch(both, uses, TODAY) == ()


def test_a_medicine_without_a_factor_is_watched_in_its_own_amount() -> None:
    buprenorphine = OXY.model_copy(update={"product": "buprenorphine", "form": "film", "strength": 2})
    (found,) = watch({"bup": buprenorphine}, days_of([4.0] * 28 + [2.0] * 3, "bup"), TODAY)
    assert found.detail == "buprenorphine (mg) a day 4 over 3 days, 8 before"


def test_a_patch_counts_by_the_days_it_was_worn() -> None:
    patch = {"fen": FENTANYL.model_copy(update={"starts_on": LONG_AGO})}
    assert rules(watch(patch, days_of([1.0] * 28 + [0.5] * 3, "fen"), TODAY)) == ["dose_drop"]
    assert watch(patch, days_of([1.0] * 28 + [0.5, 0.5, 1.0], "fen"), TODAY) == ()


# nothing taken


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 4, day, hour)  # noqa: DTZ001 - a wall clock


def nothing_since(last_dose: datetime | None) -> tuple[Found, ...]:
    used = days_of([4.0] * 28, last=2)
    used[-1] = DayUse(used[-1].on, "oxy", 4, complete=True, last_local=last_dose)
    return watch(BOOK, [*used, *days_of([0.0])], TODAY)


def test_nothing_for_36_hours_is_told_and_an_hour_less_is_not() -> None:
    (found,) = nothing_since(at(29, 16))
    assert (found.rule, found.detail) == ("dose_drop", "nothing taken for at least 36 hours")
    assert nothing_since(at(29, 17)) == ()


def test_a_last_dose_without_a_time_counts_from_the_end_of_its_day() -> None:
    assert nothing_since(None) == ()
    (found,) = watch(BOOK, days_of([4.0] * 28 + [0.0, 0.0]), TODAY)
    assert found.detail == "nothing taken for at least 48 hours; MME a day 10 over 3 days, 30 before"


def test_a_day_without_it_is_ordinary_for_who_does_not_take_it_daily() -> None:
    a_day_off = DayUse(date(2026, 4, 29), "oxy", 4, complete=True, last_local=at(29, 8))
    daily, now_and_then = [4.0] * 28, [4.0, 0.0, 4.0, 4.0] * 7
    assert rules(watch(BOOK, [*days_of(daily, last=3), a_day_off, *days_of([0.0])], TODAY)) == ["dose_drop"]
    assert watch(BOOK, [*days_of(now_and_then, last=3), a_day_off, *days_of([0.0])], TODAY) == ()


# tapers


def tapered(most: float | None, on: date = date(2026, 4, 28)) -> dict[str, MedicineEpisode]:
    old = OXY.model_copy(update={"ends_on": on})
    new = OXY.model_copy(update={"starts_on": on, "change": "taper", "max_per_day": most, "usual_count": None})
    return {"oxy": old, "new": new}


def test_a_fall_to_what_a_taper_agreed_is_expected_and_half_of_that_is_told() -> None:
    before, at_agreed, below = days_of([8.0] * 28, last=4), [4.0] * 3, [2.0] * 3
    assert watch(tapered(4), [*before, *days_of(at_agreed, "new")], TODAY) == ()
    (found,) = watch(tapered(4), [*before, *days_of(below, "new")], TODAY)
    assert found.rule == "dose_drop"
    assert rules(watch(BOOK, days_of([8.0] * 28 + at_agreed), TODAY)) == ["dose_drop"]


def test_a_taper_without_an_amount_makes_a_fall_expected_but_not_nothing_at_all() -> None:
    before = days_of([8.0] * 28, last=4)
    assert watch(tapered(None), [*before, *days_of([1.0] * 3, "new")], TODAY) == ()
    (found,) = watch(tapered(None), [*before, *days_of([0.0] * 3, "new")], TODAY)
    assert found.detail == "nothing taken for at least 72 hours"


def test_a_taper_of_long_ago_explains_nothing_any_more() -> None:
    long_ago = {"oxy": OXY.model_copy(update={"change": "taper", "max_per_day": 4})}
    assert rules(watch(long_ago, days_of([4.0] * 28 + [1.0] * 3), TODAY)) == ["dose_drop"]


# more than the list


def test_more_than_120_percent_of_the_list_is_told_and_120_is_not() -> None:
    five = {"oxy": OXY.model_copy(update={"max_per_day": 5})}
    (found,) = watch(five, days_of([6.5, 5.0]), TODAY)
    assert (found.rule, found.days) == ("dose_excess", (date(2026, 4, 29),))
    assert watch(five, days_of([6.0]), TODAY) == ()


def test_without_a_most_the_usual_at_its_times_is_what_the_list_says() -> None:
    twice = {"mor": MORPHINE.model_copy(update={"max_per_day": None, "starts_on": LONG_AGO})}
    assert rules(watch(twice, days_of([2.5], "mor"), TODAY)) == ["dose_excess"]
    assert watch({"oxy": OXY.model_copy(update={"max_per_day": None})}, days_of([40.0]), TODAY) == ()


def test_an_excess_is_told_once_a_day_and_today_is_not_over() -> None:
    assert watch(BOOK, days_of([20.0]), TODAY, told_on=[date(2026, 4, 30)]) == ()
    assert rules(watch(BOOK, days_of([20.0]), TODAY, told_on=[date(2026, 4, 29)])) == ["dose_excess"]
    assert watch(BOOK, days_of([20.0], last=0), TODAY) == ()


def test_days_on_hold_count_for_nothing() -> None:
    uses = days_of([4.0] * 28 + [0.0, 0.0, 20.0])
    assert len(watch(BOOK, uses, TODAY)) == 1
    assert watch(BOOK, uses, TODAY, held=[use.on for use in uses[-3:]]) == ()


# what is not known

counts = st.lists(st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 4.0, 8.0, 12.0])), min_size=20, max_size=35)
unknown = st.tuples(st.integers(0, 40), st.one_of(st.none(), st.just(0.0), st.just(30.0)))


@given(counts, st.lists(unknown, max_size=5))
def test_a_day_that_is_not_known_never_raises_anything(
    known: list[float | None], more: list[tuple[int, float | None]]
) -> None:
    uses = [use for use in days_of(known) if use.known]
    there = {use.on for use in uses}
    strangers = [DayUse(TODAY - timedelta(days=n), "oxy", count, complete=False) for n, count in more]
    recent = TODAY - timedelta(days=3)
    strangers = [use for use in strangers if use.on not in there or use.on >= recent]
    before, after = rules(watch(BOOK, uses, TODAY)), rules(watch(BOOK, [*uses, *strangers], TODAY))
    assert set(after) <= set(before)


def test_the_mme_of_a_list_needs_an_amount_of_each_medicine() -> None:
    assert agreed_mme([OXY, MORPHINE]) == 8 * 5 * 1.5 + 2 * 15
    assert agreed_mme([FENTANYL]) == 60
    assert agreed_mme([OXY.model_copy(update={"max_per_day": None})]) is None
    assert agreed_mme([]) is None
