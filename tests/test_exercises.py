"""The exercises of both arms: every text, every length, and what the reader refuses."""

import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from content import loading
from content.exercises import (
    ARMS,
    LENGTHS,
    Arm,
    Exercise,
    Minutes,
    checked,
    exercises,
    for_practice,
    offered,
    together,
    untranslated,
)
from content.wording import Problem, problems, step_problems

EVERY = tuple(exercises().values())
STEPS = [pytest.param(each, step, id=f"{each.id}.{step.key}") for each in EVERY for step in each.steps]
BY_ID = [pytest.param(each, id=each.id) for each in EVERY]


def an_exercise(**changes: Any) -> dict[str, Any]:
    steps = [{"key": f"s{n}", "seconds": 15, "kind": "say", "say": {"en": "Breathe."}} for n in range(4)]
    plain: dict[str, Any] = {
        "id": "calm",
        "arm": "mbt",
        "order": 98,
        "minutes": 1,
        "before_dose": True,
        "as_needed_only": False,
        "focuses_on_pain": False,
        "version": 1,
        "source": "test",
        "title": {"en": "Calm"},
        "steps": steps,
    }
    return plain | changes


def with_step(**changes: Any) -> dict[str, Any]:
    data = an_exercise()
    data["steps"][2] |= changes
    return data


def refusal(data: dict[str, Any], file: str = "mbt/calm.toml") -> str:
    with pytest.raises(loading.ContentRefused) as refused:
        checked(data, file)
    assert refused.value.file == file
    return " ".join(refused.value.reasons)


# what people read


@pytest.mark.parametrize(("exercise", "step"), STEPS)
def test_a_step_passes_every_check_of_words(exercise: Exercise, step: Any) -> None:
    discreet = step.say_discreet.get("en")
    assert step_problems(step.say["en"], discreet=discreet) == []
    if discreet is not None:
        assert step_problems(discreet) == []


@pytest.mark.parametrize("exercise", BY_ID)
def test_titles_and_buttons_hold_no_forbidden_word(exercise: Exercise) -> None:
    labels = [exercise.text("en", True)]
    labels += [option.text("en") for step in exercise.steps for option in step.options]
    found: list[Problem] = []
    for label in labels:
        found += problems(label, limit_words=6, grade=None)
    assert found == []


@pytest.mark.parametrize("exercise", BY_ID)
def test_the_first_two_steps_say_how_to_do_it_safely(exercise: Exercise) -> None:
    beginning = " ".join(step.text("en", False) for step in exercise.steps[:2]).lower()
    for words in ("sit", "lie down", "eyes open is fine", "not while driving or using machines"):
        assert words in beginning


@pytest.mark.parametrize("exercise", BY_ID)
def test_nobody_is_told_that_minutes_have_passed_that_a_tap_may_have_skipped(exercise: Exercise) -> None:
    ending = exercise.steps[-1].text("en", False)
    assert not re.search(r"\b(minutes?|hour) (is|are) (done|over)\b", ending)


@pytest.mark.parametrize("exercise", BY_ID)
def test_a_rating_names_both_ends_of_its_scale(exercise: Exercise) -> None:
    for step in exercise.steps:
        if step.kind == "rate":
            assert re.search(r"\b0 is .+\. 10 is .+\.$", step.text("en", False))


@pytest.mark.parametrize("exercise", BY_ID)
def test_before_a_dose_nobody_has_to_write(exercise: Exercise) -> None:
    if exercise.before_dose:
        assert all(step.kind != "write" for step in exercise.steps)


@pytest.mark.parametrize("exercise", BY_ID)
def test_a_text_has_no_placeholder_and_no_markup(exercise: Exercise) -> None:
    for step in exercise.steps:
        assert not set("{}<>*_`[]") & set(step.text("en", False))


def test_there_is_no_text_without_english() -> None:
    assert untranslated("en") == ()
    assert "stop.settle" in untranslated("de")


# lengths and offers


@pytest.mark.parametrize("exercise", BY_ID)
def test_the_steps_add_up_to_the_length_it_is_offered_under(exercise: Exercise) -> None:
    assert exercise.seconds == sum(step.seconds for step in exercise.steps)
    assert exercise.seconds == 60 * exercise.minutes


@pytest.mark.parametrize("high_pain", [False, True])
@pytest.mark.parametrize("as_needed", [False, True])
@pytest.mark.parametrize("minutes", LENGTHS)
@pytest.mark.parametrize("arm", ARMS)
def test_each_arm_fills_each_length_before_each_dose(
    arm: Arm, minutes: Minutes, as_needed: bool, high_pain: bool
) -> None:
    choices = offered(arm, minutes, as_needed, high_pain)
    assert choices
    for each in choices:
        assert (each.arm, each.minutes, each.before_dose) == (arm, minutes, True)
        assert as_needed or not each.as_needed_only
        assert not (high_pain and each.focuses_on_pain)


@pytest.mark.parametrize("arm", ARMS)
def test_without_a_length_everything_is_offered_shortest_first(arm: Arm) -> None:
    choices = offered(arm, None, True, False)
    assert [each.minutes for each in choices] == sorted(each.minutes for each in choices)
    assert {each.minutes for each in choices} == set(LENGTHS)


def test_urge_surfing_comes_only_before_an_as_needed_medicine() -> None:
    surfing = exercises()["urge_surfing"]
    assert surfing.as_needed_only
    assert surfing in offered("mbt", 5, True, False)
    assert surfing not in offered("mbt", 5, False, False)


@pytest.mark.parametrize("arm", ARMS)
def test_home_practice_holds_all_that_is_led_before_a_dose_and_more(arm: Arm) -> None:
    at_home = for_practice(arm, None, False)
    before_a_dose = {each.id for each in offered(arm, None, True, False)}
    assert before_a_dose < {each.id for each in at_home}
    assert all(each.arm == arm for each in at_home)


def test_both_one_minute_twins_take_the_same_time_and_ask_the_same_question() -> None:
    mbt, cbt = exercises()["stop"], exercises()["catch_thought"]
    assert [(step.key, step.seconds, step.kind) for step in mbt.steps] == [
        (step.key, step.seconds, step.kind) for step in cbt.steps
    ]
    for mine, theirs in zip(mbt.steps, cbt.steps, strict=True):
        assert mine.options == theirs.options
        assert mine.kind == "say" or mine.say == theirs.say
    assert (mbt.before_dose, mbt.as_needed_only, mbt.focuses_on_pain) == (
        cbt.before_dose,
        cbt.as_needed_only,
        cbt.focuses_on_pain,
    )


def test_neutral_codes_occur_in_both_arms() -> None:
    codes = {arm: {each.neutral for each in EVERY if each.arm == arm} for arm in ARMS}
    assert codes["mbt"] == codes["cbt"] == {"L01", "L03", "L05", "L10"}


# language and discreet mode


def test_a_missing_translation_is_read_in_english() -> None:
    step = exercises()["stop"].steps[0]
    assert step.text("de", False) == step.text("en-US", False) == step.say["en"]


def test_the_discreet_variant_is_shown_in_the_same_language() -> None:
    data = with_step(say={"en": "Where is the pain?", "es": "Respira despacio."}, say_discreet={"en": "Where is it?"})
    step = checked(data, "mbt/calm.toml").steps[2]
    assert step.text("en", False) == "Where is the pain?"
    assert step.text("en", True) == "Where is it?"
    assert step.text("es", True) == "Respira despacio."
    assert step.text("es-mx", True) == "Respira despacio."


def test_every_shipped_text_can_be_shown_in_discreet_mode() -> None:
    for each in EVERY:
        for step in each.steps:
            assert not re.search("pain|opioid", step.text("en", True), re.IGNORECASE)


# what is refused


def test_every_file_of_the_folders_is_read() -> None:
    folder = resources.files("content") / "exercises"
    on_disk = [file.name for arm in ARMS for file in (folder / arm).iterdir()]
    assert sorted(on_disk) == sorted(f"{each.id}.toml" for each in EVERY)


def test_a_planted_exercise_without_fault_is_read() -> None:
    assert checked(an_exercise(), "mbt/calm.toml").seconds == 60


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (an_exercise(colour="red"), "colour: Extra inputs"),
        (an_exercise(arm="placebo"), "arm: "),
        (an_exercise(minutes=4), "minutes: "),
        (an_exercise(order=0), "order: "),
        (an_exercise(minutes=3), "its steps take 60 s, not 3 min"),
        (with_step(seconds=16), "its steps take 61 s, not 1 min"),
        (an_exercise(steps=an_exercise()["steps"][:3]), "steps: "),
        (an_exercise(title={"de": "Ruhe"}), "title has no English text"),
        (an_exercise(title={"en": "Less pain"}), "title (en) says pain and has no discreet variant"),
        (an_exercise(before_dose=False, as_needed_only=True), "as_needed_only"),
        (with_step(key="s1"), "step key s1 is used twice"),
        (with_step(kind="sing"), "steps.2.kind: "),
        (with_step(seconds=0), "steps.2.seconds: "),
        (with_step(say={"en": " Breathe."}), "steps.2.say.en: "),
        (with_step(say={"en": "Your opioid."}), "says opioid"),
        (with_step(say={"en": "The pain."}, say_discreet={"en": "The painful place."}), "says painful"),
        (with_step(kind="choose"), "a choose step with 0 options"),
        (with_step(options=[{"code": "a", "label": {"en": "A"}}] * 2), "a say step with 2 options"),
        (
            with_step(kind="choose", options=[{"code": "a", "label": {"en": "A"}}] * 2),
            "option code a is used twice",
        ),
        (
            with_step(kind="choose", options=[{"code": c, "label": {"en": "x" * 25}} for c in "ab"]),
            "steps.2.options.0.label.en: ",
        ),
        (
            with_step(kind="choose", options=[{"code": c, "label": {"en": "Pain"}} for c in "ab"]),
            "label (en) says pain",
        ),
    ],
)
def test_a_planted_fault_is_refused_with_its_place_and_reason(data: dict[str, Any], told: str) -> None:
    assert told in refusal(data)


def test_a_file_in_the_wrong_folder_is_refused() -> None:
    assert "belongs into mbt/calm.toml" in refusal(an_exercise(), "cbt/calm.toml")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"arm": "cbt", "order": 99}, "id: also used by mbt/calm.toml"),
        ({"id": "rest"}, "order: also used by mbt/calm.toml"),
    ],
)
def test_two_exercises_that_share_an_id_or_a_code_are_refused(changes: dict[str, Any], told: str) -> None:
    both = [Exercise.model_validate(an_exercise()), Exercise.model_validate(an_exercise(**changes))]
    with pytest.raises(loading.ContentRefused, match=told):
        together(both)


def test_a_refused_fault_in_a_real_file_names_the_step() -> None:
    text = (resources.files("content") / "exercises" / "mbt" / "stop.toml").read_text("utf-8")
    data = tomllib.loads(text.replace("seconds = 15", 'seconds = "15 s"', 1))
    assert "steps.2.seconds" in refusal(data, "mbt/stop.toml")
