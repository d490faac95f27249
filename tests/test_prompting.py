"""Whether a prompt may go: lateness, caps, spacing, silence, breaks, holds, quiet hours; and no burst, ever."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.left_out import left_out
from study.person import MedicineTimes, Person, Preferences, local_at
from study.plan import Planned, family_of, plan, rule_of
from study.prompting import (
    Decision,
    Traffic,
    cap_of,
    decide,
    messages_of,
    silent_days,
    spacing_of,
    staff_take_over,
)
from study.settling import Outcome, settle, tells_by_itself, visit_of
from tests.plans import A_DAY, ENTRY, STAMP, at, clocks, days_of, named, someone, steady

DAY = date(2026, 6, 5)  # the Friday of the nudge of month 3, in week 14
DOSES = (MedicineTimes("m1", (time(9), time(20))),)
ME = someone(medicines=DOSES)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def one(item: str, on: date = DAY, person: Person = ME) -> Planned:
    """The first of an item on a day."""
    return named(days_of(person, on, 1), item)[0]


def asked(item: Planned, clock: str | datetime, person: Person = ME, on: date = DAY, **traffic: Any) -> Decision:
    """What is decided about an item at a time of a day."""
    now = clock if isinstance(clock, datetime) else at(on, clock)
    return decide(STAMP, now, item, person, Traffic(**traffic))


DIARY, NUDGE, REMINDER, DOSE = (one(item) for item in ("diary", "practice_nudge", "visit.month_3.nudge", "pre_dose"))
CALL = one("visit.month_3.call", date(2026, 6, 12))
CLOSE = one("visit.month_3.close", date(2026, 7, 1))


# --- in time, and too late


def test_an_item_in_time_goes_when_nothing_is_in_the_way() -> None:
    assert [asked(each, each.due_at) for each in (DIARY, NUDGE, REMINDER, DOSE, CALL, CLOSE)] == [Decision("send")] * 6


def test_each_item_says_how_late_it_may_still_go() -> None:
    minute = timedelta(minutes=1)
    for item in (DIARY, NUDGE, DOSE):
        assert item.latest_at is not None
        assert asked(item, item.latest_at - minute).kind == "send"
        assert asked(item, item.latest_at).kind in ("skip", "expire")


def test_a_prompt_before_a_dose_never_goes_once_the_dose_is_due() -> None:
    assert asked(DOSE, "08:59").kind == "send"
    assert asked(DOSE, "09:00") == Decision("expire", "too late")
    assert asked(DOSE, "09:01", up_since=at(DAY, "09:01")) == Decision("expire", "we were away")


def test_after_an_outage_each_item_does_what_its_rule_says() -> None:
    back = at(DAY, "22:30")
    found = {each.item: asked(each, back, up_since=back).kind for each in (DIARY, NUDGE, DOSE)}
    assert found == {"diary": "fold", "practice_nudge": "skip", "pre_dose": "expire"}
    after_the_window = at(date(2026, 7, 4), "09:00")
    assert asked(REMINDER, after_the_window, up_since=after_the_window) == Decision("hand_over", "we were away")
    assert asked(CALL, after_the_window, up_since=after_the_window).kind == "expire"


def test_an_item_that_the_rules_kept_back_ends_without_a_word_about_an_outage() -> None:
    assert asked(DIARY, "21:05", up_since=at(DAY, "12:00")) == Decision("skip", "too late")


def test_a_window_is_closed_however_late_and_whatever_happened() -> None:
    long_after = CLOSE.due_at + 90 * A_DAY
    gone = someone(status="stopped", hold="died")
    assert asked(CLOSE, long_after, gone, calm=True, up_since=long_after) == Decision("send")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("send", None),
        ("wait", None),
        ("skip", "skipped"),
        ("expire", "expired"),
        ("fold", "superseded"),
        ("hand_over", "expired"),
    ],
)
def test_each_decision_leaves_the_item_open_or_ends_it(kind: Any, state: str | None) -> None:
    assert Decision(kind).final_state == state


# --- who is not there, and who rests


@pytest.mark.parametrize("status", ["invited", "stopped", "data_removed", "declined", "prompts_stopped"])
def test_nothing_goes_to_somebody_who_left_in_the_same_second(status: str) -> None:
    gone = replace(ME, status=status)
    assert {asked(each, each.due_at, gone) for each in (DIARY, NUDGE, REMINDER, DOSE)} == {
        Decision("skip", f"status {status}")
    }


def test_who_stopped_prompts_is_still_called_and_who_left_is_not() -> None:
    assert asked(CALL, CALL.due_at, replace(ME, status="prompts_stopped")).kind == "send"
    assert asked(CALL, CALL.due_at, replace(ME, status="stopped")).kind == "skip"


def test_nobody_writes_or_calls_after_a_death() -> None:
    died = replace(ME, hold="died")
    decisions = {asked(each, each.due_at, died) for each in (DIARY, REMINDER, DOSE, CALL)}
    assert decisions == {Decision("skip", "on hold: died")}


def test_in_hospital_check_ins_and_calls_wait_and_the_rest_is_left_out() -> None:
    ill = replace(ME, hold="hospital")
    for waits in (REMINDER, CALL):
        later = waits.due_at + HOUR
        assert asked(waits, waits.due_at, ill) == Decision("wait", "on hold: hospital", until=later)
    assert {asked(each, each.due_at, ill) for each in (DIARY, NUDGE, DOSE)} == {Decision("skip", "on hold: hospital")}


def test_a_check_in_kept_back_to_the_end_of_its_window_is_left_out_with_the_reason() -> None:
    ill = replace(ME, hold="hospital")
    assert asked(REMINDER, at(date(2026, 6, 30), "23:30"), ill) == Decision("skip", "on hold: hospital")


def test_after_an_alert_only_staff_go_on() -> None:
    assert asked(REMINDER, REMINDER.due_at, calm=True) == Decision(
        "wait", "after an alert", until=REMINDER.due_at + HOUR
    )
    assert asked(DIARY, DIARY.due_at, calm=True) == Decision("skip", "after an alert")
    assert asked(CALL, CALL.due_at, calm=True) == Decision("send")


def test_on_a_break_an_invitation_moves_to_its_end_and_a_diary_is_left_out() -> None:
    resting = replace(ME, break_until=at(DAY + 4 * A_DAY, "12:00"))
    assert asked(REMINDER, REMINDER.due_at, resting) == Decision(
        "wait", "on a break", until=at(DAY + 4 * A_DAY, "12:00")
    )
    assert asked(DIARY, DIARY.due_at, resting) == Decision("skip", "on a break")
    assert asked(DIARY, DIARY.due_at, replace(ME, break_until=DIARY.due_at)).kind == "send"


def test_the_end_of_a_break_at_night_is_the_next_morning_for_a_message() -> None:
    resting = replace(ME, break_until=at(DAY + A_DAY, "23:00"))
    assert asked(REMINDER, REMINDER.due_at, resting).until == at(DAY + 2 * A_DAY, "08:00")


def test_a_call_waits_for_the_end_of_a_break_only_when_the_window_is_still_open_then() -> None:
    resting = replace(ME, break_until=CALL.due_at + 2 * A_DAY)
    assert asked(CALL, CALL.due_at, resting) == Decision("wait", "on a break", until=resting.break_until)
    longer = replace(ME, break_until=CALL.due_at + 40 * A_DAY)
    assert asked(CALL, CALL.due_at, longer) == Decision("send")


# --- caps, spacing, talks, quiet hours


def test_after_three_messages_a_day_a_check_in_moves_to_the_next_morning_and_a_diary_is_left_out() -> None:
    assert asked(REMINDER, "17:00", sent_today=3) == Decision(
        "wait", "enough messages today", until=at(DAY + A_DAY, "08:00")
    )
    assert asked(DIARY, "18:30", sent_today=3) == Decision("skip", "enough messages today")
    assert asked(REMINDER, "17:00", sent_today=2).kind == "send"


def test_the_last_place_of_a_day_is_kept_free_for_what_matters_more() -> None:
    rest = days_of(ME, DAY, 1)
    two_sent = Traffic(sent_today=1)
    nudge = decide(STAMP, NUDGE.due_at, NUDGE, ME, two_sent, rest)
    assert nudge == Decision("skip", "kept free for something else today")
    assert (
        decide(STAMP, DIARY.due_at, DIARY, ME, replace(two_sent, sent_today=2), [DIARY, one("pre_dose")]).kind == "send"
    )


def test_what_matters_as_much_keeps_nothing_free_for_itself() -> None:
    often = someone(medicines=(MedicineTimes("m1", (time(9), time(12), time(15), time(20))),))
    rest = days_of(often, DAY, 1)
    doses = named(rest, "pre_dose")
    assert decide(STAMP, doses[0].due_at, doses[0], often, Traffic(), rest).kind == "send"


def test_what_is_due_tomorrow_keeps_nothing_free_today() -> None:
    tomorrow = days_of(ME, DAY + A_DAY, 1)
    assert decide(STAMP, NUDGE.due_at, NUDGE, ME, Traffic(sent_today=2), tomorrow).kind == "send"


def test_two_messages_are_ninety_minutes_apart() -> None:
    for minutes, kind in ((89, "wait"), (90, "send")):
        last = DIARY.due_at - timedelta(minutes=minutes)
        assert asked(DIARY, DIARY.due_at, last_sent_at=last).kind == kind
    assert asked(DIARY, DIARY.due_at, last_sent_at=DIARY.due_at - 30 * MINUTE) == Decision(
        "wait", "too soon after another message", until=DIARY.due_at + HOUR
    )


def test_nothing_goes_behind_a_message_that_has_not_reached_telegram() -> None:
    waiting = asked(DIARY, DIARY.due_at, on_its_way=True)
    assert waiting == Decision(
        "wait", "an earlier message is still on its way", until=DIARY.due_at + timedelta(minutes=10)
    )
    assert asked(DOSE, DOSE.due_at, on_its_way=True).kind == "skip"
    assert asked(CALL, CALL.due_at, on_its_way=True).kind == "send"


def test_a_prompt_before_a_dose_may_follow_another_message_after_half_an_hour_and_never_waits_past_the_dose() -> None:
    for minutes, kind in ((30, "send"), (27, "wait"), (20, "skip")):
        assert asked(DOSE, DOSE.due_at, last_sent_at=DOSE.due_at - timedelta(minutes=minutes)).kind == kind


def test_a_prompt_waits_until_the_talk_in_front_has_been_idle_for_fifteen_minutes() -> None:
    touched = DIARY.due_at - 5 * MINUTE
    assert asked(DIARY, DIARY.due_at, talk_touched_at=touched) == Decision(
        "wait", "in a talk", until=touched + 15 * MINUTE
    )
    assert asked(DIARY, touched + 15 * MINUTE, talk_touched_at=touched).kind == "send"
    assert asked(DOSE, DOSE.due_at, talk_touched_at=DOSE.due_at - MINUTE) == Decision("skip", "in a talk")


def test_in_quiet_hours_a_check_in_waits_for_the_morning() -> None:
    assert asked(REMINDER, "22:00") == Decision("wait", "quiet hours", until=at(DAY + A_DAY, "08:00"))
    assert asked(REMINDER, at(DAY + A_DAY, "07:59")).until == at(DAY + A_DAY, "08:00")
    assert asked(REMINDER, at(DAY + A_DAY, "08:00")).kind == "send"


def test_a_prompt_at_the_edge_of_quiet_hours_goes_without_a_sound() -> None:
    early = someone(medicines=(MedicineTimes("m1", (time(8),)),))
    prompt = one("pre_dose", person=early)
    assert asked(prompt, "07:55", early) == Decision("send", silent=True)


def test_quiet_hours_are_those_of_the_place_where_the_person_is_now() -> None:
    moved = replace(ME, zone="Asia/Tokyo")
    assert asked(REMINDER, REMINDER.due_at, moved).until == at(date(2026, 6, 6), "08:00", "Asia/Tokyo")


# --- fewer, and silence


def test_fewer_messages_means_two_a_day_and_no_nudges() -> None:
    fewer = replace(ME, preferences=Preferences(fewer_messages=True))
    assert asked(NUDGE, NUDGE.due_at, fewer) == Decision("skip", "fewer messages")
    assert asked(DIARY, DIARY.due_at, fewer, sent_today=2).kind == "skip"
    assert (cap_of(STAMP, ME), cap_of(STAMP, fewer)) == (3, 2)


def test_after_three_silent_days_one_message_goes_in_three_days_and_no_prompt_before_a_dose() -> None:
    quiet: Any = {"silent_days": 3, "last_sent_at": at(DAY - A_DAY, "18:30")}
    assert asked(DOSE, DOSE.due_at, **quiet) == Decision("skip", "silent for 3 days")
    assert asked(DIARY, DIARY.due_at, **quiet) == Decision("skip", "silent for 3 days")
    assert asked(REMINDER, REMINDER.due_at, **quiet) == Decision(
        "wait", "silent for 3 days", until=at(DAY + 2 * A_DAY, "08:00")
    )
    long_ago: Any = {"silent_days": 3, "last_sent_at": at(DAY - 3 * A_DAY, "18:30")}
    assert asked(DIARY, DIARY.due_at, **long_ago).kind == "send"


def test_after_two_silent_weeks_only_check_ins_go_and_staff_take_over() -> None:
    quiet: Any = {"silent_days": 14, "last_sent_at": at(DAY - 5 * A_DAY, "18:30")}
    assert asked(DIARY, DIARY.due_at, **quiet) == Decision("skip", "silent for 14 days, staff know")
    assert asked(REMINDER, REMINDER.due_at, **quiet).kind == "send"
    assert [staff_take_over(STAMP, days) for days in (0, 13, 14, 40)] == [False, False, True, True]


def test_silence_counts_from_the_first_message_left_unanswered() -> None:
    assert silent_days(DAY, None) == 0
    assert silent_days(DAY, DAY) == 0
    assert silent_days(DAY, DAY - 3 * A_DAY) == 3


# --- everything due at once


def settled(
    due: list[Planned], now: datetime, person: Person = ME, coming: tuple[Planned, ...] = (), **traffic: Any
) -> dict[str, Decision]:
    outcomes = settle(STAMP, now, due, person, Traffic(**traffic), coming)
    return {outcome.planned.item: outcome.decision for outcome in outcomes}


def test_on_sunday_diary_questions_and_picture_are_one_message() -> None:
    sunday = [each for each in days_of(someone(), date(2026, 4, 5), 1) if each.item != "practice_nudge"]
    assert len(messages_of(STAMP, sunday)) == 1
    found = settled(sunday, sunday[0].due_at, someone())
    together = Decision("fold", "asked together", into=("diary", "2026-04-05"))
    assert found == {"diary": Decision("send"), "weekly": together, "week_picture": together}


def test_the_questions_of_the_week_go_alone_when_the_diary_was_answered_before() -> None:
    weekly = one("weekly", date(2026, 4, 5))
    assert settled([weekly], weekly.due_at)["weekly"].kind == "send"


def test_the_questions_of_the_week_come_a_day_later_when_the_day_was_full() -> None:
    weekly, diary = one("weekly", date(2026, 4, 5)), one("diary", date(2026, 4, 5))
    found = settled([weekly, diary], diary.due_at, sent_today=3)
    assert found["diary"].kind == "skip"
    assert found["weekly"].until == at(date(2026, 4, 6), "08:00")


def test_doses_at_the_same_minute_share_one_prompt() -> None:
    both = someone(medicines=(MedicineTimes("m1", (time(9),)), MedicineTimes("m2", (time(9),))))
    due = named(days_of(both, DAY, 1), "pre_dose")
    outcomes = settle(STAMP, due[0].due_at, due, both, Traffic())
    assert [(o.planned.payload["medicine"], o.decision.kind) for o in outcomes] == [("m1", "send"), ("m2", "fold")]
    assert outcomes[1].decision.into == outcomes[0].planned.key
    assert len(messages_of(STAMP, due)) == 1


def test_a_newer_reminder_takes_the_place_of_an_older_one_even_of_one_put_off() -> None:
    invite, nudge = one("visit.month_3.invite", date(2026, 6, 2)), REMINDER
    found = settled([invite, nudge], nudge.due_at)
    overtaken = Decision("fold", "a later reminder of the same check-in is due", into=nudge.key)
    assert found == {"visit.month_3.invite": overtaken, "visit.month_3.nudge": Decision("send")}
    put_off = replace(invite, due_at=nudge.due_at + HOUR)
    assert settled([nudge], nudge.due_at, coming=(put_off,))["visit.month_3.invite"] == overtaken


def test_an_older_reminder_that_comes_after_a_newer_one_was_put_off_still_gives_way() -> None:
    invite = replace(one("visit.month_3.invite", date(2026, 6, 2)), due_at=REMINDER.due_at + MINUTE)
    found = settled([REMINDER, invite], invite.due_at)
    assert [each for each, decision in found.items() if decision.kind == "send"] == ["visit.month_3.nudge"]


def test_of_two_things_due_at_once_the_more_important_goes_and_the_other_waits() -> None:
    session = one("session.S3.open", date(2026, 3, 17))
    late = replace(NUDGE, due_at=session.due_at, latest_at=session.due_at + 2 * HOUR)
    found = settled([late, session], session.due_at)
    assert found["session.S3.open"].kind == "send"
    assert found["practice_nudge"] == Decision(
        "wait", "too soon after another message", until=session.due_at + 90 * MINUTE
    )


def test_what_went_keeps_no_place_of_the_day_any_more() -> None:
    session = replace(one("session.S3.open", date(2026, 3, 17)), due_at=REMINDER.due_at, latest_at=REMINDER.latest_at)
    found = settled([REMINDER, session], REMINDER.due_at, sent_today=1)
    assert found["session.S3.open"].until == REMINDER.due_at + 90 * MINUTE


def test_without_an_outage_nothing_is_folded_into_something_else() -> None:
    session = replace(one("session.S3.open", date(2026, 3, 17)), due_at=DIARY.due_at, latest_at=REMINDER.latest_at)
    found = settled([DIARY, session], DIARY.due_at, up_since=DIARY.due_at - 5 * HOUR)
    assert found["diary"] == Decision("wait", "too soon after another message", until=DIARY.due_at + 90 * MINUTE)


def test_a_call_opens_beside_a_message() -> None:
    on = date(2026, 6, 12)
    both = [replace(CALL, due_at=at(on, "18:30")), one("diary", on)]
    assert {decision.kind for decision in settled(both, at(on, "18:30")).values()} == {"send"}


def test_after_six_hours_away_there_is_one_message() -> None:
    back = at(DAY, "19:30")
    away = [each for each in days_of(ME, DAY, 1) if at(DAY, "13:30") <= each.due_at <= back]
    found = settled(away, back, up_since=back)
    assert found == {
        "visit.month_3.nudge": Decision("send"),
        "diary": Decision("fold", "we were away", into=REMINDER.key),
        "practice_nudge": Decision("skip", "we were away"),
    }


def test_after_three_days_away_everything_missed_is_told_in_one_message() -> None:
    sunday, back = date(2026, 3, 15), at(date(2026, 3, 18), "09:10")
    away = [each for each in days_of(ME, sunday, 4) if each.due_at <= back]
    outcomes = settle(STAMP, back, away, ME, Traffic(up_since=back))
    sent = [outcome.planned.item for outcome in outcomes if outcome.decision.kind == "send"]
    assert sent == ["session.S3.open"]
    folded = [o for o in outcomes if o.decision.kind == "fold"]
    assert {o.decision.into for o in folded} == {("session.S3.open", "S3")}
    assert Counter(o.planned.item for o in folded) == {"diary": 3, "weekly": 1}
    assert tells_by_itself(outcomes) == ()


def test_when_nothing_else_goes_what_was_missed_is_told_by_a_message_of_its_own() -> None:
    back = at(DAY + A_DAY, "08:30")
    outcomes = settle(STAMP, back, [DIARY], ME, Traffic(up_since=back))
    assert [outcome.decision for outcome in outcomes] == [Decision("fold", "we were away")]
    assert tells_by_itself(outcomes) == (DIARY,)


def test_what_was_missed_is_not_told_in_quiet_hours_nor_on_top_of_a_prompt_before_a_dose() -> None:
    back = at(DAY, "23:00")
    assert settled([DIARY], back, up_since=back)["diary"] == Decision(
        "wait", "quiet hours", until=at(DAY + A_DAY, "08:00")
    )
    morning = at(DAY + A_DAY, "08:55")
    dose = one("pre_dose", DAY + A_DAY)
    found = settled([DIARY, dose], morning, up_since=back)
    assert found["pre_dose"].kind == "send"
    assert found["diary"].until == morning + 90 * MINUTE


def test_what_was_missed_is_told_within_a_day_or_not_at_all() -> None:
    back = at(DAY, "23:00")
    resting = replace(ME, break_until=back + 2 * A_DAY)
    assert settled([DIARY], back, resting, up_since=back)["diary"] == Decision("skip", "on a break")
    assert settled([DIARY], back, replace(ME, hold="hospital"), up_since=back)["diary"].kind == "skip"


def test_which_check_in_an_item_belongs_to() -> None:
    assert (visit_of(REMINDER), visit_of(DIARY)) == ("month_3", None)


# --- weeks of a life


@dataclass
class Life:
    """Some weeks of one person as the sweep would live them: looks when something is due and nothing is down."""

    person: Person
    first: date
    days: int
    down: list[tuple[datetime, datetime]] = field(default_factory=list)
    answers: bool = True

    def __post_init__(self) -> None:
        begin = at(self.first, "00:00", self.person.zone)
        planned = plan(STAMP, self.person, begin, begin + self.days * A_DAY)
        self.open = {each.key: each for each in planned}
        self.planned = planned
        self.said: list[tuple[datetime, tuple[Planned, ...], bool]] = []
        self.ended: dict[tuple[str, str], str] = {}

    def run(self) -> Life:
        """Until nothing is open any more."""
        while self.open:
            now = self._up(min(each.due_at for each in self.open.values()))
            due = [each for each in self.open.values() if each.due_at <= now]
            coming = [each for each in self.open.values() if now < each.due_at < now + 2 * A_DAY]
            self._apply(now, settle(STAMP, now, due, self.person, self._traffic(now), coming))
        return self

    def _up(self, now: datetime) -> datetime:
        return max([now, *(end for start, end in self.down if start <= now < end)])

    def _traffic(self, now: datetime) -> Traffic:
        today = local_at(now, self.person.zone).date()
        days = [local_at(when, self.person.zone).date() for when, _, _ in self.said]
        return Traffic(
            sent_today=days.count(today),
            last_sent_at=self.said[-1][0] if self.said else None,
            silent_days=0 if self.answers else silent_days(today, days[0] if days else None),
            up_since=max((end for _, end in self.down if end <= now), default=None),
        )

    def _apply(self, now: datetime, outcomes: tuple[Outcome, ...]) -> None:
        sent = [o for o in outcomes if o.decision.kind == "send" and o.planned.unsolicited]
        alone = tells_by_itself(outcomes)
        assert len(sent) + bool(alone) <= 1, "one message at a time"
        for outcome in sent:
            self.said.append((now, (outcome.planned,), outcome.decision.silent))
        if alone:
            self.said.append((now, alone, False))
        for outcome in outcomes:
            self._end(now, outcome)

    def _end(self, now: datetime, outcome: Outcome) -> None:
        planned, decision = outcome.planned, outcome.decision
        if decision.kind == "wait":
            assert decision.until is not None
            assert now < decision.until
            assert planned.latest_at is None or decision.until < planned.latest_at or now >= planned.latest_at
            self.open[planned.key] = replace(planned, due_at=decision.until)
            return
        assert planned.key not in self.ended
        del self.open[planned.key]
        self.ended[planned.key] = decision.kind

    def messages(self) -> list[tuple[datetime, Planned]]:
        """What was said, each with the item that carried it."""
        return [(when, items[0]) for when, items, _ in self.said]


outages = st.lists(
    st.tuples(st.integers(0, 20 * 24), st.sampled_from((1, 6, 30, 72))).map(
        lambda drawn: (
            at(date(2026, 5, 25), "00:00") + drawn[0] * HOUR,
            at(date(2026, 5, 25), "00:00") + sum(drawn) * HOUR,
        )
    ),
    max_size=2,
)
breaks = st.none() | st.integers(0, 20 * 24).map(lambda hours: at(date(2026, 5, 25), "00:00") + hours * HOUR)
livers = st.builds(
    someone,
    quiet_from=clocks,
    quiet_to=clocks,
    medicines=st.lists(clocks, max_size=4).map(lambda times: (MedicineTimes("m1", tuple(times)),)),
    preferences=st.builds(Preferences, st.none() | clocks, st.none() | clocks, st.booleans()),
    break_until=breaks,
)
lives = st.builds(
    Life, livers, st.just(date(2026, 5, 25)), st.just(24), outages, st.booleans()
)  # month 3 is asked for on 2 June


@given(lives)
@settings(steady, max_examples=60)
def test_a_life_of_prompts_keeps_every_promise(life: Life) -> None:
    life.run()
    person = life.person
    assert set(life.ended) == {each.key for each in life.planned}
    days: dict[date, int] = defaultdict(int)
    for when, planned in life.messages():
        days[local_at(when, person.zone).date()] += 1
        assert person.break_until is None or when >= person.break_until
        late = planned.latest_at is not None and when >= planned.latest_at
        assert not late or life.ended[planned.key] == "fold"
    assert max(days.values(), default=0) <= cap_of(STAMP, person)
    for (early, _), (late_at, planned) in pairwise(life.messages()):
        assert late_at - early >= spacing_of(STAMP, family_of(STAMP, planned.item))
    for when, _, silent in life.said:
        assert silent or not person.quiet(local_at(when, person.zone).time())


@given(lives)
@settings(steady, max_examples=40)
def test_nobody_gets_a_burst_after_an_outage(life: Life) -> None:
    life.run()
    for _, end in life.down:
        soon = [item for when, item in life.messages() if end <= when < end + 30 * MINUTE]
        assert len(soon) <= 1


@given(lives)
@settings(steady, max_examples=40)
def test_who_does_not_answer_gets_a_message_in_three_days_at_most_from_the_fourth_day_on(life: Life) -> None:
    life.answers = False
    days = [local_at(when, life.person.zone).date() for when, _ in life.run().messages()]
    gentle = [day for day in days if days and (day - days[0]).days >= 3]
    assert all((later - earlier).days >= 3 for earlier, later in pairwise(gentle))


@given(livers)
@settings(steady, max_examples=40)
def test_an_invitation_moves_inside_its_window_instead_of_vanishing(person: Person) -> None:
    life = Life(person, date(2026, 5, 25), 38).run()
    tries = {key: kind for key, kind in life.ended.items() if rule_of(STAMP, key[0]).priority == 1}
    assert set(tries.values()) <= {"send", "fold"}
    assert any(kind == "send" for kind in tries.values())
    assert life.ended["visit.month_3.close", "month_3"] == "send"


def test_a_usual_month_goes_as_planned() -> None:
    life = Life(ME, date(2026, 5, 25), 35).run()
    assert Counter(family_of(STAMP, planned.item) for _, planned in life.messages()) == {
        "visit": 4,
        "diary": 35,
        "pre_dose": 66,
    }
    assert Counter(life.ended.values())["wait"] == 0
    assert life.first - A_DAY > ENTRY


def test_a_time_behind_the_diary_or_over_the_cap_is_known_to_get_no_prompt() -> None:
    doses = (MedicineTimes("m1", (time(9), time(18, 35), time(20))),)
    assert left_out(STAMP, someone(medicines=doses)) == {time(18, 35): "spacing"}
    fewer = someone(medicines=doses, preferences=Preferences(fewer_messages=True))
    assert left_out(STAMP, fewer) == {time(18, 35): "cap", time(20): "cap"}
    earlier = someone(medicines=doses, preferences=Preferences(diary_at=time(17)))
    assert left_out(STAMP, earlier) == {time(20): "cap"}, "an hour and a half after the diary there is room"
