"""The content check catches what it is there for, and the content that ships passes it."""

from __future__ import annotations

from itertools import product

import pytest

from content import check, generate
from content.catalogue import AMBIENT, Catalogue, Text, catalogue
from content.frequent import is_frequent
from content.loading import ContentRefused, checked
from content.message import Message


def found(**texts: str) -> list[str]:
    return list(check._wording(Catalogue({f"x.{name}": Text(en=text) for name, text in texts.items()})))


def test_what_ships_has_no_problem() -> None:
    assert check.problems() == ()


def test_the_generated_messages_are_up_to_date() -> None:
    from importlib import resources

    assert resources.files("content").joinpath("say.py").read_text(encoding="utf-8") == generate.source()


@pytest.mark.parametrize(
    "text",
    [
        "You should rest now.",
        "You must log this.",
        "Well done, you skipped it.",
        "Skip this dose for now.",
        "Wait with your pill.",
        "Hold off on the patch a little.",
        "Put off the tablet for a while.",
        "Good job on not taking your dose.",
        "Great!",
    ],
)
def test_a_planted_fault_is_found(text: str) -> None:
    assert found(planted=text)


def test_a_text_above_grade_six_is_found() -> None:
    assert any("grade" in p for p in found(hard="Methodological considerations necessitate longitudinal evaluation."))


def test_a_word_that_a_lock_screen_must_not_show_needs_a_discreet_text() -> None:
    with pytest.raises(ValueError, match="no discreet text"):
        Text(en="How is the pain?")
    with pytest.raises(ValueError, match="says a word it is there to hide"):
        Text(en="How is the pain?", discreet={"en": "How painful is it?"})
    assert Text(en="How is the pain?", discreet={"en": "How is it?"})


def test_a_line_that_comes_often_has_five_wordings_each_held_to_the_same_rules() -> None:
    four = Text(en="One.", variants={"en": ("Two.", "Three.", "Four.")})
    assert list(check._wordings(Catalogue(catalogue().texts | {"pain.often": four}))) == [
        "pain.often (en): read often, has 4 of 5 wordings and no `single`"
    ]
    twice = Text(en="One.", variants={"en": ("One.",)})
    found_twice = list(check._wordings(Catalogue(catalogue().texts | {"x.twice": twice})))
    assert found_twice == ["x.twice (en): has one wording twice"]
    assert list(check._wording(Catalogue({"x.bad": Text(en="One.", variants={"en": ("You should rest now.",)})})))
    with pytest.raises(ValueError, match="different placeholders"):
        Text(en="It is {day}.", variants={"en": ("It is {night}.",)})
    with pytest.raises(ValueError, match="no discreet text"):
        Text(en="How is it?", variants={"en": ("How is the pain?",)})


def test_what_is_read_often_is_found_by_rule_and_not_marked_by_hand() -> None:
    often = {key for key, text in catalogue().texts.items() if is_frequent(key, text)}
    assert often >= {
        "pause.ended_later", "pause.ended_not_needed", "pause.stopped", "dose.logged", "pain.logged", "practice.logged",
        "pre_dose.ask", "pre_dose.not_now", "nudge.ask", "nudge.not_today", "session.open", "session.put_off",
        "visit.put_off", "diary.opening", "diary.thanks", "weekly.opening", "weekly.thanks_practice",
    }  # fmt: skip
    assert is_frequent("dose.noted", Text(en="Noted: {amount}. Not right?"))
    assert not is_frequent("dose.noted", Text(en="How much? A number is fine."))
    assert not is_frequent("dose.noted", Text(en="Noted.", limit=40))
    assert not is_frequent("help.noted", Text(en="Noted."))


def test_what_says_how_to_get_help_is_read_as_it_was_approved() -> None:
    for key, text in catalogue().texts.items():
        if key.startswith("safety.") or any("/urgent" in form for form in text.every_form("en")):
            assert text.wordings == 1, key


def test_a_text_of_both_arms_may_not_say_a_word_of_one() -> None:
    assert check.ARM_WORDS.search("A mindful minute.")
    assert check.ARM_WORDS.search("Your thought record.")
    assert not check.ARM_WORDS.search("A quiet minute.")


def test_a_file_is_refused_with_file_place_and_reason() -> None:
    with pytest.raises(ContentRefused) as refused:
        checked(Text, {"en": "Hello.", "colour": "red"}, "pause.toml [hello]")
    assert str(refused.value).startswith("pause.toml [hello]: colour: Extra inputs")


def test_a_text_over_telegrams_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="over 4096"):
        Text(en="a " * 2100)


def test_every_message_can_be_written_in_both_modes() -> None:
    for key in sorted(catalogue().texts):
        can_be_written(key)


def can_be_written(key: str) -> None:
    text = catalogue().texts[key]
    params = {name: 3 if name == text.plural or name == "n" else "something" for name in text.placeholders - AMBIENT}
    ambient = dict.fromkeys(AMBIENT, "112")
    for discreet, variant in product((False, True), range(text.wordings)):
        written = catalogue().render(Message(key, params, variant), "en", discreet=discreet, ambient=ambient)
        assert "{" not in written, key
        assert written.strip(), key
        if discreet and not text.plain:
            assert not {"pain", "opioid"} & set(written.lower().replace(".", " ").replace("?", " ").split())
