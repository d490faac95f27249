"""The picture of one's own ratings and practice, and the same in words: missing stays missing, nothing is judged."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.pictures import png
from content.catalogue import catalogue
from content.wording import discreet_words_in, problems
from records import facts, people
from records.facts import Where
from records.tables import Outbox, table
from study.charts import COLOUR, progress_chart
from study.facts import ExerciseLed, PainRated, PauseBegun, PauseEnded, PracticeDone
from study.queries import Entry
from study.steps import Fact
from study.trend import Panel, Point, ProgressPicture, pairs, points, summary
from tests.clinic import START, Clinic, clinic_over, fresh_sqlite
from tests.golden import check

FIRST = datetime(2026, 2, 3, 9, tzinfo=UTC)
LOCAL = "2026-03-02T10:00:00"
ZONE = "America/New_York"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def wrote(clinic: Clinic, *given: Fact) -> None:
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        for place, fact in enumerate(given):
            entity = fact.pause + ".end" if isinstance(fact, PauseEnded) else f"{type(fact).__name__}{place}"
            facts.write(tx, entity, fact, Where(person.id, "P0001", "test"))


def rated(pain: int, urge: int | None = None, **before: float) -> PainRated:
    return PainRated(pain=pain, urge=urge, rated_at=START - timedelta(**before), rated_local=LOCAL, zone=ZONE)


def practised(minutes: int, at: datetime = START) -> PracticeDone:
    return PracticeDone(exercise=None, minutes=minutes, done_at=at, done_local=LOCAL, zone=ZONE)


def led(seconds: int, at: datetime = START) -> ExerciseLed:
    return ExerciseLed(
        pause=None,
        exercise="stop",
        seconds=seconds,
        completed=False,
        ended="stopped",
        done_at=at,
        done_local=LOCAL,
        zone=ZONE,
    )


def paused(place: int, pain: tuple[int | None, int | None], urge: tuple[int | None, int | None]) -> list[Fact]:
    """A pause as its two facts; it begins so many days before the start."""
    at = START - timedelta(days=place)
    begun = PauseBegun(
        medicine=None, pain=pain[0], urge=urge[0], nature=None, started_at=at, started_local=LOCAL, zone=ZONE
    )
    name = f"PauseBegun{place * 2}"
    ended = PauseEnded(pause=name, pain=pain[1], urge=urge[1], decision=None, ended_at=at + timedelta(minutes=6))
    return [begun, ended]


def picture_of(clinic: Clinic) -> ProgressPicture:
    """What the last picture was drawn from."""
    rows = table(Outbox)
    with clinic.database.read() as tx:
        letters = [r for r in tx.rows(rows.select().order_by(rows.c.id)) if r.method == "sendPhoto"]
        return ProgressPicture.model_validate_json(tx.keys.open_json(letters[-1].sealed_body)["picture"])


def size_of(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


# --- in the chat ----------------------------------------------------------------------------------------------------


async def test_without_ratings_there_are_only_words(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("/progress")
    assert ann.last.photo is None
    assert "Pain: no ratings." in ann.hears
    assert "Practice: 0 of 180 minutes." in ann.hears


async def test_one_rating_is_no_picture_either(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(6))
    await ann.says("/progress")
    assert ann.last.photo is None
    assert "Pain: 1 rating, 6." in ann.hears
    check("progress_one", ann.transcript())


async def test_from_two_ratings_on_there_is_a_picture_with_the_same_in_words(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, *paused(0, (8, 6), (5, 3)), rated(3, days=1), rated(9, days=10), practised(20), led(899))
    await ann.says("/progress")
    assert ann.last.photo is not None
    assert size_of(ann.last.photo)[0] == pytest.approx(1000, abs=30)
    assert "Pain: 3 ratings, from 3 to 8, middle 6." in ann.hears
    assert "Wish for a dose: 2 ratings, from 3 to 5, middle 4." in ann.hears
    assert "Practice: 35 of 180 minutes." in ann.hears
    assert "28 days. Pain: 4 ratings, from 3 to 9, middle 7." in ann.hears
    check("progress", ann.transcript())


async def test_ratings_older_than_28_study_days_are_not_shown(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(5), rated(6, days=27, hours=5), rated(7, days=27, hours=7))
    await ann.says("/progress")
    assert [p.value for p in picture_of(clinic).panels[0].ratings] == [6, 5]
    assert picture_of(clinic).first == FIRST


async def test_practice_counts_the_last_seven_study_days_which_begin_at_four(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    week_began = datetime(2026, 2, 24, 9, tzinfo=UTC)
    wrote(clinic, practised(10, week_began), practised(100, week_began - timedelta(minutes=1)))
    await ann.says("/progress")
    assert "Practice: 10 of 180 minutes." in ann.hears


async def test_at_two_in_the_night_it_is_still_the_day_before(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, practised(10, datetime(2026, 2, 24, 9, tzinfo=UTC)))
    clinic.clock.at = datetime(2026, 3, 3, 7, tzinfo=UTC)
    await ann.says("/progress")
    assert "Practice: 10 of 180 minutes." in ann.hears
    clinic.clock.at = datetime(2026, 3, 3, 9, tzinfo=UTC)
    await ann.says("/progress")
    assert "Practice: 0 of 180 minutes." in ann.hears


async def test_a_skipped_rating_is_missing_and_never_zero(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, *paused(0, (8, None), (None, None)), rated(4, days=2))
    await ann.says("/progress")
    (panel,) = picture_of(clinic).panels
    assert [p.value for p in panel.ratings] == [4, 8]
    assert "Wish" not in ann.hears


async def test_an_entry_taken_back_is_gone_from_the_picture(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(4, days=2), rated(5, days=1), rated(6))
    await ann.does(">/undo", "Yes", ">/progress")
    assert "Pain: 2 ratings" in ann.hears


async def test_discreet_words_hold_in_the_words_and_in_the_picture(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    _discreet(clinic)
    wrote(clinic, *paused(0, (8, 6), (5, 3)), rated(3, days=1))
    await ann.says("/progress")
    assert discreet_words_in(ann.hears) == ()
    picture = picture_of(clinic)
    shown = " ".join([*(p.title for p in picture.panels), picture.practice_title, picture.legend])
    assert discreet_words_in(shown) == ()
    check("progress_discreet", ann.transcript())


def _discreet(clinic: Clinic) -> None:
    with clinic.database.write() as tx:
        people.change(tx, people.by_study_id(tx, "P0001").id, "participant:settings", discreet=True)


async def test_higher_ratings_and_more_doses_are_told_without_a_word_of_judgement(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, *(rated(n, days=10 - n) for n in range(11)))
    await ann.says("/progress")
    words = ann.hears.lower()
    assert not any(word in words for word in ("worse", "better", "more", "less", "good", "up", "down", "mme"))


async def test_the_picture_is_made_outside_the_turn_from_values_alone(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    wrote(clinic, rated(4), rated(5, days=1))
    await ann.says("/progress")
    assert json.loads(picture_of(clinic).model_dump_json())["chart"] == "progress"


@pytest.mark.parametrize("key", sorted(k for k in catalogue().texts if k.startswith(("progress.", "mydata.text"))))
def test_the_words_are_plain(key: str) -> None:
    text = catalogue().texts[key]
    for form in text.forms("en").values():
        filled = form.replace("{n}", "7").replace("{low}", "7").replace("{high}", "7").replace("{middle}", "7")
        assert problems(filled, limit_words=40, grade=6.0, discreet=text.discreet.get("en")) == []


# --- what is drawn --------------------------------------------------------------------------------------------------


def some(n: int, measure: str = "pain") -> tuple[Point, ...]:
    """Made-up ratings: two thirds in pauses."""
    found: list[Point] = []
    for k in range(n):
        at = FIRST + timedelta(days=28 * (k + 0.5) / n)
        moment = ("before", "after", "single")[k % 3]
        pause = f"{measure}{k // 3}" if k % 3 < 2 else None
        found.append(Point.model_validate({"at": at, "value": (k * 7) % 11, "moment": moment, "pause": pause}))
    return tuple(found)


def picture(pain: int, urge: int, minutes: int = 35) -> ProgressPicture:
    panels = [Panel(title="Pain, 0 to 10", measure="pain", ratings=some(pain))]
    if urge:
        panels.append(Panel(title="Wish for a dose, 0 to 10", measure="urge", ratings=some(urge, "urge")))
    return ProgressPicture(
        first=FIRST,
        days=28,
        labels={0: "3 Feb", 7: "10 Feb", 14: "17 Feb", 21: "24 Feb", 28: "today"},
        panels=tuple(panels),
        practice_title="Practice",
        practice_minutes=minutes,
        practice_goal=180,
        legend="Filled: before",
    )


def marks(spec: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every mark of a chart with its values."""
    return [
        (layer["mark"]["type"], spec["datasets"][layer.get("data", panel.get("data"))["name"]])
        for panel in spec["vconcat"]
        for layer in panel["layer"]
    ]


@pytest.mark.parametrize(("pain", "urge"), [(2, 0), (5, 4), (60, 60), (400, 200)])
def test_a_picture_is_about_1000_by_700_pixels_however_much_is_in_it(pain: int, urge: int) -> None:
    width, height = size_of(png(picture(pain, urge).model_dump(mode="json")))
    assert 960 <= width <= 1040
    assert 640 <= height <= 760


def test_every_rating_is_one_point_and_every_whole_pause_one_line() -> None:
    drawn = picture(9, 0)
    found = marks(progress_chart(drawn))
    values = [row["value"] for mark, rows in found if mark == "point" for row in rows]
    assert sorted(values) == sorted(p.value for p in drawn.panels[0].ratings)
    assert [len(rows) for mark, rows in found if mark == "rule"] == [3]


def test_days_run_from_the_first_to_the_end_of_today() -> None:
    drawn = [row["day"] for mark, rows in marks(progress_chart(picture(30, 0))) if mark == "point" for row in rows]
    assert 0 <= min(drawn) <= max(drawn) <= 28


def test_more_minutes_than_the_week_has_fill_the_bar_and_none_leave_it_empty() -> None:
    def stretches(minutes: int) -> list[int]:
        chart = progress_chart(picture(2, 0, minutes))
        return [row["to"] for mark, rows in marks(chart) if mark == "rect" for row in rows]

    assert stretches(400) == [180, 180]
    assert stretches(35) == [180, 35]
    assert stretches(0) == [180]


def test_no_colour_is_red_or_green_and_the_two_are_told_apart_without_colour() -> None:
    for colour in COLOUR.values():
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert blue >= max(red, green)
    shapes = {
        layer["mark"]["shape"]
        for panel in progress_chart(picture(6, 6))["vconcat"][:2]
        for layer in panel["layer"]
        if layer["mark"]["type"] == "point"
    }
    assert shapes == {"circle", "diamond"}


def test_the_same_values_give_the_same_definition() -> None:
    assert progress_chart(picture(20, 20)) == progress_chart(picture(20, 20))


def test_quotes_in_a_label_stay_a_label() -> None:
    drawn = picture(2, 0).model_copy(update={"labels": {0: 'l\'été "3"', 28: "today"}})
    assert size_of(png(drawn.model_dump(mode="json")))[0] > 900


# --- the numbers ----------------------------------------------------------------------------------------------------


def test_a_summary_has_the_lowest_highest_and_middle_rating() -> None:
    ratings = [Point(at=FIRST, value=v, moment="single") for v in (8, 3, 6, 7)]
    found = summary(ratings)
    assert found is not None
    assert (found.n, found.low, found.high, found.middle) == (4, 3, 8, 6.5)
    assert summary([]) is None


def test_points_keep_the_order_and_leave_out_what_was_skipped() -> None:
    entries = [
        Entry(entity="b", kind="PauseBegun", at=FIRST, fact={"pain": 6, "urge": None}),
        Entry(entity="e", kind="PauseEnded", at=FIRST, fact={"pain": None, "urge": 2}, pause="b"),
        Entry(entity="r", kind="PainRated", at=FIRST, fact={"pain": 0, "urge": None}),
    ]
    assert [(p.value, p.moment) for p in points(entries, "pain")] == [(6, "before"), (0, "single")]
    assert [(p.value, p.pause) for p in points(entries, "urge")] == [(2, "b")]
    assert pairs(points(entries, "pain")) == []


def test_only_pauses_with_both_ratings_are_joined() -> None:
    ratings = some(9)
    assert [(a.moment, b.moment) for a, b in pairs(ratings)] == [("before", "after")] * 3
    assert all(a.at < b.at for a, b in pairwise(ratings))
