"""The prompt before a dose: at the person's own minute, never after it, never twice, off by one tap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from content.catalogue import catalogue
from records import people
from study.facts import DosePrompts
from tests.clinic import MORPHINE, OXYCODONE, Clinic, Patient
from tests.golden import check
from tests.living import MONDAY, books, days, joined, letters, rows_of, until

BEFORE_NINE = datetime(2026, 3, 23, 12, 55, tzinfo=UTC)  # 08:55 in New York, the Monday before week 3 is over
NINE = MORPHINE.model_copy(update={"times": "09:00,20:00"})
SAME = OXYCODONE.model_copy(update={"times": "09:00"})


def asks(ann: Patient) -> list[str]:
    """The prompts of this kind the person has read."""
    return [m.text for m in ann.person.messages if m.from_bot and "Turn these off" in m.button_texts]


def first_variant(script: str) -> str:
    """A transcript with the first of the variants, whichever was drawn."""
    return "\n".join(VARIANTS[0] if line in VARIANTS else line for line in script.split("\n"))


VARIANTS = catalogue().texts["pre_dose.ask"].every_form("en")


async def at_nine(clinic: Clinic, *medicines: object) -> Patient:
    """Somebody in the fourth week of the course, at 08:55 of a dosing time."""
    ann = await joined(clinic, *(medicines or (NINE,)), since=21)  # type: ignore[arg-type]
    await until(clinic, datetime(2026, 3, 3, 13, 55, tzinfo=UTC))
    return ann


async def test_it_comes_minutes_before_the_dose_and_leads_into_the_pause_of_that_medicine(clinic: Clinic) -> None:
    ann = await at_nine(clinic, NINE, OXYCODONE)
    assert list(ann.last.button_texts) == ["Pause now", "Not now", "Turn these off", "Why do I get this?"]
    ann.script[:] = ["(five minutes before the usual time)", *ann.script[-2:]]
    await ann.does("Why do I get this?", "Pause now", "6")
    check("pre_dose_pause", first_variant(ann.transcript()))
    (begun,) = [r for r in rows_of(clinic, "pre_dose") if r.due_local == "2026-03-03T08:55:00"]
    assert begun.state == "answered"
    assert "wish for morning tablet" in ann.hears
    assert books(clinic) == []


async def test_it_is_off_by_one_tap_for_its_medicine_only(clinic: Clinic) -> None:
    other = OXYCODONE.model_copy(update={"times": "12:00"})
    ann = await at_nine(clinic, NINE, other)
    ann.script[:] = ["(five minutes before the usual time)", *ann.script[-2:]]
    await ann.does("Turn these off")
    check("pre_dose_off", first_variant(ann.transcript()))
    before = len(asks(ann))
    await days(clinic, 3)
    at = {r.due_local[11:16] for r in rows_of(clinic, "pre_dose") if r.sent_at and r.due_local > "2026-03-03T09"}
    assert len(asks(ann)) > before
    assert at == {"11:55"}
    assert [(p.medicine, p.wanted) for p in clinic.kept(DosePrompts)][-1] == ("P0001-m0", False)
    assert books(clinic) == []


async def test_doses_of_one_minute_share_one_prompt(clinic: Clinic) -> None:
    ann = await at_nine(clinic, NINE.model_copy(update={"times": "09:00"}), SAME)
    assert len([r for r in rows_of(clinic, "pre_dose") if r.due_local == "2026-03-03T08:55:00"]) == 2
    assert len(asks(ann)) == 1
    await ann.taps("Pause now")
    assert "Which medicine is it about?" in ann.hears
    assert books(clinic) == []


async def test_a_letter_that_waits_is_not_delivered_once_the_dose_is_due(clinic: Clinic) -> None:
    ann = await joined(clinic, SAME, since=21)
    await until(clinic, datetime(2026, 3, 3, 13, 54, 59, tzinfo=UTC))
    clinic.pretend.faults.next("flood", method="sendMessage", retry_after=301)
    await clinic.passes(minutes=10)
    (row,) = [r for r in rows_of(clinic, "pre_dose") if r.due_local == "2026-03-03T08:55:00"]
    assert asks(ann) == []
    assert (row.state, row.reason) == ("expired", "too late: it waited to be sent")
    (letter,) = clinic.rows(letters.select().where(letters.c.due_item_id == row.id))
    assert (letter.state, letter.reason, letter.doubt) == ("cancelled", "too late", "never")
    await ann.says("hello")
    assert "pause" not in ann.hears, "nobody is asked again what they never saw"


async def test_a_prompt_that_nobody_answered_leaves_nothing_open(clinic: Clinic) -> None:
    ann = await at_nine(clinic)
    await clinic.later(minutes=20)
    await ann.says("hello")
    assert "Nothing is open right now" in ann.hears
    await ann.taps("Pause now")
    ann.script[:] = ann.script[-3:]
    check("pre_dose_late", ann.transcript())
    await ann.taps("Pause now")
    assert "How strong is the pain" in ann.hears
    await days(clinic, 2)
    assert {r.state for r in rows_of(clinic, "pre_dose") if r.due_local < "2026-03-04"} <= {"expired", "skipped"}


async def test_another_talk_takes_its_place_and_nobody_is_asked_to_go_back_to_it(clinic: Clinic) -> None:
    ann = await at_nine(clinic)
    await ann.does(">/pain", "4")
    assert "in the middle of something" not in ann.hears


async def test_none_comes_before_the_third_week_before_allocation_or_unasked(clinic: Clinic) -> None:
    ann = await joined(clinic, NINE)
    await days(clinic, 8, ann)
    assert asks(ann) == []
    with clinic.database.write("test") as tx:
        people.change(tx, 1, "test", allocated_on=MONDAY - timedelta(days=60))
    await days(clinic, 2, ann)
    assert asks(ann) != []


async def test_times_that_change_take_their_prompts_along_and_the_books_agree(clinic: Clinic) -> None:
    ann = await at_nine(clinic)
    await ann.does("Not now", ">/medicines", "morning tablet", "New times", ">10:00, 20:00", "Rather not say")
    await ann.taps("Today")
    await days(clinic, 3)
    times = [r.due_local[:16] for r in rows_of(clinic, "pre_dose") if r.sent_at]
    assert "2026-03-04T09:55" in times
    assert "2026-03-04T08:55" not in times
    assert books(clinic) == []


async def test_who_chooses_them_reads_which_times_will_get_none_and_so_it_is(clinic: Clinic) -> None:
    crowded = NINE.model_copy(update={"times": "06:00,09:00,09:20,15:00,20:00"})
    ann = await joined(clinic, crowded, since=60)
    await ann.does(">/settings", "Which messages, and when", "Messages before my usual times", "Yes, please")
    ann.script[:] = ann.script[-4:]
    check("pre_dose_left_out", ann.transcript())
    await days(clinic, 6, ann)
    whole_days = [row.due_local for row in rows_of(clinic, "pre_dose") if row.sent_at and row.due_local > "2026-03-03"]
    assert {local[11:16] for local in whole_days} == {"08:55", "14:55"}


def test_every_variant_is_a_question_that_no_lock_screen_gives_away() -> None:
    assert len(set(VARIANTS)) == 6
    for text in VARIANTS:
        assert text.endswith("?")
        assert not {"dose", "take", "medicine", "pain", "tablet"} & set(text.lower().strip("?").split())
