"""The checks of words: what is caught, what is let pass, and how reading grade is counted."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from content import loading
from content.wording import (
    Problem,
    Wording,
    count_words,
    discreet_words_in,
    problems,
    reading_grade,
    step_problems,
    syllables,
    wording,
)


def rules(text: str, language: str = "en") -> set[str]:
    return {problem.rule for problem in step_problems(text, language=language)}


def found(text: str) -> list[str]:
    return [problem.found for problem in problems(text, limit_words=None, grade=None)]


# words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("You should breathe.", "should"),
        ("You SHOULD breathe.", "should"),
        ("You shouldn’t move.", "shouldn't"),
        ("You must rest.", "must"),
        ("You have to sit.", "have to"),
        ("Are you addicted?", "addicted"),
        ("Drug misuse.", "misuse"),
        ("Stay clean.", "clean"),
        ("Your compliance was 90.", "compliance"),
        ("A junkie.", "junkie"),
        ("Good job.", "good job"),
        ("Good-job.", "good job"),
        ("Well done.", "well done"),
        ("Congratulations.", "congratulations"),
        ("We are proud of you.", "proud"),
        ("It is just a thought.", "just"),
        ("Simply breathe.", "simply"),
        ("That was easy.", "easy"),
        ("It is all in your head.", "in your head"),
        ("It will go away.", "will go away"),
        ("Ask your doctor.", "doctor"),
        ("Feel your spirit rise.", "spirit"),
        ("Close your eyes.", "close your eyes"),
        ("A three-day streak.", "streak"),
        ("That was the right choice.", "right choice"),
    ],
)
def test_a_forbidden_word_is_found_with_its_reason(text: str, word: str) -> None:
    (problem,) = problems(text, limit_words=None, grade=None)
    assert (problem.rule, problem.found) == ("word", word)
    assert problem.reason


@pytest.mark.parametrize(
    "text",
    [
        "You do not have to change it.",
        "You don't need to answer.",
        "There is no need to hurry.",
        "You logged it just now.",
        "Cleaner air, mustard, justice and a greatcoat.",
        "Eyes open is fine.",
        "Take it easy.",
    ],
)
def test_a_phrase_that_is_meant_is_let_pass(text: str) -> None:
    assert found(text) == []


def test_an_allowed_phrase_covers_only_itself() -> None:
    assert found("You do not have to go, but you have to sit.") == ["have to"]


def test_a_phrase_does_not_reach_over_a_full_stop() -> None:
    assert found("That is good. Choice is yours.") == []


# medicine


@pytest.mark.parametrize(
    "text",
    [
        "Pause your dose.",
        "Skip the next pill.",
        "Skip it, the dose.",
        "You could hold the tablet for now.",
        "Hold off on your medicine.",
        "Wait before you take the next dose.",
        "Wait a little before you take it.",
        "Let us delay the dose.",
        "The dose can wait.",
        "Your pill can be put off for a while.",
        "Put the pill aside.",
        "Set your tablet to one side, aside from the rest.",
        "Let the pill or patch rest beside you for one minute.",
        "Leave the pill on the table.",
        "Resist the pill.",
        "Try to avoid the medication.",
        "See if you can go without the medicine.",
        "Breathe instead of the pill.",
        "Stop your medicine.",
        "Stop taking your patch.",
        "Lower your dose a little.",
        "Cut the tablet.",
        "You could take less medicine.",
        "Double the dose.",
        "Do not take it yet.",
        "Don't take the pill.",
        "Do you really need the pill?",
        "Postponing your opioid is fine.",
        "Taper your meds.",
    ],
)
def test_an_order_about_a_dose_is_found(text: str) -> None:
    assert "medicine" in {problem.rule for problem in problems(text, limit_words=None, grade=None)}


@pytest.mark.parametrize(
    "text",
    [
        "Your dose never waits for me. Never wait for me.",
        "Never wait for me with your dose.",
        "Do not stop your medicine suddenly.",
        "A short pause before your dose.",
        "One quiet minute before your dose?",
        "You can stop at any time. Take your dose at any step.",
        "Stop here or take my dose now.",
        "We were interrupted: go on, stop, or take my dose.",
        "Take it as prescribed.",
        "Will take it later.",
        "Did you take it, and when?",
        "Breathe in, and hold one hand on your belly. Your dose is yours.",
        "If you would like to change how much you take, talk with your prescriber first; "
        "stopping quickly can be dangerous.",
        "Keep taking your medicine as prescribed.",
        "This looks at the wish for the medicine. It is not a test. You can take your dose at any step.",
        "You can leave out any part of the body.",
        "Rest your hands. Wait for the next sound.",
        "Half a tablet",
        "Log a dose",
    ],
)
def test_a_neutral_word_about_a_dose_is_let_pass(text: str) -> None:
    assert found(text) == []


def test_an_order_after_an_allowed_phrase_is_still_found() -> None:
    assert "skip the pill" in found("Do not stop your medicine; skip the pill.")


# length, marks, discreet mode


def test_forty_words_are_let_pass_and_forty_one_are_not() -> None:
    assert "length" not in rules("go " * 39 + "go.")
    assert "length" in rules("go " * 40 + "go.")


def test_a_limit_of_none_is_not_measured() -> None:
    assert problems("Institutional considerations. " * 60, limit_words=None, grade=None) == []


def test_an_exclamation_mark_is_found() -> None:
    assert rules("Breathe in!") == {"exclamation"}


def test_one_emoji_is_let_pass_and_two_are_not() -> None:
    assert rules("Breathe in 🌿.") == set()
    assert rules("Breathe in 🌿🌿.") == {"emoji"}


@pytest.mark.parametrize("text", ["Where is the pain?", "A painful day.", "Your opioid.", "Painkillers."])
def test_a_word_that_others_may_not_see_needs_a_discreet_variant(text: str) -> None:
    assert "discreet" in rules(text)
    assert "discreet" not in {p.rule for p in step_problems(text, discreet="Where is it?")}


def test_a_discreet_variant_that_is_not_discreet_is_found() -> None:
    (problem,) = step_problems("Where is the pain?", discreet="Where is the opioid?")
    assert (problem.rule, problem.found) == ("discreet", "opioid")


def test_paint_and_spain_are_discreet() -> None:
    assert discreet_words_in("Paint a picture of Spain, with pains.") == ("pains",)


def test_another_language_is_held_to_length_marks_and_english_discreet_words() -> None:
    assert rules("Du must jetzt nichts tun.", "de") == set()
    assert rules("Atme! Und der pain?", "de") == {"exclamation", "discreet"}


# reading grade


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "breath breathe take like whole here walked breathes clothes you one"),
        (2, "table tables rested breathing going doing open lonely something people tired"),
        (2, "handle handled hadn't evening quiet social region safety business yellow being"),
        (3, "another attention idea animal beginning area suddenly usual curious"),
        (4, "everybody information especially"),
    ],
)
def test_syllables_are_counted(count: int, words: str) -> None:
    wrong = {word: syllables(word) for word in words.split() if syllables(word) != count}
    assert wrong == {}


def test_words_that_everybody_here_knows_count_as_two() -> None:
    assert [syllables(word) for word in ("medicine’s", "Naloxone", "emergency")] == [2, 2, 2]


def test_a_number_counts_as_one_syllable() -> None:
    assert syllables("120") == 1


def test_the_grade_follows_the_formula_of_flesch_and_kincaid() -> None:
    # 6 words, 1 sentence, 6 syllables
    assert reading_grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    # 6 words, 2 sentences, 7 syllables
    assert reading_grade("Take a breath. Open your hand.") == pytest.approx(0.39 * 3 + 11.8 * 7 / 6 - 15.59)


def test_a_text_without_words_has_grade_zero() -> None:
    assert reading_grade("") == reading_grade("…") == 0.0


def test_a_hard_text_is_found_and_a_plain_one_is_not() -> None:
    assert rules("Participants demonstrating substantial improvement subsequently discontinued.") == {"grade"}
    assert rules("Rest one hand on your belly. It rises as you breathe in.") == set()


def test_a_button_has_no_grade() -> None:
    assert rules("Yesterday afternoon") == set()


def test_a_decimal_point_does_not_end_a_sentence() -> None:
    assert reading_grade("Send 1.5 or 2 now.") == pytest.approx(reading_grade("Send 15 or 2 now."), abs=0.5)


def test_words_are_counted_as_people_read_them() -> None:
    assert count_words("Don’t rush: one in-breath, 10 out-breaths.") == 8


# the lists


def test_every_list_says_why() -> None:
    lists = wording().languages["en"]
    reasons = [each.reason for each in (*lists.forbidden, lists.medicines, lists.discreet)]
    reasons += [each.reason for each in lists.allowed]
    reasons += [each.reason for each in lists.medicine_verbs]
    reasons += [each.reason for each in lists.syllables]
    assert all(len(reason) > 10 for reason in reasons)
    assert all(each.source for each in (wording().limits.words, wording().limits.grade, wording().limits.emoji))


def test_no_word_is_listed_twice() -> None:
    lists = wording().languages["en"]
    words = [word for each in lists.forbidden for word in each.words]
    assert len(words) == len(set(words))


def test_no_word_is_both_forbidden_and_a_medicine() -> None:
    lists = wording().languages["en"]
    assert not {word for each in lists.forbidden for word in each.words} & set(lists.medicines.words)


def test_a_list_with_an_unknown_key_is_refused() -> None:
    data = json.loads(wording().model_dump_json())
    data["languages"]["en"]["shouted"] = []
    with pytest.raises(loading.ContentRefused, match=r"languages\.en\.shouted"):
        loading.checked(Wording, data, "wording.toml")
    with pytest.raises(ValidationError):
        Wording.model_validate({})


@given(st.text(max_size=300))
def test_any_text_can_be_checked(text: str) -> None:
    assert all(isinstance(problem, Problem) for problem in step_problems(text))
    assert reading_grade(text) == reading_grade(text)


def test_a_very_long_text_is_checked_at_once() -> None:
    text = "take your dose and wait or stop the pill " * 500
    before = time.perf_counter()
    problems(text, limit_words=40, grade=6)
    assert time.perf_counter() - before < 5
