"""Scores of the licensed instruments: the worked examples, and every rule about what is blank."""

from __future__ import annotations

from typing import Any

import pytest

from content.instruments import instrument, instruments, read_instrument
from content.loading import ContentRefused
from study.scoring import AnswerRefused, Score, headline, responded, score

BLANK = None
LICENSED = {
    "odi": 10,
    "bpi": 11,
    "comm": 17,
    "pcs": 13,
    "pseq": 10,
    "pseq2": 2,
    "promis_global10": 10,
    "promis_pi4a": 4,
}


def named(code: str, answers: Any) -> dict[str, Score]:
    return {each.name: each for each in score(code, answers)}


@pytest.mark.parametrize(
    ("sections", "value", "band"),
    [
        ([3, 1, 3, 2, 2, 3, 1, BLANK, 2, 2], 100 * 19 / 45, "severe"),
        ([2] * 10, 40.0, "moderate"),
        ([5] * 10, 100.0, "extreme"),
        ([0] * 10, 0.0, "minimal"),
        ([1] * 10, 20.0, "minimal"),
        ([2, *[1] * 9], 22.0, "moderate"),
        ([3] * 10, 60.0, "severe"),
        ([4] * 10, 80.0, "very_severe"),
    ],
)
def test_odi_is_the_percentage_of_what_the_answered_sections_could_give(
    sections: list[int | None], value: float, band: str
) -> None:
    odi = headline("odi", sections)
    assert odi.value == pytest.approx(value, abs=1e-12)
    assert (odi.band, odi.n_missing) == (band, sections.count(BLANK))


def test_odi_with_two_blank_sections_has_no_score() -> None:
    odi = headline("odi", [2] * 8 + [BLANK] * 2)
    assert (odi.value, odi.n_missing, odi.reason) == (None, 2, "too_many_skipped")


def test_bpi_severity_needs_all_four_and_keeps_the_average_item_beside_it() -> None:
    scores = named("bpi", [8, 3, 6, 5] + [BLANK] * 7)
    assert (scores["bpi_severity"].value, scores["bpi_average_item"].value) == (5.5, 6)
    scores = named("bpi", [8, BLANK, 6, 5] + [BLANK] * 7)
    assert (scores["bpi_severity"].value, scores["bpi_severity"].reason) == (None, "skipped")
    assert scores["bpi_average_item"].value == 6


@pytest.mark.parametrize(
    ("interference", "value"),
    [
        ([1, 2, 3, 4, 5, 6, 7], 4.0),
        ([2, 4, 6, 9, BLANK, BLANK, BLANK], 5.25),
        ([2, 4, 6, BLANK, BLANK, BLANK, BLANK], None),
        ([10] * 7, 10.0),
    ],
)
def test_bpi_interference_is_the_mean_of_four_answers_or_more(
    interference: list[int | None], value: float | None
) -> None:
    found = named("bpi", [BLANK] * 4 + interference)["bpi_interference"]
    assert (found.value, found.n_missing) == (value, interference.count(BLANK))
    assert found.reason == (None if value is not None else "too_many_skipped")


@pytest.mark.parametrize(
    ("total", "flags"),
    [(8, ()), (9, ("at_or_over_9",)), (12, ("at_or_over_9",)), (13, ("at_or_over_9", "at_or_over_13"))],
)
def test_comm_is_a_sum_with_its_cut_offs(total: int, flags: tuple[str, ...]) -> None:
    comm = headline("comm", [4] * (total // 4) + [total % 4] + [0] * (16 - total // 4))
    assert (comm.value, comm.flags) == (total, flags)
    assert headline("comm", [4] * 17).value == 68
    assert headline("comm", [4] * 16 + [BLANK]).value is None


def test_pcs_and_its_three_parts() -> None:
    scores = named("pcs", [4, 4, 4, 4, 4, 1, 1, 3, 3, 3, 3, 4, 1])
    assert [each.value for each in scores.values()] == [39, 12, 3, 24]
    assert scores["pcs"].flags == ("high",)
    assert headline("pcs", [4] * 7 + [1] + [0] * 5).flags == ()
    assert headline("pcs", [4] * 7 + [2] + [0] * 5).flags == ("high",)


def test_a_blank_in_the_pcs_takes_its_part_and_the_total_only() -> None:
    scores = named("pcs", [1] * 7 + [BLANK] + [1] * 5)
    assert [scores[name].value for name in scores] == [None, None, 3, 6]
    assert scores["pcs"].reason == "skipped"


def test_pseq_and_its_short_form_are_sums() -> None:
    answers = [6, 6, 6, 6, 2, 6, 6, 6, 3, 6]
    scores = named("pseq", answers)
    assert (scores["pseq"].value, scores["pseq2"].value) == (53, 5)
    assert headline("pseq2", [2, 3]).value == 5
    assert headline("pseq", [6] * 10).value == 60
    assert named("pseq", [BLANK, *answers[1:]])["pseq"].value is None
    assert named("pseq", [BLANK, *answers[1:]])["pseq2"].value == 5


def test_change_is_judged_where_a_lower_score_is_better() -> None:
    assert responded("odi", [4] * 10, [2] * 10) is True
    assert responded("odi", [4] * 10, [3] * 10) is False
    assert responded("bpi", [10] * 11, [7] * 11) is True
    assert responded("pseq", [1] * 10, [6] * 10) is None


@pytest.mark.parametrize(("code", "high"), [("odi", 5), ("bpi", 10), ("comm", 4), ("pcs", 4), ("pseq", 6)])
def test_an_answer_over_the_highest_is_refused(code: str, high: int) -> None:
    items = len(instrument(code).items)
    with pytest.raises(AnswerRefused):
        score(code, [high + 1] + [0] * (items - 1))
    with pytest.raises(AnswerRefused):
        score(code, [0] * (items - 1))


def test_no_word_of_a_licensed_instrument_is_in_the_repository() -> None:
    for code, items in LICENSED.items():
        asked = instrument(code)
        assert len(asked.items) == items
        assert not asked.text_included
        assert asked.stem is None
        assert not asked.options
        assert all(item.text is None and not item.options for item in asked.items)


def test_scores_made_elsewhere_have_names_of_their_own() -> None:
    assert [given.name for given in instrument("sf12").given] == ["sf12_physical", "sf12_mental"]
    computed = [score.name for each in instruments().values() for score in each.scores]
    given = [score.name for each in instruments().values() for score in each.given]
    assert not set(computed) & set(given)
    assert len(given) == len(set(given))
    assert all(given.source for each in instruments().values() for given in each.given)
    assert score("sf12", {}) == ()


GIVEN = {"name": "total", "label": {"en": "Total"}, "low": 0, "high": 10, "source": "the paper file"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"given": []}, "it has items, or scores that are given"),
        ({"given": [GIVEN, GIVEN]}, "comes twice"),
        ({"given": [GIVEN | {"high": 0}]}, "low is below high"),
        ({"given": [GIVEN | {"source": None}]}, "source"),
        ({"text_included": True}, "text_included"),
    ],
)
def test_a_wrong_instrument_of_given_scores_is_refused(changes: dict[str, Any], reason: str) -> None:
    right = {
        "code": "totals",
        "title": {"en": "Totals"},
        "version": "1",
        "kind": "number",
        "recall": "now",
        "text_included": False,
        "fixed_wording": True,
        "licence": "ours",
        "source": "a test",
        "given": [GIVEN],
    }
    assert read_instrument(right, "totals.toml").items == ()
    with pytest.raises(ContentRefused, match=reason):
        read_instrument(right | changes, "totals.toml")
