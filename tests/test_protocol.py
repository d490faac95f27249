"""The protocol as data: what is refused, what the check finds, and how two versions are compared."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from importlib import resources
from typing import Any

import pytest

from content.exercises import exercises
from content.loading import ContentRefused
from content.protocol import Protocol, protocol, read_protocol
from study.person import MedicineTimes, Preferences
from study.protocol_check import Problem, diff, of_person, problems, year_of
from tests.plans import STAMP, protocol_with, someone, with_clocks

FILE = resources.files("content").joinpath("protocols", "stamp.toml")


def raw() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def refused(tables: dict[str, Any]) -> str:
    with pytest.raises(ContentRefused) as caught:
        read_protocol(tables, "stamp.toml")
    assert caught.value.file == "stamp.toml"
    return "; ".join(caught.value.reasons)


def found(study: Protocol) -> list[str]:
    return [f"{problem.place}: {problem.reason}" for problem in problems(study)]


def tables_without_source(value: Any, place: str, known: bool) -> Iterator[str]:
    """Tables that hold a number while neither they nor a table around them say where it is from."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from tables_without_source(each, f"{place}.{number}", known)
    elif isinstance(value, dict):
        inside = known or (bool(place) and "source" in value)
        if not inside and any(isinstance(each, int) and not isinstance(each, bool) for each in value.values()):
            yield place or "the file"
        for name, each in value.items():
            yield from tables_without_source(each, f"{place}.{name}", inside)


# --- the file


def test_every_number_of_the_protocol_has_a_source() -> None:
    assert list(tables_without_source(raw(), "", False)) == []


def test_the_protocol_that_ships_has_no_problems() -> None:
    assert problems(protocol()) == []


def test_the_protocol_says_what_the_study_asks_for() -> None:
    study = protocol()
    assert (study.name, study.version, study.anchor, list(study.arms)) == ("stamp", "1", "enrolment", ["mbt", "cbt"])
    windows = [(v.code, v.months, v.opens_before_days, v.closes_after_days) for v in study.visits]
    assert windows == [
        ("baseline", 0, 0, 28),
        ("month_3", 3, 14, 28),
        ("month_6", 6, 14, 28),
        ("month_9", 9, 14, 28),
        ("month_12", 12, 14, 28),
    ]
    assert [step.day for step in study.ladders["follow_up"].steps] == [0, 3, 7, 10, 21, 28]
    assert (study.practice.minutes_a_day, study.practice.days_a_week) == (30, 6)
    assert (study.diary.at, study.weekly.on, study.pre_dose.minutes_before) == (time(18, 30), "sun", 5)
    assert (study.prompts.cap_a_day, study.prompts.spacing_minutes) == (3, 90)
    assert (study.prompts.quiet_from, study.prompts.quiet_to) == (time(21), time(8))


def test_what_is_only_proposed_is_marked_so() -> None:
    assert all(visit.proposal for visit in STAMP.visits)
    assert STAMP.prompts.proposal
    assert not STAMP.practice.proposal


def test_a_participant_stays_on_the_version_they_began_with() -> None:
    assert protocol("stamp", "1") is protocol()
    with pytest.raises(ContentRefused, match=r"stamp@0\.toml: file: there is no such protocol"):
        protocol("stamp", "0")


def test_an_older_version_stands_beside_the_newest() -> None:
    assert read_protocol(raw(), "stamp@1.toml") == STAMP
    with pytest.raises(ContentRefused, match="name: stamp 1 is not what the file is called"):
        read_protocol(raw(), "stamp@2.toml")
    with pytest.raises(ContentRefused, match="name:"):
        read_protocol(raw(), "other.toml")


# --- refused with file, place and reason


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("diary", "at"), "18.30", "diary.at: Value error, a time of day is written HH:MM"),
        (("diary", "at"), 1110, "diary.at: Value error, a time of day is written HH:MM"),
        (("diary", "at"), "24:00", "diary.at: Value error, a time of day is written HH:MM"),
        (("diary", "at"), "23:30", "diary: Value error, at lies between earliest and latest"),
        (("diary", "source"), "", "diary.source: String should have at least 1 character"),
        (("prompts", "cap_a_day"), 0, "prompts.cap_a_day: Input should be greater than or equal to 1"),
        (("prompts", "colour"), "red", "prompts.colour: Extra inputs are not permitted"),
        (("prompts", "silence", "staff_after_days"), 3, "gentle_after_days is below staff_after_days"),
        (("prompts", "silence", "to_the_end"), ["pre_dose"], "what goes to the end goes gently too"),
        (("pre_dose", "from_week"), 2, "pre_dose.from_week: Input should be 1 or 3"),
        (("visits", 1, "ladder"), "rope", "visits.month_3: no ladder is called rope"),
        (("visits", 1, "code"), "baseline", "the visit baseline comes twice"),
        (("visits", 1, "core"), ["peg", "peg"], "core: peg comes twice"),
        (("closing", "visit"), "month_13", "closing: no visit is called month_13"),
        (("sites", 0, "zone"), "Mars/Olympus", "zone: Mars/Olympus is no time zone"),
        (("ladders", "follow_up", "steps", 1, "code"), "invite", "the step invite comes twice"),
        (
            ("ladders", "follow_up", "steps", 5, "does"),
            "message",
            "every step but `close` has a time of day and a form",
        ),
        (("ladders", "follow_up", "steps", 3, "tries"), [], "a staff step, and only that, has tries"),
        (("arms", "mbt", "sessions", 1, "code"), "S1", "the session S1 comes twice"),
        (
            ("practice", "nudges", 0, "to_week"),
            54,
            "practice.nudges.0.to_week: Input should be less than or equal to 53",
        ),
        (("practice", "nudges", 1, "from_week"), 53, "from_week is not after to_week"),
        (("practice", "nudges", 1, "booster_on"), ["sun"], "a booster comes with a nudge"),
        (("items", "diary", "minutes"), None, "minutes go with until = minutes"),
        (("items", "visit_close", "then"), "skip", "until = ever has none"),
    ],
)
def test_a_wrong_protocol_is_refused_with_place_and_reason(
    path: tuple[str | int, ...], value: Any, reason: str
) -> None:
    tables = raw()
    table: Any = tables
    for part in path[:-1]:
        table = table[part]
    if value is None:
        del table[path[-1]]
    else:
        table[path[-1]] = value
    assert reason in refused(tables)


def test_a_ladder_closes_exactly_once() -> None:
    tables = raw()
    del tables["ladders"]["baseline"]["steps"][-1]
    assert "ladders.baseline: Value error, exactly one step closes" in refused(tables)


def test_every_kind_of_item_has_its_rule() -> None:
    tables = raw()
    del tables["items"]["diary"]
    assert "items: nothing is said about diary" in refused(tables)


def test_a_file_that_does_not_exist_is_named() -> None:
    with pytest.raises(ContentRefused, match=r"nowhere\.toml: file: there is no such protocol"):
        protocol("nowhere")


# --- what the check finds


def test_windows_that_overlap_are_found_with_the_date_that_shows_it() -> None:
    wide = found(protocol_with("visits", 2, opens_before_days=64))
    assert wide == ["visits.month_3: overlaps month_6 from 2024-04-28 to 2024-04-29 when counted from 2024-01-01"]
    narrow = found(protocol_with("visits", 2, opens_before_days=62))
    assert len(narrow) == 1
    assert narrow[0].endswith("from 2024-12-28 to 2024-12-28 when counted from 2024-08-30")


def test_steps_after_the_close_are_found() -> None:
    steps = [step.model_dump(mode="json") for step in STAMP.ladders["follow_up"].steps]
    steps[4]["day"] = 28
    late = found(protocol_with("ladders", "follow_up", steps=steps))
    assert late == [f"visits.month_{n}.last: day 28 is not before the close on day 28" for n in (3, 6, 9, 12)]
    steps[4]["day"] = 5
    assert "visits.month_3.last: day 5 comes before call" in found(protocol_with("ladders", "follow_up", steps=steps))


def test_a_close_that_is_not_the_end_of_the_window_is_found() -> None:
    assert found(protocol_with("visits", 1, closes_after_days=35)) == [
        "visits.month_3.close: closes on day 28, the window on day 35"
    ]


def test_a_step_and_a_check_in_the_chat_has_no_words_for_are_found() -> None:
    assert found(protocol_with("ladders", "baseline", "steps", 1, code="second")) == [
        "visits.baseline: content/messages/visit.toml has no text second",
        "visits.baseline: content/messages/why.toml has no text visit_second",
    ]
    assert "visits.month_1: content/messages/visit.toml has no text name_month_1" in found(
        protocol_with("visits", 1, code="month_1", months=1)
    )


def test_a_baseline_with_a_short_form_is_found() -> None:
    assert found(protocol_with("ladders", "baseline", "steps", 2, form="core")) == [
        "visits.baseline: has a short form: only the whole baseline begins the year"
    ]


def test_two_tries_at_the_same_time_of_day_are_found() -> None:
    assert found(protocol_with("ladders", "follow_up", "steps", 1, at="10:00")) == [
        "ladders.follow_up: two tries come at the same time of day"
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("oswestry", "oswestry: no such instrument"),
        ("phq9", "phq9: its text is not there; the site has to bring it"),
        ("peg.z", "peg.z: the instrument has no item z"),
        ("tlfb.mood", "tlfb.mood: the form has no item mood"),
        ("pgic", "pgic: is not asked at this check-in"),
    ],
)
def test_an_instrument_that_cannot_be_asked_is_found(name: str, reason: str) -> None:
    asked = [*STAMP.visits[0].instruments, name]
    assert found(protocol_with("visits", 0, instruments=asked)) == [f"visits.baseline: {reason}"]


def test_a_core_that_asks_more_than_the_full_form_is_found() -> None:
    full = [name for name in STAMP.visits[1].instruments if name != "peg"]
    assert found(protocol_with("visits", 1, instruments=full)) == [
        "visits.month_3: peg: in the core and not in the full form"
    ]


def test_an_unknown_weekly_instrument_is_found() -> None:
    assert found(protocol_with("weekly", instruments=["pegg"])) == ["weekly: pegg: no such instrument"]


def test_content_of_the_other_arm_is_found() -> None:
    other = next(each.id for each in exercises().values() if each.arm == "cbt")
    crossed = protocol_with("arms", "mbt", "sessions", 0, exercises=[other])
    assert found(crossed) == [f"arms.mbt.S1: {other} is content of the other arm"]
    unknown = protocol_with("arms", "mbt", "sessions", 0, exercises=["levitation"])
    assert found(unknown) == ["arms.mbt.S1: no exercise is called levitation"]


def test_a_session_that_leads_other_exercises_than_its_texts_is_found() -> None:
    swapped = protocol_with("arms", "mbt", "sessions", 0, exercises=["stop"])
    assert found(swapped) == ["arms.mbt.S1: what it leads is not what its texts lead"]
    assert found(protocol_with("arms", "mbt", "sessions", 0, code="S9"))[0].startswith("arms.mbt.S9: what it leads")


def test_a_calendar_that_tells_the_arm_is_found() -> None:
    assert found(protocol_with("arms", "cbt", "sessions", 0, at="10:45")) == [
        "arms: codes, weeks, ways or hours of the sessions tell cbt from mbt"
    ]


def test_a_missing_crisis_text_is_found() -> None:
    without = [name for name in STAMP.safety_texts if name != "suicide_now"]
    assert found(protocol_with(safety_texts=without)) == ["safety_texts: the crisis text suicide_now is missing"]
    unknown = protocol_with(safety_texts=[*STAMP.safety_texts, "hope"])
    assert found(unknown) == ["safety_texts: there is no text hope"]


def test_a_language_without_crisis_texts_is_found() -> None:
    strange = found(protocol_with(languages=["en", "xx"]))
    assert "languages: the crisis text suicide_now is missing in xx" in strange
    assert len(strange) == len(STAMP.safety_texts)


def test_a_site_without_a_crisis_line_is_found() -> None:
    assert found(protocol_with("sites", 0, country="ZZ")) == ["sites.main: no crisis line is known for ZZ"]


def test_an_unknown_alert_rule_is_found() -> None:
    assert found(protocol_with(alerts=["boredom"])) == ["alerts: no alert rule is called boredom"]


def test_prompts_inside_the_usual_quiet_hours_are_found() -> None:
    assert found(protocol_with("ladders", "follow_up", "steps", 1, at="21:30")) == [
        "ladders.follow_up.nudge: 21:30 lies in the quiet hours"
    ]
    early = {"diary: 18:30", "ladders.baseline.call: 18:30", "ladders.follow_up.call: 18:30"}
    assert {each.split(" lies")[0] for each in found(protocol_with("prompts", quiet_from="18:00"))} == early


def test_a_practice_goal_other_than_the_one_in_the_chat_is_found() -> None:
    assert found(protocol_with("practice", days_a_week=5)) == ["practice: 150 minutes a week here, 180 in limits.toml"]


def test_a_rule_of_lateness_that_has_no_end_to_go_by_is_found() -> None:
    assert "items.diary: until = window goes with a check-in or a meeting, and they with it" in found(
        protocol_with("items", "diary", until="window", minutes=None)
    )
    assert "items.pre_dose: until = dose goes with the prompt before a dose, and only with it" in found(
        protocol_with("items", "pre_dose", until="minutes", minutes=5)
    )


def test_an_occurrence_planned_twice_is_found() -> None:
    double = found(protocol_with("practice", "nudges", 1, from_week=8))
    assert double[0].startswith("practice_nudge: 2024-03-")
    assert double[0].endswith("is planned 2 times")


def test_a_protocol_that_is_over_the_cap_by_itself_is_found() -> None:
    crowded = found(protocol_with("prompts", cap_a_day=1))
    assert [each.split(" is over")[0] for each in crowded] == ["prompts: diary", "prompts: practice_nudge"]


# --- people


def told(study: Protocol = STAMP, **changes: Any) -> list[str]:
    assert {problem.place for problem in of_person(study, someone(**changes))} <= {"P0007"}
    return [problem.reason for problem in of_person(study, someone(**changes))]


def test_somebody_without_doses_fits_into_the_protocol() -> None:
    assert told() == []


def test_dosing_times_over_the_cap_are_found_with_what_is_left_out() -> None:
    assert told(medicines=(MedicineTimes("m1", (time(9), time(15), time(20))),))[:2] == [
        "practice_nudge is over the cap of 3 messages on 130 days from 2026-03-17",
        "pre_dose is over the cap of 3 messages on 350 days from 2026-03-17",
    ]


def test_doses_in_quiet_hours_are_found() -> None:
    assert "no prompt before the dose of m1 at 07:30: quiet hours" in told(
        medicines=(MedicineTimes("m1", (time(7, 30), time(8))),)
    )


def test_doses_close_to_another_prompt_are_found() -> None:
    close = told(medicines=(MedicineTimes("m1", (time(18, 45),)),))
    assert close[-1] == "pre_dose 18:40 comes 10 min after diary 18:30 on 350 days from 2026-03-17"


def test_chosen_hours_inside_quiet_hours_are_found() -> None:
    late = Preferences(diary_at=time(22), contact_at=time(7))
    assert told(preferences=late) == [
        "the diary, 22:00, lies in quiet hours and is moved",
        "the contact hour, 07:00, lies in quiet hours and is moved",
    ]


def test_people_are_checked_together_with_the_protocol() -> None:
    crossed = protocol_with("sites", 0, country="ZZ")
    me = someone(medicines=(MedicineTimes("m1", (time(3),)),))
    assert told(medicines=me.medicines) == ["no prompt before the dose of m1 at 03:00: quiet hours"]
    assert problems(crossed, [me, replace(me, study_id="P0008")]) == [
        Problem("sites.main", "no crisis line is known for ZZ"),
        Problem("P0007", "no prompt before the dose of m1 at 03:00: quiet hours"),
        Problem("P0008", "no prompt before the dose of m1 at 03:00: quiet hours"),
    ]


def test_somebody_who_has_not_begun_has_no_problems() -> None:
    nobody = someone(consented_on=None, enrolled_on=None, allocated_on=None, first_session_on=None)
    assert of_person(STAMP, nobody) == []
    assert year_of(STAMP, nobody) == ()


# --- two versions


def test_the_same_protocol_has_no_difference() -> None:
    assert diff(STAMP, read_protocol(raw(), "stamp.toml")) == []


def test_differences_are_told_in_plain_words() -> None:
    tables = with_clocks(STAMP.model_dump(mode="json"))
    tables["version"] = "2"
    tables["visits"][1]["closes_after_days"] = 35
    tables["visits"][2]["instruments"].remove("phq4")
    tables["visits"][2]["instruments"].append("gad7")
    tables["ladders"]["follow_up"]["steps"][1]["at"] = "16:00"
    tables["items"]["session"]["moves"] = False
    del tables["visits"][3]
    tables["sites"].append({**tables["sites"][0], "code": "boston"})
    tables["diary"]["source"] = "elsewhere"
    assert diff(STAMP, read_protocol(tables, "stamp.toml")) == [
        "version: was 1, is now 2",
        "sites, boston: added",
        "visits, month_3, closes after days: was 28, is now 35",
        "visits, month_6, instruments: gad7 added",
        "visits, month_6, instruments: phq4 taken out",
        "visits, month_9: taken out",
        "ladders, follow up, steps, nudge, at: was 17:00:00, is now 16:00:00",
        f"diary, source: was {STAMP.diary.source}, is now elsewhere",
        "items, session, moves: was yes, is now no",
    ]


def test_another_order_of_questions_is_a_difference() -> None:
    core = list(reversed(STAMP.visits[1].core))
    assert diff(STAMP, protocol_with("visits", 1, core=core)) == [
        "visits, month_3, core: another order, now tlfb.usual, peg"
    ]


def test_a_comparison_names_dates_of_no_participant() -> None:
    assert not any(str(date(2026, 3, 2)) in line for line in diff(STAMP, protocol_with("diary", at="19:00")))
