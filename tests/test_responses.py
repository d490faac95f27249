"""What a check-in asks and what its answers amount to: order, skip rules, completeness, typed answers, signals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from content.catalogue import catalogue
from content.instruments import Instrument, instrument, instruments, read_instrument
from content.message import Message
from study import responses
from study.responses import Given, Part, parts
from study.steps import NotUnderstood
from tests.visiting import BATTERY, CORE

WITH_TEXT = sorted(code for code, each in instruments().items() if each.text_included)


def said(*values: int | None, of: str) -> dict[str, Given]:
    """Answers in the order of the items; None is skipped."""
    codes = [item.code for item in instrument(of).items]
    return {
        code: Given(value=value, status="skipped" if value is None else "answered")
        for code, value in zip(codes, values, strict=False)
    }


# what is asked, and in which order


def test_the_core_comes_first_and_nothing_is_asked_twice() -> None:
    asked = parts("month_3", BATTERY, CORE)
    assert [(part.instrument, part.items) for part in asked[:4]] == [
        ("peg", ("p", "e", "g")),
        ("tlfb", ("usual",)),
        ("nrs4", ("worst", "least", "average", "now")),
        ("rmdq", tuple(f"s{number}" for number in range(1, 25))),
    ]
    assert [part.instrument for part in asked[4:]] == ["tlfb", "hrqol4", "phq4", "pgic"]
    every = [(part.instrument, item) for part in asked for item in part.items]
    assert len(every) == len(set(every)) == 4 + 3 + 1 + 24 + 4 + 4 + 1


def test_the_short_form_asks_the_core_alone() -> None:
    assert parts("month_3", BATTERY, CORE, mode="core") == parts("month_3", CORE)
    assert parts("month_3", CORE, mode="core") == parts("month_3", CORE)
    assert sum(len(part.pages) for part in parts("month_3", CORE)) == 4


def test_without_a_core_the_order_is_the_one_given() -> None:
    assert [part.instrument for part in parts("month_3", ["phq4", "peg"])] == ["phq4", "peg"]


def test_questions_are_one_a_page_and_statements_six() -> None:
    (peg, rmdq, care) = parts("month_3", ["peg", "rmdq", "care"])
    assert peg.pages == (("p",), ("e",), ("g",))
    assert [len(page) for page in rmdq.pages] == [6, 6, 6, 6]
    assert len(care.pages) == 1


def test_a_calendar_follows_its_question() -> None:
    assert parts("month_3", ["tlfb"]) == (Part("tlfb", (("usual",),)), Part("tlfb", calendar=True))


def test_pgic_is_not_asked_at_baseline() -> None:
    assert parts("baseline", ["pgic"]) == ()
    assert len(parts("month_3", ["pgic"])) == 1


def with_words(code: str) -> Instrument:
    """An instrument as a site that has imported its text would have it."""
    asked = instrument(code).model_dump(by_alias=True, exclude_none=True)
    four = [{"value": value, "label": {"en": f"option {value}"}} for value in range(4)]
    items = [item | {"text": {"en": "imported"}, "options": four} for item in asked["items"]]
    return read_instrument(asked | {"text_included": True, "items": items}, f"{code}.toml")


@pytest.mark.parametrize("code", ["phq9", "gad7"])
def test_phq9_and_gad7_are_asked_only_with_their_text_and_with_somebody_on_call(code: str) -> None:
    assert parts("month_3", [code], staffed=True) == ()
    assert not responses.is_asked(instrument(code), "month_3", staffed=True)
    assert responses.is_asked(with_words(code), "month_3", staffed=True)
    assert not responses.is_asked(with_words("phq9"), "month_3", staffed=False)


@pytest.mark.parametrize("entry", ["eq5d", "peg.x", "", "nrs4."])
def test_an_unknown_name_is_refused(entry: str) -> None:
    if entry == "nrs4.":
        assert parts("month_3", [entry]) == parts("month_3", ["nrs4"])
        return
    with pytest.raises(KeyError):
        parts("month_3", [entry])


@pytest.mark.parametrize(
    ("first", "asked"),
    [
        ((3, 10, 5), True),
        ((1, 0, 0), False),
        ((1, 0, 3), True),
        ((1, 2, None), True),
        ((1, None, 0), False),
        ((1, None, None), False),
    ],
)
def test_the_fourth_of_the_healthy_days_is_asked_only_after_a_bad_day(first: tuple[Any, ...], asked: bool) -> None:
    item = instrument("hrqol4").item("limited_days")
    assert responses.is_due(item, said(*first, of="hrqol4")) is asked


def test_a_full_check_in_says_beforehand_what_it_takes() -> None:
    effort = responses.effort(parts("month_3", BATTERY, CORE), calendar_pages=4)
    assert (effort.questions, effort.taps, effort.minutes) == (25, 35, 8)
    short = responses.effort(parts("month_3", CORE))
    assert (short.questions, short.taps, short.minutes) == (4, 4, 1)


# what the messages say


SINCE = {"since": date(2026, 3, 2)}


def texts(code: str) -> dict[str, str]:
    return {
        key.removeprefix(f"instrument.{code}."): catalogue().render(Message(key, SINCE), "en")
        for key in catalogue().texts
        if key.startswith(f"instrument.{code}.")
    }


@pytest.mark.parametrize("code", WITH_TEXT)
def test_every_question_says_the_time_it_is_about(code: str) -> None:
    asked, found = instrument(code), texts(code)
    for item in asked.items:
        recall = item.recall or asked.recall
        if recall != "now":
            question = " ".join(filter(None, [found.get("stem"), found[item.code]])).lower()
            assert recall in question.replace("last 2 weeks", "past 2 weeks"), (code, item.code)


@pytest.mark.parametrize("code", WITH_TEXT)
def test_every_number_has_labels_at_both_ends_or_a_range_that_says_itself(code: str) -> None:
    found = texts(code)
    for item in instrument(code).items:
        if item.high == 10:
            assert found[f"{item.code}.low"]
            assert found[f"{item.code}.high"]


@pytest.mark.parametrize("code", WITH_TEXT)
def test_the_discreet_wording_says_nothing_on_a_lock_screen_unless_the_wording_is_fixed(code: str) -> None:
    if instrument(code).fixed_wording:
        return
    for key in (key for key in catalogue().texts if key.startswith(f"instrument.{code}.")):
        shown = catalogue().render(Message(key, SINCE), "en", discreet=True).lower()
        assert not {"pain", "opioid", "opioids", "painful"} & set(shown.replace(".", " ").split()), key


# completeness and scores


def test_a_check_in_is_complete_when_all_was_reached_and_the_core_has_values() -> None:
    asked = parts("month_3", ["peg", "phq4"], ["peg"])
    whole = {"peg": said(7, 8, 6, of="peg"), "phq4": said(0, None, 1, 0, of="phq4")}
    assert responses.is_complete(asked, whole, ["peg"])
    assert not responses.is_complete(asked, whole | {"peg": said(7, None, 6, of="peg")}, ["peg"])
    assert not responses.is_complete(asked, whole | {"phq4": said(0, 1, of="phq4")}, ["peg"])
    assert not responses.is_complete(asked, {}, ["peg"])


def test_no_score_is_made_by_the_rules_of_another_version() -> None:
    (peg,) = responses.scores("peg", said(7, 8, 6, of="peg"), "peg-1")
    assert peg.value == 7
    (other,) = responses.scores("peg", said(7, 8, 6, of="peg"), "peg-0")
    assert (other.value, other.reason, other.n_missing) == (None, "other_version", 3)


@drawn(st.sampled_from(["skipped", "rather_not_say", "dont_know", "not_asked"]))
def test_no_status_but_an_answer_gives_a_value(status: Any) -> None:
    assert responses.values({"p": Given(value=None, status=status)}) == {"p": None}
    assert responses.values({"p": Given(value=0, status="answered")}) == {"p": 0}


# typed answers


@pytest.mark.parametrize(("typed", "value"), [("0", 0), ("about 12", 12), ("30 days", 30), ("seven", 7), (" 4 ", 4)])
def test_days_are_understood_as_typed(typed: str, value: int) -> None:
    assert responses.reads(instrument("hrqol4").item("physical_days"))(typed) == value


@pytest.mark.parametrize("typed", ["31", "-1", "2-3", "2 to 3", "7.5", "many", ""])
def test_a_number_outside_the_range_is_asked_again(typed: str) -> None:
    assert isinstance(responses.reads(instrument("hrqol4").item("physical_days"))(typed), NotUnderstood)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [("7", ["s7"]), ("8, 7", ["s7", "s8"]), ("7 9 and 12", ["s7", "s9", "s12"]), ("none", []), ("7,7", ["s7"])],
)
def test_numbers_of_statements_are_understood_as_typed(typed: str, codes: list[str]) -> None:
    page = [f"s{n}" for n in range(7, 13)]
    assert responses.reads_ticks(page, 7)(typed) == codes


@pytest.mark.parametrize("typed", ["6", "13", "7-9", "all", "7,", "yes"])
def test_a_number_of_another_page_is_asked_again(typed: str) -> None:
    page = [f"s{n}" for n in range(7, 13)]
    assert isinstance(responses.reads_ticks(page, 7)(typed), NotUnderstood)


# what staff are told


def phq4(*values: int | None) -> dict[str, Given]:
    return said(*values, of="phq4")


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        ((2, 0, 2, 0), [], None),
        ((2, 1, 1, 1), [], ("gad2 3", True)),
        ((1, 1, 2, 2), [], ("phq2 4", True)),
        ((2, 2, 2, 2), [], ("gad2 4, phq2 4", True)),
        ((2, 1, 0, 0), [(2, 2, 0, 0)], ("gad2 3", False)),
        ((3, 2, 0, 0), [(2, 1, 0, 0)], ("gad2 5", True)),
        ((2, 2, 0, 0), [(2, 1, 0, 0)], ("gad2 4", False)),
        ((2, 1, 3, 0), [(2, 1, 0, 0)], ("gad2 3, phq2 3", True)),
        ((2, 2, 0, 0), [(3, 0, 0, 0), (1, 1, 0, 0)], ("gad2 4", True)),
        ((None, 3, 0, 0), [], None),
    ],
)
def test_a_high_part_score_is_told_the_first_time_and_when_it_is_two_worse(now: Any, before: Any, told: Any) -> None:
    found = responses.signals("phq4", "month_3", phq4(*now), [phq4(*each) for each in before])
    assert [(each.rule, (each.detail, each.new)) for each in found] == ([("phq4_high", told)] if told else [])


def test_item_9_is_told_whatever_the_sum() -> None:
    answers = said(0, 0, 0, 0, 0, 0, 0, 0, 1, of="phq9")
    (signal,) = responses.signals("phq9", "month_3", answers)
    assert (signal.rule, signal.new) == ("phq9_item9", True)
    assert responses.signals("phq9", "month_3", said(*[3] * 8, 0, of="phq9")) == ()


def test_what_is_taken_together_is_told_after_baseline() -> None:
    answers = said(1, 0, 0, 0, 0, 0, 0, 0, of="co_use")
    assert [each.new for each in responses.signals("co_use", "baseline", answers)] == [False]
    assert [each.new for each in responses.signals("co_use", "month_3", answers)] == [True]
    assert responses.signals("co_use", "month_3", said(*[0] * 8, of="co_use")) == ()


def test_a_hospital_stay_and_an_overdose_count_as_serious() -> None:
    found = responses.events("events", said(1, 0, 1, 1, 0, 0, 0, 0, of="events"))
    assert [(item.code, serious) for item, serious in found] == [
        ("hospital", True),
        ("overdose", True),
        ("fall", False),
    ]
    assert responses.events("care", said(*[1] * 11, of="care")) == ()
