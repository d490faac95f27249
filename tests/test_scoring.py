"""Scores against their published and worked examples, and what must hold for every answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.instruments import Instrument, instrument, instruments, read_instrument
from content.loading import ContentRefused
from study.scoring import (
    AnswerRefused,
    Score,
    headline,
    is_responder,
    item_flags,
    percent_change,
    responded,
    score,
    ticked,
)

ratings = st.integers(0, 10)
CODES = sorted(instruments())
SCORED = sorted(code for code, each in instruments().items() if each.scores)
ONLY_GIVEN = {"sf12", "promis_t"}
OWN_QUESTIONS = {"about", "origin", "history", "tlfb", "care", "events", "co_use"}


def named(code: str, answers: Any) -> dict[str, Score]:
    return {each.name: each for each in score(code, answers)}


@pytest.mark.parametrize(
    ("answers", "value", "band"),
    [
        ([7, 8, 6], 7.0, "severe"),
        ([5, 5, 5], 5.0, "moderate"),
        ([5, 6, 8], 19 / 3, "moderate"),
        ([0, 0, 0], 0.0, "mild"),
        ([10, 10, 10], 10.0, "severe"),
        ([4, 4, 3], 11 / 3, "mild"),
    ],
)
def test_peg_is_the_unrounded_mean_of_three(answers: list[int], value: float, band: str) -> None:
    (peg,) = score("peg", answers)
    assert (peg.value, peg.n_missing, peg.reason, peg.version) == (value, 0, None, "peg-1")
    assert (peg.band, peg.total) == (band, sum(answers))


def test_peg_needs_all_three_answers() -> None:
    (peg,) = score("peg", [7, 8, None])
    assert (peg.value, peg.n_missing, peg.reason, peg.total) == (None, 1, "skipped", None)
    assert score("peg", {"p": 7, "g": 8}) == (peg,)


def test_nothing_answered_is_missing_and_not_zero() -> None:
    for code in SCORED:
        best = headline(code, {})
        assert (best.value, best.reason) == (None, "not_answered"), code


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        (20, 14, True),
        (27, 19, False),
        (10, 7, True),
        (10, 8, False),
        (0, 0, None),
        (0, 3, None),
        (20, 25, False),
        (20, None, None),
        (None, 14, None),
    ],
)
def test_a_responder_fell_by_30_percent_of_the_whole_sum(
    before: int | None, after: int | None, answer: bool | None
) -> None:
    assert is_responder(before, after) is answer


def test_peg_responders_are_judged_on_sums_and_not_on_rounded_means() -> None:
    assert responded("peg", [7, 7, 6], [5, 5, 4]) is True
    assert responded("peg", [9, 9, 9], [7, 6, 6]) is False
    assert responded("peg", [7, 7, 6], [5, 5, None]) is None
    assert responded("peg", [0, 0, 0], [0, 0, 0]) is None
    assert responded("phq4", [3, 3, 3, 3], [0, 0, 0, 0]) is None


@pytest.mark.parametrize(
    ("baseline", "follow_up", "percent"),
    [
        (20, 14, -30.0),
        (27, 19, -800 / 27),
        (15, 10, -100 / 3),
        (15, 11, -400 / 15),
        (4, 5, 25.0),
        (0, 3, None),
        (3, None, None),
    ],
)
def test_percent_change_is_taken_from_the_baseline(baseline: int, follow_up: int | None, percent: float | None) -> None:
    assert percent_change(baseline, follow_up) == percent


@pytest.mark.parametrize(
    ("numbers", "value"), [([], 0), (range(1, 25), 24), ([1, 3, 5, 7], 4), (range(2, 25), 23), ([3, 3], 1)]
)
def test_rmdq_is_the_number_of_ticked_statements(numbers: Any, value: int) -> None:
    (rmdq,) = score("rmdq", ticked("rmdq", numbers))
    assert (rmdq.value, rmdq.n_missing, rmdq.reason, rmdq.version) == (value, 0, None, "rmdq24-1")


def test_an_unfinished_rmdq_has_no_score() -> None:
    (rmdq,) = score("rmdq", ticked("rmdq", [1, 3], finished=False))
    assert (rmdq.value, rmdq.n_missing, rmdq.reason) == (None, 22, "unfinished")


def test_an_rmdq_with_one_page_not_seen_has_no_score() -> None:
    seen = {f"s{number}": 0 for number in range(1, 19)}
    assert headline("rmdq", seen).value is None


def test_rmdq_change_of_a_third_responds_and_of_a_quarter_does_not() -> None:
    fifteen, eleven, ten = (ticked("rmdq", range(1, 1 + count)) for count in (15, 11, 10))
    assert responded("rmdq", fifteen, ten) is True
    assert responded("rmdq", fifteen, eleven) is False


@pytest.mark.parametrize(("count", "flags"), [(3, ("floor",)), (4, ()), (20, ()), (21, ("ceiling",))])
def test_rmdq_says_where_change_is_hard_to_see(count: int, flags: tuple[str, ...]) -> None:
    assert headline("rmdq", ticked("rmdq", range(1, 1 + count))).flags == flags


def test_the_modified_23_item_version_is_not_this_one() -> None:
    with pytest.raises(AnswerRefused):
        score("rmdq", [1] * 23)
    with pytest.raises(AnswerRefused):
        ticked("rmdq", [25])
    with pytest.raises(AnswerRefused):
        ticked("rmdq", [0])


@pytest.mark.parametrize(
    ("answers", "gad2", "phq2", "total", "band", "flags"),
    [
        ([0, 0, 0, 0], 0, 0, 0, "normal", ()),
        ([1, 1, 1, 0], 2, 1, 3, "mild", ()),
        ([2, 1, 1, 1], 3, 2, 5, "mild", ("anxiety",)),
        ([1, 1, 2, 2], 2, 4, 6, "moderate", ("depression",)),
        ([2, 2, 2, 2], 4, 4, 8, "moderate", ("anxiety", "depression")),
        ([3, 3, 3, 3], 6, 6, 12, "severe", ("anxiety", "depression")),
        ([3, 2, 2, 2], 5, 4, 9, "severe", ("anxiety", "depression")),
    ],
)
def test_phq4_and_its_halves(
    answers: list[int], gad2: int, phq2: int, total: int, band: str, flags: tuple[str, ...]
) -> None:
    scores = named("phq4", answers)
    assert (scores["gad2"].value, scores["phq2"].value, scores["phq4"].value) == (gad2, phq2, total)
    assert scores["phq4"].band == band
    assert scores["gad2"].flags + scores["phq2"].flags == flags


def test_a_blank_in_the_phq4_takes_its_half_and_the_total_only() -> None:
    scores = named("phq4", [1, None, 2, 1])
    assert (scores["gad2"].value, scores["phq4"].value, scores["phq2"].value) == (None, None, 3)
    assert (scores["gad2"].n_missing, scores["phq4"].n_missing, scores["phq2"].n_missing) == (1, 1, 0)


@pytest.mark.parametrize(
    ("answers", "value", "band"),
    [
        ([1] * 9, 9, "mild"),
        ([3] * 9, 27, "severe"),
        ([2, 2, 2, 2, 2, 0, 0, 0, 0], 10, "moderate"),
        ([1, 1, 1, 1, 1, 1, 1, None, None], 9, "mild"),
        ([0, 1, 0, 1, 0, 1, 0, 1, None], 5, "mild"),
        ([0] * 8 + [1], 1, "minimal"),
    ],
)
def test_phq9_scales_up_for_two_blanks_at_most(answers: list[int | None], value: int, band: str) -> None:
    (phq9,) = score("phq9", answers)
    assert (phq9.value, phq9.band, phq9.n_missing) == (value, band, answers.count(None))


def test_phq9_with_three_blanks_has_no_score() -> None:
    (phq9,) = score("phq9", [1, 1, 1, 1, 1, 1, None, None, None])
    assert (phq9.value, phq9.n_missing, phq9.reason) == (None, 3, "too_many_skipped")


def test_phq9_item_9_above_zero_raises_its_sign_whatever_the_score() -> None:
    assert item_flags("phq9", [0] * 8 + [1]) == ("self_harm",)
    assert item_flags("phq9", {"q9": 3}) == ("self_harm",)
    assert item_flags("phq9", [3] * 8 + [0]) == ()
    assert item_flags("phq9", [3] * 8 + [None]) == ()
    assert instrument("phq9").needs_on_call


@pytest.mark.parametrize(("total", "flags"), [(9, ()), (10, ("depression",))])
def test_phq9_screens_positive_from_ten(total: int, flags: tuple[str, ...]) -> None:
    assert headline("phq9", [3, 3, 3, total - 9, 0, 0, 0, 0, 0]).flags == flags


@pytest.mark.parametrize(
    ("answers", "value", "band"),
    [
        ([0] * 7, 0, "minimal"),
        ([1, 1, 1, 1, 1, 0, 0], 5, "mild"),
        ([2] * 5 + [0, 0], 10, "moderate"),
        ([3] * 7, 21, "severe"),
    ],
)
def test_gad7_is_a_sum(answers: list[int], value: int, band: str) -> None:
    (gad7,) = score("gad7", answers)
    assert (gad7.value, gad7.band, "anxiety" in gad7.flags) == (value, band, value >= 10)


def test_gad7_needs_all_seven_answers() -> None:
    assert headline("gad7", [3, 3, 3, 3, 3, 3, None]).value is None


@pytest.mark.parametrize(
    ("answer", "flags"),
    [
        (1, ("responder", "minimal_responder")),
        (2, ("responder", "minimal_responder")),
        (3, ("minimal_responder",)),
        (4, ()),
        (7, ()),
    ],
)
def test_pgic_counts_from_very_much_improved(answer: int, flags: tuple[str, ...]) -> None:
    assert (headline("pgic", [answer]).value, headline("pgic", [answer]).flags) == (answer, flags)


def test_pgic_keeps_its_direction_in_the_version_and_is_not_asked_at_baseline() -> None:
    pgic = instrument("pgic")
    assert "1-is-best" in pgic.version
    assert pgic.not_at == ("baseline",)
    assert [option.label["en"] for option in pgic.options][3] == "no change"


@pytest.mark.parametrize(
    ("answers", "unhealthy", "limited"),
    [
        ([3, 10, 5, 4], 15, 4),
        ([4, 20, 15, 20], 30, 20),
        ([1, 0, 0, None], 0, 0),
        ([2, None, 3, 1], None, 1),
        ([2, 0, None, None], None, None),
        ([2, 3, 0, None], 3, None),
    ],
)
def test_hrqol_counts_unhealthy_days(answers: list[int | None], unhealthy: int | None, limited: int | None) -> None:
    scores = named("hrqol4", answers)
    assert (scores["unhealthy_days"].value, scores["limited_days"].value) == (unhealthy, limited)
    assert headline("hrqol4", answers) == scores["unhealthy_days"]


@pytest.mark.parametrize(
    ("answers", "physical", "mental"),
    [([3, 10, 5, 4], False, False), ([4, 20, 15, 20], True, True), ([1, 14, 13, 0], True, False)],
)
def test_fourteen_days_are_frequent_distress(answers: list[int], physical: bool, mental: bool) -> None:
    scores = named("hrqol4", answers)
    assert ("frequent_distress" in scores["physical_days"].flags) is physical
    assert ("frequent_distress" in scores["mental_days"].flags) is mental


@pytest.mark.parametrize(("answer", "flags"), [(3, ()), (4, ("fair_or_poor",)), (5, ("fair_or_poor",))])
def test_fair_or_poor_health_is_the_last_two_answers(answer: int, flags: tuple[str, ...]) -> None:
    assert named("hrqol4", [answer, 0, 0, None])["general_health"].flags == flags


def test_a_question_rightly_not_asked_is_not_missing() -> None:
    assert named("hrqol4", [1, 0, 0, None])["limited_days"].n_missing == 0
    assert named("hrqol4", [2, None, 3, 1])["unhealthy_days"].n_missing == 1


def test_the_average_item_and_the_mean_of_four_ratings_are_both_kept() -> None:
    scores = named("nrs4", {"worst": 9, "least": 3, "average": 6, "now": 5})
    assert (scores["pain_average_item"].value, scores["pain_mean"].value) == (6, 5.75)


PHYSICAL_T = [
    16.2,
    19.9,
    23.5,
    26.7,
    29.6,
    32.4,
    34.9,
    37.4,
    39.8,
    42.3,
    44.9,
    47.7,
    50.8,
    54.1,
    57.7,
    61.9,
    67.7,
]
MENTAL_T = [
    21.2,
    25.1,
    28.4,
    31.3,
    33.8,
    36.3,
    38.8,
    41.1,
    43.5,
    45.8,
    48.3,
    50.8,
    53.3,
    56.0,
    59.0,
    62.5,
    67.6,
]
INTERFERENCE_T = [
    41.6, 49.6, 52.0, 53.9, 55.6, 57.1, 58.5, 59.9, 61.2, 62.5, 63.8, 65.2, 66.6, 68.0, 69.7, 71.6, 75.6,
]  # fmt: skip


def spread(raw: int) -> list[int]:
    """Four answers 1-5 with this sum."""
    return [raw // 4 + (1 if at < raw % 4 else 0) for at in range(4)]


@pytest.mark.parametrize("raw", range(4, 21))
def test_the_promis_tables(raw: int) -> None:
    one, two, three, four = spread(raw)
    least_answer_scored = {5: 0, 4: 1, 3: 4, 2: 7, 1: 10}
    physical = {"q3": one, "q6": two, "q7": least_answer_scored[three], "q8": 6 - four}
    mental = {"q2": one, "q4": two, "q5": three, "q10": 6 - four}
    scores = named("promis_global10", physical | mental)
    assert scores["global_physical_t"].value == PHYSICAL_T[raw - 4]
    assert scores["global_mental_t"].value == MENTAL_T[raw - 4]
    assert headline("promis_pi4a", spread(raw)).value == INTERFERENCE_T[raw - 4]


def test_the_worked_promis_examples() -> None:
    scores = named("promis_global10", {"q3": 3, "q6": 4, "q7": 6, "q8": 3} | {"q2": 3, "q4": 3, "q5": 3, "q10": 3})
    assert (scores["global_physical_t"].total, scores["global_physical_t"].value) == (13, 42.3)
    assert (scores["global_mental_t"].total, scores["global_mental_t"].value) == (12, 43.5)
    assert headline("promis_pi4a", [3, 3, 4, 3]).value == 62.5
    assert headline("promis_pi4a", [3, 3, 4, None]).value is None


@pytest.mark.parametrize(("pain", "counted"), [(0, 5), (1, 4), (3, 4), (4, 3), (6, 3), (7, 2), (9, 2), (10, 1)])
def test_promis_counts_pain_backwards_in_five_steps(pain: int, counted: int) -> None:
    answers = {"q3": 3, "q6": 3, "q7": pain, "q8": 3}
    assert named("promis_global10", answers)["global_physical_t"].total == 9 + counted


@pytest.mark.parametrize("wrong", [11, -1, 7.5, "7"])
def test_an_answer_beyond_the_scale_is_refused(wrong: Any) -> None:
    with pytest.raises(AnswerRefused) as refused:
        score("nrs", [wrong])
    assert (refused.value.instrument, refused.value.item, refused.value.value) == ("nrs", "now", wrong)


def test_an_answer_to_an_item_there_is_none_of_is_refused() -> None:
    with pytest.raises(AnswerRefused):
        score("peg", {"q": 1})
    with pytest.raises(KeyError):
        score("eq5d", [1])


@given(before=st.tuples(ratings, ratings, ratings), after=st.tuples(ratings, ratings, ratings))
def test_the_responder_rule_agrees_with_exact_percentages(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    change = percent_change(sum(before), sum(after))
    answer = responded("peg", before, after)
    assert answer is None if change is None else answer == (change <= -30)


@given(st.data())
def test_a_score_lies_within_its_range_or_has_a_reason(data: st.DataObject) -> None:
    asked = instrument(data.draw(st.sampled_from(CODES)))
    answers = {
        item.code: data.draw(st.none() | st.integers(item.low, item.high), label=item.code) for item in asked.items
    }
    for each, rule in zip(score(asked.code, answers), asked.scores, strict=True):
        assert (each.value is None) == (each.reason is not None)
        assert each.value is None or rule.low <= each.value <= rule.high
        assert each.version == asked.scorer_version


@pytest.mark.parametrize("name", ["PHQ-9", "phq9", "PHQ_9", "RMDQ-24", "rmdq", "Peg", "promis_pi4a"])
def test_an_instrument_is_found_however_it_is_written(name: str) -> None:
    assert instrument(name).code in ("phq9", "rmdq", "peg", "promis_pi4a")


def test_text_is_shipped_only_where_the_licence_allows_it() -> None:
    with_text = {code for code, each in instruments().items() if each.text_included}
    assert with_text == {"nrs", "nrs4", "peg", "rmdq", "phq4", "pgic", "hrqol4"} | OWN_QUESTIONS
    for code in set(instruments()) - with_text:
        assert all(item.text is None and not item.options for item in instrument(code).items)


def test_rmdq_statements_are_numbered_whole_and_marked_as_not_yet_verified() -> None:
    rmdq = instrument("rmdq")
    assert [item.code for item in rmdq.items] == [f"s{number}" for number in range(1, 25)]
    assert not any(item.verified for item in rmdq.items)
    assert all(item.text and item.text["en"].endswith(".") for item in rmdq.items)
    assert rmdq.kind == "ticks"


def test_every_instrument_names_its_licence_source_and_versions() -> None:
    for each in instruments().values():
        assert each.licence
        assert each.source
        assert each.version
        assert bool(each.scorer_version) == (each.code not in OWN_QUESTIONS | ONLY_GIVEN)


def test_questions_of_our_own_make_no_score() -> None:
    assert {code for code in CODES if score(code, {}) == ()} == OWN_QUESTIONS | ONLY_GIVEN
    with pytest.raises(KeyError):
        headline("events", {})


def tables(**changes: Any) -> dict[str, Any]:
    right = {
        "code": "mood",
        "title": {"en": "Mood"},
        "version": "1",
        "scorer_version": "1",
        "kind": "number",
        "recall": "now",
        "text_included": True,
        "fixed_wording": False,
        "licence": "ours",
        "source": "a test",
        "headline": "mood",
        "items": [{"code": "now", "text": {"en": "How is your mood?"}, "low": 0, "high": 10}],
        "scores": [{"name": "mood", "method": "value", "items": ["now"], "low": 0, "high": 10}],
    }
    return right | changes


ITEM = {"code": "now", "low": 0, "high": 10}
TICK = {"code": "now", "text": {"en": "Sad"}, "low": 0, "high": 1}
FLAG = {"code": "x", "at_least": 3, "source": "y"}
RULE = {"name": "mood", "method": "value", "items": ["now"], "low": 0, "high": 10}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"licence": None}, "licence"),
        ({"colour": "blue"}, "colour"),
        ({"headline": "sum"}, "no score is called sum"),
        ({"items": [ITEM]}, "text_included"),
        ({"items": [ITEM | {"low": 10}], "text_included": False}, "low is below high"),
        ({"items": [ITEM | {"recode": [1, 2]}], "text_included": False}, "recode"),
        ({"items": [ITEM, ITEM], "text_included": False}, "comes twice"),
        ({"kind": "choice"}, "options"),
        ({"kind": "ticks"}, "0 or 1"),
        ({"scores": [RULE | {"items": ["then"]}]}, "no item is called then"),
        (
            {"scores": [RULE | {"bands": [{"code": "low", "from": 1}], "bands_source": "x"}]},
            "first begins at low",
        ),
        ({"scores": [RULE | {"bands": [{"code": "low", "from": 0}]}]}, "bands_source"),
        ({"scores": [RULE | {"method": "table"}]}, "table"),
        ({"scores": [RULE | {"method": "table", "table": [1.0, 2.0]}]}, "an entry for each sum"),
        ({"scores": [RULE | {"max_missing": 1}]}, "max_missing"),
        ({"scores": [RULE | {"flags": [{"code": "x", "source": "y"}]}]}, "at_least or at_most"),
        (
            {"text_included": False, "items": [ITEM | {"options": [{"value": 1, "label": {"en": "a"}}]}]},
            "options",
        ),
        ({"title": {"xx": "Stimmung"}}, "title"),
        ({"scores": []}, "no score is called mood"),
        ({"scores": [], "headline": ""}, "scorer_version"),
        ({"scorer_version": ""}, "scorer_version"),
        ({"items": [ITEM | {"code": "stem"}], "text_included": False}, "no item may be called stem"),
        ({"kind": "ticks", "items": [TICK]}, "has a stem"),
        ({"events": True}, "a list to tick"),
        ({"scores": [RULE | {"flags": [FLAG | {"alert": "phq4_high"}]}]}, "alert and worse_by go together"),
        ({"scores": [RULE | {"flags": [FLAG | {"alert": "sad", "worse_by": 2}]}]}, "no alert rule sad"),
        ({"item_flags": [{"code": "x", "item": "now", "at_least": 1, "source": "y", "alert": "sad"}]}, "no alert rule"),
    ],
)
def test_a_wrong_instrument_is_refused_with_file_place_and_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContentRefused, match=reason) as refused:
        read_instrument(tables(**changes), "mood.toml")
    assert refused.value.file == "mood.toml"


def test_an_instrument_is_named_like_its_file() -> None:
    assert isinstance(read_instrument(tables(), "mood.toml"), Instrument)
    with pytest.raises(ContentRefused, match="code"):
        read_instrument(tables(), "feeling.toml")
