"""The plan of a person: right to the minute in every zone, the same whenever it is made, every occurrence once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.person import MedicineTimes, Person, Preferences, Travel, local_at
from study.plan import (
    closes_at,
    course_week,
    diary_time,
    ends_on,
    family_of,
    hours_of,
    opened_sessions,
    plan,
    recalled,
    rule_of,
    unprompted,
    windows_of,
)
from study.protocol_check import year_of
from tests.plans import (
    A_DAY,
    ENTRY,
    STAMP,
    TRICKY,
    ZONES,
    at,
    clocks,
    days_of,
    named,
    people,
    protocol_with,
    someone,
    steady,
    transitions,
)

DECADE = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC))
EVERY_HALF_HOUR = tuple(time(hour, minute) for hour in range(24) for minute in (0, 30))
instants = st.integers(-40, 460 * 24).map(lambda hours: at(ENTRY, "00:00") + timedelta(hours=hours))


# --- the wall clock


def wakeful(zone: str, around: datetime) -> Person:
    """Somebody without quiet hours who takes a dose every half hour, in the midst of the year."""
    began = local_at(around, zone).date() - timedelta(days=100)
    pills = MedicineTimes("m1", EVERY_HALF_HOUR)
    return someone(
        zone=zone,
        quiet_from=time(0),
        quiet_to=time(0),
        medicines=(pills,),
        consented_on=began,
        enrolled_on=began,
        allocated_on=began,
    )


class Clocks:
    """What the clocks of a place show, looked at every five minutes: found without the rule under test."""

    def __init__(self, zone: str, around: datetime) -> None:
        tz = ZoneInfo(zone)
        ticks = (around + timedelta(minutes=5 * n) for n in range(-12 * 50, 12 * 50))
        self.shown = [(tick.astimezone(tz).replace(tzinfo=None), tick) for tick in ticks]
        self.first: dict[datetime, datetime] = {}
        for wall, tick in self.shown:
            self.first.setdefault(wall, tick)

    def first_at_or_after(self, wall: datetime) -> datetime:
        """When the clocks first show this time, or the first later time where they never do."""
        if wall in self.first:
            return self.first[wall]
        return min(tick for shown, tick in self.shown if shown > wall)


def check_around(zone: str, change: datetime) -> None:
    """Around a change of the clocks everything comes once, at its wall clock or the first valid minute after."""
    seen, day = Clocks(zone, change), local_at(change, zone).date()
    planned = plan(STAMP, wakeful(zone, change), change - 3 * A_DAY, change + 3 * A_DAY)
    assert max(Counter(each.key for each in planned).values()) == 1
    by_key = {each.key: each for each in planned}
    for on in (day - A_DAY, day, day + A_DAY):
        evening = datetime.combine(on, STAMP.diary.at)
        assert by_key["diary", on.isoformat()].due_at == seen.first_at_or_after(evening)
        for clock in EVERY_HALF_HOUR:
            prompt = by_key["pre_dose", f"{on}/m1/{clock:%H:%M}"]
            dose_at = seen.first_at_or_after(datetime.combine(on, clock))
            assert (prompt.latest_at, prompt.due_at) == (dose_at, dose_at - timedelta(minutes=5))
    assert all(each.due_local == local_at(each.due_at, zone) for each in planned)


@pytest.mark.parametrize("zone", TRICKY)
def test_everything_comes_once_at_its_wall_clock_where_clocks_are_tricky(zone: str) -> None:
    for change in list(transitions(zone, *DECADE))[:6]:
        check_around(zone, change)


@given(st.sampled_from(ZONES), st.integers(0, 30))
@settings(steady, max_examples=25)
def test_everything_comes_once_at_its_wall_clock_in_any_zone(zone: str, number: int) -> None:
    year = datetime(2024 + number % 10, 1, 1, tzinfo=UTC)
    for change in list(transitions(zone, year, year + timedelta(days=366)))[:2] or [year]:
        check_around(zone, change)


@pytest.mark.slow
def test_everything_comes_once_at_its_wall_clock_in_every_zone_for_ten_years() -> None:
    same_clocks: dict[tuple[tuple[datetime, ...], tuple[timedelta | None, ...]], str] = {}
    for zone in ZONES:
        changes = tuple(transitions(zone, *DECADE))
        offsets = tuple(change.astimezone(ZoneInfo(zone)).utcoffset() for change in (DECADE[0], *changes))
        same_clocks.setdefault((changes, offsets), zone)
    for (changes, _), zone in same_clocks.items():
        for change in changes or DECADE:
            check_around(zone, change)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix"])
def test_the_diary_comes_at_half_past_six_on_every_evening_of_the_year(zone: str) -> None:
    diary = named(year_of(STAMP, someone(zone=zone)), "diary")
    assert [each.due_local for each in diary] == [
        datetime.combine(ENTRY + n * A_DAY, time(18, 30)) for n in range(1, 365)
    ]


def test_a_dose_in_the_hour_that_spring_skips_is_prompted_five_minutes_before_the_gap_ends() -> None:
    me = someone(
        zone="Europe/Berlin", quiet_from=time(0), quiet_to=time(0), medicines=(MedicineTimes("m1", (time(2, 30),)),)
    )
    (prompt,) = named(days_of(me, date(2026, 3, 29), 1), "pre_dose")
    assert prompt.due_at == datetime(2026, 3, 29, 0, 55, tzinfo=UTC)
    assert prompt.due_local == datetime(2026, 3, 29, 1, 55)  # noqa: DTZ001 - a wall clock
    assert prompt.occurrence == "2026-03-29/m1/02:30"


def test_an_hour_that_autumn_repeats_is_meant_the_first_time() -> None:
    me = someone(
        zone="Europe/Berlin", quiet_from=time(0), quiet_to=time(0), medicines=(MedicineTimes("m1", (time(2, 30),)),)
    )
    prompts = named(days_of(me, date(2026, 10, 25), 1), "pre_dose")
    assert [each.due_at for each in prompts] == [datetime(2026, 10, 25, 0, 25, tzinfo=UTC)]


def test_a_prompt_before_a_dose_just_after_midnight_belongs_to_the_day_of_the_dose() -> None:
    me = someone(quiet_from=time(3), quiet_to=time(4), medicines=(MedicineTimes("m1", (time(0, 2),)),))
    prompts = named(days_of(me, date(2026, 5, 1), 1), "pre_dose")
    assert [(each.occurrence, f"{each.due_local:%d %H:%M}") for each in prompts] == [
        ("2026-05-02/m1/00:02", "01 23:57")
    ]


# --- the same whenever it is made


@given(people, instants, instants)
@settings(steady, max_examples=40)
def test_planning_again_gives_the_same_plan_in_order_with_every_key_once(
    person: Person, one: datetime, other: datetime
) -> None:
    since, until = sorted((one, min(other, one + timedelta(days=60))))
    planned = plan(STAMP, person, since, until)
    assert planned == plan(STAMP, person, since, until)
    assert list(planned) == sorted(planned, key=lambda each: (each.due_at, each.priority, each.item, each.occurrence))
    assert len({each.key for each in planned}) == len(planned)
    assert all(since <= each.due_at < until for each in planned)


@given(people, st.tuples(instants, instants, instants))
@settings(steady, max_examples=40)
def test_a_plan_made_in_two_parts_is_the_plan_made_at_once(
    person: Person, cuts: tuple[datetime, datetime, datetime]
) -> None:
    a, b, c = sorted(cuts)
    assert plan(STAMP, person, a, b) + plan(STAMP, person, b, c) == plan(STAMP, person, a, c)


@given(people)
@settings(steady, max_examples=8)
def test_the_year_is_the_sum_of_its_days(person: Person) -> None:
    whole = year_of(STAMP, person)
    since = min(each.due_at for each in whole)
    until = max(each.due_at for each in whole) + A_DAY
    cut, parts = since, ()
    while cut < until:
        parts += plan(STAMP, person, cut, cut + 13 * A_DAY)  # type: ignore[assignment]
        cut += 13 * A_DAY
    assert whole == parts


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "America/New_York", "UTC"])
@pytest.mark.parametrize("quiet", [(time(0), time(0)), (time(18), time(17, 45))])
def test_the_hours_of_a_day_add_up_at_both_ends_of_the_world(zone: str, quiet: tuple[time, time]) -> None:
    doses = (MedicineTimes("m1", EVERY_HALF_HOUR),)
    me = someone(zone=zone, quiet_from=quiet[0], quiet_to=quiet[1], medicines=doses)
    begin = at(date(2026, 4, 4), "00:00", "UTC")
    hours = [begin + timedelta(hours=n) for n in range(73)]
    by_hour = [plan(STAMP, me, since, until) for since, until in pairwise(hours)]
    assert tuple(each for part in by_hour for each in part) == plan(STAMP, me, hours[0], hours[-1])
    assert len(named(plan(STAMP, me, hours[0], hours[-1]), "diary")) == 3


def test_nothing_is_planned_for_an_empty_or_backward_stretch() -> None:
    noon = at(ENTRY, "12:00")
    assert plan(STAMP, someone(), noon, noon) == plan(STAMP, someone(), noon, noon - A_DAY) == ()


@given(people, st.integers(0, 300), st.sampled_from(TRICKY))
@settings(steady, max_examples=25)
def test_moving_to_another_zone_moves_only_what_comes_afterwards(person: Person, after: int, zone: str) -> None:
    from_on = ENTRY + timedelta(days=after)
    moved = replace(person, travels=(*person.travels, Travel(zone, from_on)))
    begin, end, change = (at(from_on + n * A_DAY, "00:00", "UTC") for n in (-20, 20, 0))
    before, now = ({each.key: each for each in plan(STAMP, who, begin, end)} for who in (person, moved))
    past, kept = ({k: e.due_at for k, e in of.items() if e.due_at < change - 2 * A_DAY} for of in (before, now))
    assert past == kept
    evenings = {key for key in before if key[0] == "diary"}
    inner = {key for key in evenings if abs(date.fromisoformat(key[1]) - from_on) < timedelta(days=17)}
    assert inner <= set(now)
    assert {each.zone for each in now.values() if each.due_at >= change + 2 * A_DAY} <= {zone}


def test_a_journey_with_a_return_date_goes_by_the_clock_of_the_place_and_back() -> None:
    me = someone(travels=(Travel("Asia/Tokyo", date(2026, 5, 10), date(2026, 5, 13)),))
    diary = named(days_of(me, date(2026, 5, 8), 8), "diary")
    assert [(each.occurrence[-2:], each.zone) for each in diary] == [
        ("08", "America/New_York"),
        ("09", "America/New_York"),
        ("10", "Asia/Tokyo"),
        ("11", "Asia/Tokyo"),
        ("12", "Asia/Tokyo"),
        ("13", "America/New_York"),
        ("14", "America/New_York"),
        ("15", "America/New_York"),
    ]
    assert {each.due_local.time() for each in diary} == {time(18, 30)}


def test_where_a_traveller_is_follows_the_midnight_of_the_place() -> None:
    me = someone(travels=(Travel("Asia/Tokyo", date(2026, 5, 10), date(2026, 5, 13)),))
    begins = datetime(2026, 5, 9, 15, tzinfo=UTC)
    minute = timedelta(minutes=1)
    assert (me.zone_at(begins - minute), me.zone_at(begins)) == ("America/New_York", "Asia/Tokyo")
    ends = datetime(2026, 5, 12, 15, tzinfo=UTC)
    assert (me.zone_at(ends - minute), me.zone_at(ends)) == ("Asia/Tokyo", "America/New_York")


def test_who_moved_for_good_stays_there() -> None:
    me = someone(travels=(Travel("Europe/London", date(2026, 5, 10)),))
    assert me.zone_on(date(2026, 5, 9)) == "America/New_York"
    assert me.zone_on(date(2030, 1, 1)) == "Europe/London"


# --- check-ins


def test_a_check_in_is_asked_for_in_six_steps_each_at_another_time_of_day() -> None:
    steps = named(year_of(STAMP, someone()), "visit.")
    month_6 = [(each.item, f"{each.due_local:%m-%d %H:%M}") for each in steps if ".month_6." in each.item]
    assert month_6 == [
        ("visit.month_6.invite", "09-02 10:00"),
        ("visit.month_6.nudge", "09-05 17:00"),
        ("visit.month_6.core", "09-09 12:30"),
        ("visit.month_6.call", "09-12 09:00"),
        ("visit.month_6.last", "09-23 15:30"),
        ("visit.month_6.close", "10-01 00:00"),
    ]
    assert {each.occurrence for each in steps if ".month_6." in each.item} == {"month_6"}


def test_staff_are_offered_three_tries_at_different_hours() -> None:
    (call,) = named(year_of(STAMP, someone()), "visit.month_3.call")
    assert call.payload["tries"] == ["2026-06-12T15:00", "2026-06-13T18:30", "2026-06-15T10:30"]
    assert (call.unsolicited, call.payload["form"]) == (False, "core")


@given(people, st.dates(date(2024, 1, 1), date(2032, 12, 31)))
@settings(steady, max_examples=60)
def test_every_step_of_a_check_in_lies_inside_its_window(person: Person, entry: date) -> None:
    me = someone(
        zone=person.zone,
        quiet_from=person.quiet_from,
        quiet_to=person.quiet_to,
        preferences=person.preferences,
        consented_on=entry,
        enrolled_on=entry,
    )
    windows = {window.visit: window for window in windows_of(STAMP, me)}
    begin = datetime.combine(entry, time(), UTC) - A_DAY
    steps = named(plan(STAMP, me, begin, begin + 410 * A_DAY), "visit.")
    assert len(steps) == 6 * 5
    for step in steps:
        window = windows[step.occurrence]
        if step.item.endswith(".close"):
            assert (step.due_at, step.latest_at) == (closes_at(window, me), None)
        else:
            assert window.contains(step.due_local.date())
            assert step.due_at < closes_at(window, me) == step.latest_at


def test_a_window_closes_at_the_end_of_its_last_day_where_the_person_is() -> None:
    window = windows_of(STAMP, someone())[1]
    assert closes_at(window, someone()) == at(window.closes_on + A_DAY, "00:00")
    beirut = someone(
        zone="Asia/Beirut", enrolled_on=date(2025, 11, 28)
    )  # closes 28 March; at midnight clocks jump to 1:00
    closing = closes_at(windows_of(STAMP, beirut)[1], beirut)
    assert f"{local_at(closing, 'Asia/Beirut'):%m-%d %H:%M}" == "03-29 01:00"


def test_check_ins_count_from_the_anchor_of_the_protocol_and_the_baseline_from_consent() -> None:
    me = someone(consented_on=date(2026, 1, 5), enrolled_on=date(2026, 1, 31), allocated_on=date(2026, 2, 2))
    assert [window.target_on for window in windows_of(STAMP, me)][:2] == [date(2026, 1, 5), date(2026, 4, 30)]
    by_allocation = protocol_with(anchor="allocation")
    assert windows_of(by_allocation, me)[1].target_on == date(2026, 5, 2)


def test_without_an_anchor_nothing_is_counted_from_it() -> None:
    waiting = someone(enrolled_on=None, allocated_on=None, arm=None)
    assert {each.item for each in year_of(STAMP, waiting)} == {
        f"visit.baseline.{step}" for step in ("invite", "nudge", "reminder", "call", "last", "close")
    }
    assert year_of(STAMP, someone(consented_on=None, enrolled_on=None, allocated_on=None, first_session_on=None)) == ()
    assert ends_on(STAMP, waiting) is None


def test_a_chosen_hour_takes_the_place_of_the_first_try_and_the_nearest_try_gives_way() -> None:
    ladder = STAMP.ladders["follow_up"]
    hours = {code: f"{clock:%H:%M}" for code, clock in hours_of(ladder, time(17, 30)).items()}
    assert hours == {"invite": "17:30", "nudge": "10:00", "core": "12:30", "last": "15:30", "call": "09:00"}
    assert hours_of(ladder, time(10, 30))["nudge"] == time(17)


@given(clocks)
@settings(steady)
def test_with_any_chosen_hour_each_try_comes_at_another_time_of_day(chosen: time) -> None:
    hours = hours_of(STAMP.ladders["follow_up"], chosen)
    tries = [hours[code] for code in ("invite", "nudge", "core", "last")]
    assert len(set(tries)) == len(tries)
    assert hours["invite"] == chosen


def test_after_the_last_check_in_has_closed_comes_one_goodbye_and_nothing_more() -> None:
    planned = year_of(STAMP, someone())
    assert [each.item for each in planned][-2:] == ["visit.month_12.close", "closing"]
    last = max(each.due_local.date() for each in planned if not each.item.startswith(("visit", "closing")))
    assert last == date(2027, 3, 1)
    assert ends_on(STAMP, someone()) == date(2027, 3, 2)


# --- sessions, practice, diary


def test_a_session_opens_each_week_from_the_day_after_allocation() -> None:
    sessions = named(year_of(STAMP, someone(allocated_on=date(2026, 3, 10))), "session.")
    assert [(each.item, each.occurrence) for each in sessions] == [(f"session.S{n}.open", f"S{n}") for n in range(1, 9)]
    assert [each.due_local.date() for each in sessions] == [date(2026, 3, 11) + timedelta(days=7 * n) for n in range(8)]


def test_a_session_that_has_opened_stays_open() -> None:
    me = someone(allocated_on=date(2026, 3, 10))
    opened = [opened_sessions(STAMP, me, date(2026, 3, 10) + timedelta(days=n)) for n in (0, 1, 7, 8, 400)]
    assert opened == [(), ("S1",), ("S1",), ("S1", "S2"), tuple(f"S{n}" for n in range(1, 9))]
    assert opened_sessions(STAMP, someone(arm=None), date(2027, 1, 1)) == ()


def test_weeks_count_from_the_day_after_allocation_and_only_once_there_is_an_arm() -> None:
    me = someone(allocated_on=date(2026, 3, 10))
    weeks = [course_week(STAMP, me, date(2026, 3, 10) + timedelta(days=n)) for n in (0, 1, 7, 8, 364, 365)]
    assert weeks == [None, 1, 1, 2, 52, None]
    assert course_week(STAMP, someone(arm=None), date(2026, 4, 1)) is None


def test_practice_is_suggested_daily_for_eight_weeks_and_then_twice_a_week() -> None:
    nudges = named(year_of(STAMP, someone(allocated_on=ENTRY - A_DAY)), "practice_nudge")
    weeks = Counter(each.payload["week"] for each in nudges)
    assert [weeks[week] for week in range(1, 9)] == [7] * 8
    assert {weeks[week] for week in range(9, 53)} == {2}
    boosters = [each.due_local.strftime("%a") for each in nudges if each.payload["booster"]]
    assert (len(boosters), set(boosters)) == (44, {"Tue"})


def test_before_allocation_nothing_of_an_arm_is_planned() -> None:
    planned = year_of(STAMP, someone(arm=None, medicines=(MedicineTimes("m1", (time(9),)),)))
    assert {family_of(STAMP, each.item) for each in planned} == {
        *("visit", "visit_call", "visit_close", "closing", "diary", "weekly", "week_picture")
    }


def test_both_arms_have_the_same_calendar() -> None:
    mbt, cbt = (year_of(STAMP, someone(arm=arm)) for arm in ("mbt", "cbt"))
    assert mbt == cbt


def test_the_questions_and_the_picture_of_the_week_come_with_the_diary_of_sunday() -> None:
    me = someone(preferences=Preferences(diary_at=time(19, 15)))
    sunday = days_of(me, date(2026, 4, 5), 1)
    assert [(each.item, f"{each.due_local:%a %H:%M}") for each in sunday if each.priority in (3, 4, 7)] == [
        ("diary", "Sun 19:15"),
        ("weekly", "Sun 19:15"),
        ("week_picture", "Sun 19:15"),
    ]
    first = named(year_of(STAMP, me), "weekly")[0]
    assert first.occurrence == "2026-03-08"


def test_the_diary_begins_the_day_after_enrolment() -> None:
    assert named(year_of(STAMP, someone()), "diary")[0].occurrence == "2026-03-03"


def test_a_diary_time_outside_what_is_offered_becomes_the_nearest_that_is() -> None:
    chosen = (time(3), time(12), time(19, 45), time(23, 30))
    found = [diary_time(STAMP, someone(preferences=Preferences(diary_at=clock))) for clock in chosen]
    assert found == [time(12), time(12), time(19, 45), time(23)]


# --- before a dose


def test_prompts_before_a_dose_begin_in_the_week_the_protocol_says() -> None:
    me = someone(medicines=(MedicineTimes("m1", (time(9), time(14))),))
    first = named(year_of(STAMP, me), "pre_dose")[:2]
    assert [each.occurrence for each in first] == ["2026-03-17/m1/09:00", "2026-03-17/m1/14:00"]
    at_once = named(year_of(protocol_with("pre_dose", from_week=1), me), "pre_dose")
    assert at_once[0].occurrence == "2026-03-03/m1/09:00"


def test_a_prompt_before_a_dose_may_go_until_the_dose_is_due() -> None:
    me = someone(medicines=(MedicineTimes("m1", (time(9),)),))
    (prompt,) = named(days_of(me, date(2026, 5, 4), 1), "pre_dose")
    assert (prompt.due_at, prompt.latest_at) == (at(date(2026, 5, 4), "08:55"), at(date(2026, 5, 4), "09:00"))
    assert (prompt.then, prompt.payload["medicine"], prompt.payload["silent"]) == ("expire", "m1", False)


def test_a_medicine_whose_prompts_are_off_gets_none_and_a_time_said_twice_gets_one() -> None:
    me = someone(medicines=(MedicineTimes("m1", (time(9), time(9))), MedicineTimes("m2", (time(9),), prompts=False)))
    assert [each.occurrence for each in named(days_of(me, date(2026, 5, 4), 1), "pre_dose")] == ["2026-05-04/m1/09:00"]


def test_a_dose_in_quiet_hours_gets_no_prompt_and_the_person_can_be_told() -> None:
    me = someone(medicines=(MedicineTimes("m1", (time(3), time(8), time(21), time(23))),))
    prompts = named(days_of(me, date(2026, 5, 4), 1), "pre_dose")
    assert [(each.occurrence[-5:], each.payload["silent"]) for each in prompts] == [("08:00", True), ("21:00", False)]
    assert unprompted(STAMP, me) == (("m1", time(3)), ("m1", time(23)))


# --- quiet hours, holds, leaving


def test_quiet_hours_put_a_check_in_off_bring_the_diary_forward_and_drop_a_nudge() -> None:
    me = someone(quiet_from=time(13), quiet_to=time(19))
    day = {each.item: f"{each.due_local:%d %H:%M}" for each in days_of(me, date(2026, 6, 5), 1)}
    assert day == {"visit.month_3.nudge": "05 19:00", "diary": "05 12:30"}
    late = someone(preferences=Preferences(contact_at=time(22), diary_at=time(22)))
    evening = {each.item: f"{each.due_local:%d %H:%M}" for each in days_of(late, date(2026, 6, 2), 2)}
    assert evening["visit.month_3.invite"] == "03 08:00"
    assert evening["diary"] == "03 20:30"


def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last() -> None:
    assert [someone().quiet(time.fromisoformat(clock)) for clock in ("20:59", "21:00", "00:00", "07:59", "08:00")] == [
        *(False, True, True, True, False)
    ]
    napping = someone(quiet_from=time(13), quiet_to=time(15))
    assert [napping.quiet(time(hour)) for hour in (12, 13, 14, 15)] == [False, True, True, False]


def test_a_diary_inside_quiet_hours_that_began_the_day_before_comes_when_they_end() -> None:
    me = someone(quiet_from=time(20), quiet_to=time(13), preferences=Preferences(diary_at=time(12, 30)))
    assert f"{named(days_of(me, date(2026, 6, 5), 1), 'diary')[0].due_local:%d %H:%M}" == "05 13:00"


@given(people, instants)
@settings(steady, max_examples=40)
def test_nothing_is_planned_into_quiet_hours_but_a_silent_prompt_at_their_edge(person: Person, since: datetime) -> None:
    planned = plan(STAMP, person, since, since + 20 * A_DAY)
    loud = [each for each in planned if rule_of(STAMP, each.item).does == "message" and not each.payload.get("silent")]
    assert [each for each in loud if person.quiet(each.due_local.time())] == []


@pytest.mark.parametrize("status", ["invited", "stopped", "data_removed", "declined"])
def test_nothing_is_planned_for_somebody_who_is_not_there(status: str) -> None:
    assert year_of(STAMP, someone(status=status)) == ()


def test_nothing_is_planned_for_somebody_who_died() -> None:
    assert year_of(STAMP, someone(hold="died")) == ()
    assert year_of(STAMP, someone(hold="hospital")) == year_of(STAMP, someone())


def test_who_stopped_prompts_still_has_check_ins_by_staff() -> None:
    planned = year_of(STAMP, someone(status="prompts_stopped"))
    assert Counter(family_of(STAMP, each.item) for each in planned) == {"visit_call": 5, "visit_close": 5}


# --- rows


def test_a_stored_item_is_what_was_planned() -> None:
    for each in days_of(someone(medicines=(MedicineTimes("m1", (time(9),)),)), date(2026, 6, 1), 14):
        assert each == recalled(STAMP, each.item, each.occurrence, each.due_at, each.zone, each.latest_at, each.payload)
        assert (each.protocol_version, hash(each)) == (STAMP.version, hash(each))


@pytest.mark.parametrize("item", ["visit.month_5.invite", "visit.month_6.poke", "step", "check_back"])
def test_an_item_of_another_protocol_is_not_known(item: str) -> None:
    with pytest.raises(KeyError):
        rule_of(STAMP, item)
