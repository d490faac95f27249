"""Questionnaires in the chat: worked examples through the front door, what is kept, and what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import select

from bot.node import Node
from handlers import instruments as asking
from handlers.book import talks
from records import facts, people, visits
from records.tables import AlertRow, ConversationRow, table
from study import conversation
from study.conversation import Talk
from study.facts import AdverseEvent, AlertRaised, CheckInFinished, Response, VisitPlanned
from study.meanwhile import AnsweredMeanwhile, DaysMeanwhile
from study.queries import (
    AnsweredBefore,
    AnsweredItems,
    AnsweredSoFar,
    Calendar,
    CalendarOf,
    LastAnswered,
    Now,
    Span,
    Staffed,
    ZoneNow,
)
from study.responses import Given
from study.scoring import responded
from study.steps import Answer, Ask, Look, NotUnderstood
from study.view import MedicineView, Opening, ParticipantView
from tests.clinic import OXYCODONE, Clinic, Patient
from tests.golden import check
from tests.plans import STAMP
from tests.visiting import BATTERY, CORE, begins, kept, scored

pytestmark = pytest.mark.weeks

CLOSES = "2026-03-30T04:00:00+00:00"
USUAL = OXYCODONE.model_copy(update={"change": "enrolled", "times": "08:00", "schedule": "scheduled"})
OPTIONS = {0: "Not at all", 1: "Several days", 2: "More than half the days", 3: "Nearly every day", None: "Skip"}
HEALTH = {1: "excellent", 2: "very good", 3: "good", 4: "fair", 5: "poor", None: "Skip"}


def tapped(*values: int | None) -> list[str]:
    return ["Skip" if value is None else str(value) for value in values]


def alerts(clinic: Clinic) -> list[tuple[str, int]]:
    rows = table(AlertRow)
    return [(row.rule, row.times) for row in clinic.rows(select(rows).order_by(rows.c.id))]


# golden transcripts


async def test_the_short_core_takes_four_taps(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", mode="core", instruments=list(STAMP.visit("month_3").core))
    await ann.does("7", "8", "6", "As usual")
    check("check_in_core", ann.transcript())
    (finished,) = clinic.kept(CheckInFinished)
    assert (finished.visit, finished.complete) == ("month_3", False)
    assert kept(clinic, "month_3", "nrs4") == {}
    assert scored(clinic, "month_3", "peg")["peg"].value == 7


async def test_a_full_check_in_of_month_3(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", USUAL)
    extra = ("care", "events", "co_use")
    await begins(clinic, ann, "month_3", *BATTERY, *extra, core=CORE, closes_at=CLOSES)
    await ann.does("7", "8", "6", "As usual", "8", "3", "6", "5")
    await ann.does("1", "3", "Done", ">7, 8", "Done", "20", "✓ 20", "21", "Done")
    await ann.does(*["As usual on all 7 days"] * 4)
    await ann.does("good", "10", ">5 days", "4")
    await ann.does("Several days", "Nearly every day", "Not at all", "Rather not say", "much improved")
    await ann.does("Acupuncture", "Done", "A night in hospital", "Done", ">Two nights in January", "Alcohol", "Done")
    check("check_in_month_3", ann.transcript())
    (finished,) = clinic.kept(CheckInFinished)
    assert finished.complete
    assert scored(clinic, "month_3", "rmdq")["rmdq"].value == 5
    assert alerts(clinic) == [("phq4_high", 1), ("serious_event", 1), ("co_use", 1)]


async def test_the_pages_of_the_back_list_and_back_shows_what_was_ticked(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "rmdq")
    await ann.does("1", "2", "✓ 2", "3", "Done", "« Back")
    assert ann.buttons[:6] == ["✓ 1", "2", "✓ 3", "4", "5", "6"]
    await ann.does("✓ 3", "Done", ">none", "13", "Done", "Skip")
    check("check_in_rmdq", ann.transcript())
    assert [item for item, given in kept(clinic, "month_3", "rmdq").items() if given.value] == ["s1", "s13"]


# worked examples of clinical.md 2.2


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ((7, 8, 6), 7.0),
        ((5, 5, 5), 5.0),
        ((5, 6, 8), 19 / 3),
        ((0, 0, 0), 0.0),
        ((10, 10, 10), 10.0),
        ((7, 8, None), None),
    ],
)
async def test_peg(clinic: Clinic, values: Any, score: float | None) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    await ann.does(*tapped(*values))
    peg = scored(clinic, "month_3", "peg")["peg"]
    assert (peg.value, peg.reason) == (score, None if score is not None else "skipped")


@pytest.mark.parametrize(("before", "after", "answer"), [((7, 7, 6), (5, 5, 4), True), ((9, 9, 9), (6, 6, 7), False)])
async def test_a_change_of_30_percent_is_counted_on_whole_sums(
    clinic: Clinic, before: Any, after: Any, answer: bool
) -> None:
    ann = await clinic.enrolled()
    for visit, values in (("baseline", before), ("month_3", after)):
        await begins(clinic, ann, visit, "peg")
        await ann.does(*tapped(*values))
    first, then = (
        {item: given.value for item, given in kept(clinic, visit, "peg").items()} for visit in ("baseline", "month_3")
    )
    assert responded("peg", first, then) is answer


async def ticks(ann: Patient, numbers: set[int]) -> None:
    for page in range(4):
        on_page = range(6 * page + 1, 6 * page + 7)
        await ann.does(*(str(n) for n in on_page if n in numbers), "Done")


@pytest.mark.parametrize(
    ("numbers", "score"), [(set(), 0), (set(range(1, 25)), 24), ({1, 3, 5, 7}, 4), (set(range(2, 25)), 23)]
)
async def test_rmdq_counts_what_was_ticked(clinic: Clinic, numbers: set[int], score: int) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "rmdq")
    await ticks(ann, numbers)
    rmdq = scored(clinic, "month_3", "rmdq")["rmdq"]
    assert (rmdq.value, rmdq.n_missing) == (score, 0)


async def test_a_statement_ticked_off_and_on_again_counts_once(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "rmdq")
    await ann.does("4", "✓ 4", "4", "Done", "Done", "Done", "Done")
    assert scored(clinic, "month_3", "rmdq")["rmdq"].value == 1


async def test_an_unfinished_page_is_missing_and_leaves_no_score(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "rmdq")
    await ann.does("1", "Done", "7", "Done", "13", "Done", "19", "20")
    assert len(kept(clinic, "month_3", "rmdq")) == 18
    rmdq = scored(clinic, "month_3", "rmdq")["rmdq"]
    assert (rmdq.value, rmdq.n_missing, rmdq.reason) == (None, 6, "unfinished")


@pytest.mark.parametrize(
    ("values", "gad2", "phq2", "total", "high"),
    [
        ((0, 0, 0, 0), 0, 0, 0, False),
        ((1, 1, 1, 0), 2, 1, 3, False),
        ((2, 1, 1, 1), 3, 2, 5, True),
        ((1, 1, 2, 2), 2, 4, 6, True),
        ((2, 2, 2, 2), 4, 4, 8, True),
        ((3, 3, 3, 3), 6, 6, 12, True),
        ((3, 3, None, 0), 6, None, None, True),
        ((None, 3, 0, 0), None, 0, None, False),
    ],
)
async def test_phq4(clinic: Clinic, values: Any, gad2: Any, phq2: Any, total: Any, high: bool) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "phq4")
    await ann.does(*(OPTIONS[value] for value in values))
    found = scored(clinic, "month_3", "phq4")
    assert [found[name].value for name in ("gad2", "phq2", "phq4")] == [gad2, phq2, total]
    assert alerts(clinic) == ([("phq4_high", 1)] if high else [])
    assert ("someone you trust" in ann.hears) is high


@pytest.mark.parametrize(
    ("values", "unhealthy", "limited"),
    [
        ((3, 10, 5, 4), 15, Given(value=4, status="answered")),
        ((4, 20, 15, 20), 30, Given(value=20, status="answered")),
        ((1, 0, 0), 0, Given(status="not_asked")),
        ((2, None, 3, 1), None, Given(value=1, status="answered")),
    ],
)
async def test_healthy_days(clinic: Clinic, values: Any, unhealthy: int | None, limited: Given) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "hrqol4")
    await ann.does(HEALTH[values[0]], *tapped(*values[1:]))
    assert "whole check-in" in ann.hears
    found = scored(clinic, "month_3", "hrqol4")
    assert found["unhealthy_days"].value == unhealthy
    assert kept(clinic, "month_3", "hrqol4")["limited_days"] == limited
    assert found["limited_days"].value == (limited.value or 0)


@pytest.mark.parametrize(
    ("label", "value", "flags"),
    [
        ("very much improved", 1, ("responder", "minimal_responder")),
        ("minimally improved", 3, ("minimal_responder",)),
        ("very much worse", 7, ()),
    ],
)
async def test_pgic_keeps_the_number_with_its_version(clinic: Clinic, label: str, value: int, flags: Any) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "pgic")
    await ann.taps(label)
    (response,) = clinic.kept(Response)
    assert (response.value, response.instrument_version) == (value, "pgic7-1-is-best-1")
    assert scored(clinic, "month_3", "pgic")["pgic"].flags == flags


async def test_pgic_is_not_asked_at_baseline(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "baseline", "pgic", "nrs")
    assert "1 of 1" in ann.hears
    assert "right now" in ann.hears


async def test_the_four_ratings_keep_the_single_item_and_the_mean(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "nrs4")
    await ann.does("9", "3", "6", "5")
    found = scored(clinic, "month_3", "nrs4")
    assert (found["pain_mean"].value, found["pain_average_item"].value) == (5.75, 6)


# what is kept of an answer


async def test_an_answer_is_kept_as_it_comes_with_version_zone_and_clock(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    await ann.taps("7")
    (response,) = clinic.kept(Response)
    assert response == Response(
        visit="month_3",
        instrument="peg",
        instrument_version="peg-1",
        item="p",
        value=7,
        status="answered",
        mode="chat",
        language="en",
        answered_at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
        answered_local="2026-03-02T10:00:00",
        zone="America/New_York",
    )


async def test_skipped_not_known_and_rather_not_say_are_three_answers(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "hrqol4")
    await ann.does("I do not know", "Skip", ">rather not say")
    statuses = {item: (given.value, given.status) for item, given in kept(clinic, "month_3", "hrqol4").items()}
    assert statuses == {
        "general_health": (None, "dont_know"),
        "physical_days": (None, "skipped"),
        "mental_days": (None, "rather_not_say"),
        "limited_days": (None, "not_asked"),
    }


@pytest.mark.parametrize(("typed", "value"), [("7/10", 7), ("about 6", 6), ("7.", 7), ("ten", 10)])
async def test_a_rating_is_understood_as_typed(clinic: Clinic, typed: str, value: int) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    await ann.says(typed)
    assert kept(clinic, "month_3", "peg")["p"].value == value


@pytest.mark.parametrize("typed", ["11", "-1", "7-8", "7.5"])
async def test_a_rating_outside_the_scale_is_asked_again(clinic: Clinic, typed: str) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    await ann.says(typed)
    assert "Please" in ann.hears
    assert "1 of 3" in ann.hears
    assert clinic.kept(Response) == []


async def test_back_writes_the_next_revision_of_the_same_answer(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    await ann.does("7", "8", "« Back", "« Back", "5", "8", "6")
    assert scored(clinic, "month_3", "peg")["peg"].total == 19
    with clinic.database.read() as tx:
        revisions = [(k.fact.item, k.fact.value, k.state) for k in facts.history(tx, Response, 1)]
    assert revisions == [
        ("p", 7, "recorded"),
        ("e", 8, "recorded"),
        ("e", 8, "voided"),
        ("p", 7, "voided"),
        ("p", 5, "recorded"),
        ("e", 8, "recorded"),
        ("g", 6, "recorded"),
    ]


async def test_back_over_a_question_that_was_left_out_asks_it_when_it_is_due(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "hrqol4", "pgic")
    await ann.does("good", "0", "0", "« Back", "3")
    assert "4 of 5" in ann.hears
    await ann.does("2", "no change")
    assert kept(clinic, "month_3", "hrqol4")["limited_days"] == Given(value=2, status="answered")


async def test_the_discreet_wording_is_used_where_wording_is_ours(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    with clinic.database.write("participant") as tx:
        people.change(tx, 1, "participant:settings", discreet=True)
    await begins(clinic, ann, "month_3", "nrs4")
    assert "pain" not in ann.hears


# left and gone on with


async def test_a_check_in_goes_on_at_the_same_question_days_later_and_after_a_restart(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await ann.taps("7")
    await clinic.later(days=9)
    old = clinic.node
    clinic.node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels)
    clinic.node.offset = old.offset
    await clinic.node.start()
    await ann.taps("8")
    assert "3 of 3" in ann.hears
    await ann.taps("6")
    assert scored(clinic, "month_3", "peg")["peg"].value == 7
    assert [r.answered_local[:10] for r in clinic.kept(Response)] == ["2026-03-02", "2026-03-11", "2026-03-11"]


async def test_another_talk_in_between_does_not_lose_the_place(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await ann.does("7", ">/pain", "4")
    assert "your check-in" in ann.hears
    await ann.taps("Go on")
    assert "2 of 3" in ann.hears


async def test_a_check_in_lives_until_its_window_closes(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    (row,) = clinic.rows(select(table(ConversationRow)))
    assert row.expires_at == datetime.fromisoformat(CLOSES)


async def test_an_answer_after_the_window_is_kept_and_said_to_be_late(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await ann.taps("7")
    await clinic.later(days=30)
    await ann.taps("8")
    assert "is over" in ann.hears
    await ann.taps("Go on")
    assert "2 of 3" in ann.hears
    await ann.does("8", "6")
    check("check_in_late", ann.transcript())
    assert scored(clinic, "month_3", "peg")["peg"].value == 7
    assert [r.answered_local[:10] for r in clinic.kept(Response)] == ["2026-03-02", "2026-04-01", "2026-04-01"]


async def test_a_late_check_in_may_be_left(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await clinic.later(days=30)
    await ann.does("8", "Leave it")
    assert clinic.kept(Response) == []


async def test_a_check_in_that_was_left_can_be_gone_on_with_from_its_old_buttons(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await ann.does("7", ">/pain", "4", "Leave it")
    await clinic.later(minutes=5)
    await ann.taps("Rather not say")
    assert "before its end" in ann.hears
    await ann.taps("Go on")
    assert "2 of 3" in ann.hears


async def test_the_full_form_after_the_short_one_asks_only_the_rest(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", mode="core", instruments=["peg"])
    await ann.does("7", "8", "6")
    await begins(clinic, ann, "month_3", "peg", "pgic", core=["peg"])
    assert "only ask the rest" in ann.hears
    assert "4 of 4" in ann.hears
    await ann.taps("no change")
    assert [end.complete for end in clinic.kept(CheckInFinished)] == [False, True]
    assert len(clinic.kept(Response)) == 4


async def test_what_staff_took_down_by_phone_is_not_asked_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", "pgic", closes_at=CLOSES)
    await ann.taps("7")
    with clinic.database.write("AB") as tx:
        by_phone = clinic_response(item="change", instrument="pgic", version="pgic7-1-is-best-1", value=2)
        facts.write(tx, "by-phone", by_phone, facts.Where(1, "P0001", "phone"))
    await ann.does("8", "6")
    assert "whole check-in" in ann.hears
    assert scored(clinic, "month_3", "pgic")["pgic"].value == 2


def clinic_response(*, item: str, instrument: str, version: str, value: int) -> Response:
    return Response(
        visit="month_3",
        instrument=instrument,
        instrument_version=version,
        item=item,
        value=value,
        status="answered",
        mode="phone",
        answered_at=datetime(2026, 3, 2, 16, tzinfo=UTC),
        answered_local="2026-03-02T11:00:00",
        zone="America/New_York",
    )


async def test_a_check_in_with_nothing_left_says_so(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    for _ in range(2):
        await begins(clinic, ann, "month_3", "pgic")
        if ann.buttons and "no change" in ann.last.button_texts:
            await ann.taps("no change")
    assert "nothing left" in ann.hears


async def test_the_zone_is_the_one_where_the_person_is_when_an_instrument_begins(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "pgic", "nrs", closes_at=CLOSES)
    with clinic.database.write("participant") as tx:
        people.change(tx, 1, "participant:settings", zone="Europe/Warsaw")
    await ann.does("no change", "5")
    local = {r.instrument: (r.answered_local, r.zone) for r in clinic.kept(Response)}
    assert local == {
        "pgic": ("2026-03-02T10:00:00", "America/New_York"),
        "nrs": ("2026-03-02T16:00:00", "Europe/Warsaw"),
    }


# what follows from answers


async def test_a_high_part_score_is_told_to_staff_once_while_it_stays(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    for visit, values in (("month_3", (2, 1, 0, 0)), ("month_6", (2, 1, 0, 0)), ("month_9", (3, 2, 0, 0))):
        await begins(clinic, ann, visit, "phq4")
        await ann.does(*(OPTIONS[value] for value in values))
        assert "someone you trust" in ann.hears
    assert [raised.detail for raised in clinic.kept(AlertRaised)] == ["gad2 3", "gad2 5"]


async def test_unwanted_events_are_written_down_with_the_persons_words(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "events")
    await ann.does("A fall", "A night in hospital", "Done", ">Two nights in January", "Skip")
    found = [(event.description, event.serious) for event in clinic.kept(AdverseEvent)]
    assert found == [("A night in hospital: Two nights in January", True), ("A fall", None)]
    assert alerts(clinic) == [("serious_event", 1), ("adverse_event", 1)]


async def test_no_event_is_no_event(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "events")
    await ann.taps("Done")
    assert clinic.kept(AdverseEvent) == []
    assert {given.value for given in kept(clinic, "month_3", "events").values()} == {0}


async def test_a_skipped_list_is_skipped_and_not_none(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "events", "care")
    await ann.does("A fall", "Skip", ">rather not say")
    assert {given.status for given in kept(clinic, "month_3", "events").values()} == {"skipped"}
    assert {given.status for given in kept(clinic, "month_3", "care").values()} == {"rather_not_say"}
    assert clinic.kept(AdverseEvent) == []


async def test_usual_care_is_asked_since_it_was_last_answered_so_that_a_missed_check_in_leaves_no_gap(
    clinic: Clinic,
) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "baseline", "care")
    assert "In the past 3 months, which care" in ann.hears
    await ann.does("Acupuncture", "Done")
    clinic.clock.move(days=95)
    await begins(clinic, ann, "month_3", "care")
    assert "Since you last told us, on Monday 2 March, which care" in ann.hears
    await ann.does("Skip")
    clinic.clock.move(days=90)
    await begins(clinic, ann, "month_6", "care")
    assert "on Monday 2 March" in ann.hears, "what was skipped is no answer"
    await ann.does("A physio (PT)", "Done")
    clinic.clock.move(days=90)
    await begins(clinic, ann, "month_9", "care")
    assert "on Thursday 3 September" in ann.hears
    assert kept(clinic, "month_6", "care")["physical"].value == 1


@pytest.mark.parametrize(("visit", "told"), [("baseline", []), ("month_3", [("co_use", 1)])])
async def test_what_is_taken_together_brings_the_caution_and_after_baseline_a_note(
    clinic: Clinic, visit: str, told: list[Any]
) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, visit, "co_use")
    await ann.does("A sleeping medicine", "Done")
    assert "suddenly" in ann.hears
    assert alerts(clinic) == told


async def test_safety_words_in_the_middle_of_a_check_in_come_first(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg", closes_at=CLOSES)
    await ann.says("i want to die")
    assert "988" in ann.hears
    assert clinic.kept(Response) == []


# the engine: item 9, a new release


ME = ParticipantView(study_id="P0001", zone="America/New_York")
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
ALL_DAYS = tuple(date(2026, 2, 2) + timedelta(days=n) for n in range(28))
LISTED = MedicineView(
    id="m0",
    nickname="oxy",
    product="oxycodone",
    form="tablet",
    strength=5,
    unit="mg",
    schedule="as_needed",
    usual_count=1,
)
CALENDAR = Calendar(
    first=ALL_DAYS[0],
    last=ALL_DAYS[-1],
    spans=(
        Span(medicine=LISTED, days=ALL_DAYS),
        Span(medicine=LISTED.model_copy(update={"id": "m1", "schedule": "scheduled"}), days=ALL_DAYS[9:]),
    ),
)


def looked(step: Look) -> Any:
    match step.query:
        case Now():
            return NOW
        case AnsweredSoFar() | AnsweredMeanwhile():
            return {}
        case AnsweredBefore() | AnsweredItems() | DaysMeanwhile():
            return ()
        case ZoneNow():
            return "America/New_York"
        case Staffed():
            return True
        case CalendarOf():
            return CALENDAR
        case LastAnswered():
            return date(2026, 1, 5)
    raise AssertionError(step.query)


def test_item_9_above_zero_brings_help_at_once_and_asks_whether_the_person_is_safe() -> None:
    from content.instruments import instrument

    given = {f"q{n}": Given(value=int(n == 9), status="answered") for n in range(1, 10)}
    talk = Talk(
        "item9", lambda opening: asking.tell(opening.me, "month_3", instrument("phq9"), given), TypeAdapter(Opening)
    )
    advanced = conversation.begin(talk, "P0001/1", Opening(me=ME), NOW, looked)
    assert [(said.message.key, said.urgent) for said in advanced.said[:1]] == [("safety.suicidal_thoughts", True)]
    assert [wrote.fact.rule for wrote in advanced.wrote] == ["phq9_item9"]  # type: ignore[union-attr]
    assert advanced.open is not None
    assert advanced.open.key == "safe"


def test_after_a_release_with_another_version_only_that_question_is_asked_again() -> None:
    talk = talks()["check_in"]
    opening = Opening(me=ME, args={"visit": "month_3", "instruments": ["peg", "pgic"]})
    advanced = conversation.begin(talk, "P0001/1", opening, NOW, looked)
    for value in ("7", "8", "6"):
        assert advanced.open is not None
        advanced = conversation.answer(talk, "P0001/1", advanced.log, advanced.open, Answer(value, NOW), looked)
    assert advanced.open is not None
    waiting = advanced.open.key
    older = tuple(
        reply.model_copy(update={"shape": "peg-0:0-10"}) if reply.key == "month_3.peg.e" else reply
        for reply in advanced.log
    )
    again = conversation.reopen(talk, "P0001/1", older, NOW, looked)
    assert again.open is not None
    assert again.open.key == "month_3.peg.e"
    gone_on = conversation.answer(talk, "P0001/1", again.log, again.open, Answer("9", NOW), looked)
    assert gone_on.open is not None
    assert gone_on.open.key == waiting
    assert [wrote.fact.value for wrote in gone_on.wrote] == [9]  # type: ignore[union-attr]


def some_answer(ask: Ask, number: int) -> Any:
    """Something a person could answer: ticks, a button, or a number typed."""
    options = [option for row in ask.options for option in row]
    if ask.ticks:
        ticks = [o.code for place, o in enumerate(options) if not o.answers and number >> place & 1]
        return next((o.code for o in options if o.answers), ticks) if number % 5 == 0 else ticks
    typed = ask.reads("40" if "age" in ask.key else "2") if ask.reads is not None else None
    tapped = options[number % len(options)].code if options else None
    given = tapped if tapped is not None and number % 7 else typed
    return tapped if given is None or isinstance(given, NotUnderstood) else given


@settings(deadline=None, max_examples=12)
@drawn(st.lists(st.integers(0, 4095), min_size=40, max_size=160))
def test_no_walk_through_a_check_in_gets_stuck_and_a_replay_writes_nothing(numbers: list[int]) -> None:
    talk = talks()["check_in"]
    every = [*BATTERY, "about", "origin", "history", "care", "events", "co_use"]
    opening = Opening(me=ME, args={"visit": "month_3", "instruments": every, "core": CORE})
    advanced = conversation.begin(talk, "P0001/1", opening, NOW, looked)
    for number in numbers:
        if advanced.open is None:
            break
        waiting = advanced.open
        again = conversation.reopen(talk, "P0001/1", advanced.log, NOW, looked)
        assert again.open is not None
        assert (again.open.key, again.wrote, again.said) == (waiting.key, (), ())
        if number % 11 == 0:
            advanced = conversation.back(talk, "P0001/1", advanced.log, NOW, looked)
        else:
            answer = Answer(some_answer(waiting, number), NOW)
            advanced = conversation.answer(talk, "P0001/1", advanced.log, waiting, answer, looked)


# visits in the records


def test_a_window_that_moves_is_a_further_revision_and_one_that_stands_is_not(fresh: Any) -> None:
    db = fresh("sqlite")
    with db.write("study") as tx:
        study_id = people.add(tx, arm=None, test=False)
        person = people.by_study_id(tx, study_id)
        window = VisitPlanned(
            visit="month_3",
            anchor="enrolment",
            anchor_on=NOW.date(),
            opens_on=NOW.date(),
            target_on=NOW.date(),
            closes_on=NOW.date(),
            protocol_version="1",
        )
        assert visits.plan(tx, person.id, study_id, window)
        assert not visits.plan(tx, person.id, study_id, window)
        moved = window.model_copy(update={"anchor": "allocation"})
        assert visits.plan(tx, person.id, study_id, moved, why="allocated")
        assert visits.windows(tx, person.id) == {"month_3": moved}
        assert visits.finished(tx, person.id, "month_3") is None
