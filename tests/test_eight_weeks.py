"""Eight weeks of one life with changes of times, place, preferences and rest: the books agree with every day of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from coordinator import enrolling, ledger
from study.person import local_at
from tests.clinic import MORPHINE, OXYCODONE, Clinic, clinic_over, fresh_sqlite
from tests.living import books, days, joined, letters, prompts_sent, rows_of

MORNING = MORPHINE.model_copy(update={"times": "09:00,20:00"})
SOMETIMES = OXYCODONE.model_copy(update={"times": "12:00"})
NEW_TIMES = (">/medicines", "morning tablet", "New times", ">10:00, 20:00", "Rather not say", "Today")
LATER_DIARY = (">/settings", "Which messages, and when", "Hour of the diary", ">8 pm")
LIFE = (
    NEW_TIMES,
    LATER_DIARY,
    (">/settings", "Which messages, and when", "Hour for check-ins", ">11 am"),
    (">/settings", "I am travelling", "London", "Tomorrow", "I do not know yet"),
    (">/break 3",),
    (">/settings", "My travel", "I am home again"),
    (">/settings", "Quiet hours", "10 pm to 7 am"),
    (">/settings", "Which messages, and when", "Fewer messages"),
    (">/settings", "City and time", "Chicago"),
    (">i am in hospital",),
    (">/settings", "I am back home"),
    (">/settings", "Which messages, and when", "The usual messages again"),
    (">/stop", "1: Messages only", "Yes, do this"),
    (">/settings", "Send messages again"),
    (">/medicines", "oxy", "I no longer take it", "Rather not say", "Today"),
)
"""What happens every fourth day."""


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def test_the_books_agree_through_eight_weeks_of_changes(clinic: Clinic) -> None:
    ann = await joined(clinic, MORNING, SOMETIMES, since=45)
    for acts in LIFE:
        await days(clinic, 2, ann)
        await ann.does(*acts)
        await days(clinic, 2, ann)
        assert books(clinic) == [], acts
    enrolling.hold(clinic.database, "P0001", "bereavement", "dana")
    await days(clinic, 2, ann)
    enrolling.hold(clinic.database, "P0001", None, "dana")
    await days(clinic, 3, ann)
    assert books(clinic) == []
    _kept_the_rules(clinic)
    sentence = ledger.why(clinic.database, "P0001", "pre_dose")
    assert sentence.startswith("P0001 pre_dose: chosen by the person for this medicine and its usual times;")


def _kept_the_rules(clinic: Clinic) -> None:
    """Of what reached the chat unasked: never more than three a day, never in quiet hours, never after the dose."""
    due_rows = {row.id: row for kind in ("pre_dose", "practice_nudge", "visit") for row in rows_of(clinic, kind)}
    sent = [row for row in prompts_sent(clinic) if row.due_item_id in due_rows]
    assert len(sent) > 40
    a_day: dict[date, Counter[str]] = defaultdict(Counter)
    for letter in sent:
        row = due_rows[letter.due_item_id]
        local = local_at(letter.sent_at, row.zone)
        assert 7 <= local.hour < 22
        a_day[local.date()][row.item] += 1
        if row.item == "pre_dose":
            assert letter.sent_at < row.latest_at
    assert max(count.total() for count in a_day.values()) <= 3
    apart = [later.created_at - earlier.created_at for earlier, later in pairwise(sent)]
    assert min(apart) >= timedelta(minutes=30)
    doubled = Counter(row.due_item_id for row in clinic.rows(letters.select()) if row.due_item_id)
    assert max(doubled.values()) == 1
