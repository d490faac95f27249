"""The rows of one person by themselves: what is still open, what has its letter, what was answered by somebody.

What the protocol demands of them stands in `coordinator.ledger`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, select

from records import diary, facts, meta, talks
from records.database import Tx
from records.tables import ConversationRow, Outbox, table
from study.facts import CheckInFinished, SessionDone, SessionPartDone
from study.person import GONE
from study.plan import is_planned

conversations, outbox = table(ConversationRow), table(Outbox)
ANSWERED_WITHIN = timedelta(days=2)
"""A prompt of the day that went out is ended by the first nightly roll after a day without an answer."""
SETTLING = timedelta(minutes=5)
"""What has just come due may still be on its way."""
TOLD = ("outage", "allocated", "visit_again", "session_again", "again", "amount_check")
"""Rows that no plan has and that are a letter: those that say "answered" went out."""
FORGOTTEN = ("data_removed", "declined")
"""Of these people nothing is left that could show an answer."""
NOTED_AFTER = ("patch_assumed", "step")
"""What somebody who left in the middle of a talk may still leave behind; it says nothing, and ends in its turn."""
GONE_BACK = 2
"""The questions of a talk whose first one is asked again because the person went back to it are more than these."""


class Finding(BaseModel):
    """One thing in the books that does not fit."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    item: str
    what: str
    detail: str


def finding(row: Row[Any], item: str, what: str, detail: str) -> Finding:
    """A finding about one participant."""
    return Finding(study_id=row.study_id, item=item, what=what, detail=detail)


def check_rows(tx: Tx, row: Row[Any], items: Sequence[Row[Any]], catching_up: timedelta) -> Iterator[Finding]:
    """Rows that should have ended, went out without a letter that can be shown, or were answered by nobody.

    `catching_up`: how long after an outage a row may wait to be told of.
    """
    letters, said = _letters(tx, row), _said(tx, row)
    yield from _open_after_leaving(tx, row, items)
    yield from _open_too_long(tx, row, items, catching_up)
    for item in items:
        mine = letters.of(item)
        yield from _about_letters(row, item, mine, letters)
        if row.status not in FORGOTTEN and item.state in ("answered", "answered_late"):
            yield from _unanswered(tx, row, item, mine, said)
    yield from _strays(row, items, letters)


# --- what is still open


def _open_after_leaving(tx: Tx, row: Row[Any], items: Sequence[Row[Any]]) -> Iterator[Finding]:
    if row.status not in GONE or row.status == "invited":
        return
    for item in items:
        if item.final_at is None and item.item not in NOTED_AFTER:
            yield finding(row, item.item, "open after leaving", f"the person is {row.status}")


def _open_too_long(tx: Tx, row: Row[Any], items: Sequence[Row[Any]], catching_up: timedelta) -> Iterator[Finding]:
    since = meta.get(tx, meta.UP_SINCE)
    told_by = datetime.fromisoformat(since) + catching_up if since else None
    for item in items:
        if item.final_at is not None:
            continue
        if item.state == "pending" and told_by is not None and tx.now < item.look_at <= told_by:
            continue  # it waits to be told of by the message that follows an outage
        ends_at = _ends_at(item)
        if ends_at is not None and ends_at < tx.now:
            until = item.latest_at or item.look_at
            yield finding(row, item.item, "open past its window", f"since {until:%Y-%m-%d %H:%M} UTC")


def _ends_at(item: Row[Any]) -> datetime | None:
    """From when on a row without a final state is a fault; None for a check-in that waits for its window to close."""
    if item.state == "pending":
        at: datetime = max(item.look_at, item.latest_at or item.look_at) + SETTLING
        return at
    if item.item.startswith("visit."):
        return None if item.latest_at is None else max(item.latest_at, item.sent_at) + SETTLING
    at = max(item.sent_at, item.latest_at or item.sent_at) + ANSWERED_WITHIN
    return at


# --- letters


@dataclass(frozen=True)
class _Letters:
    """The letters of one person that a due item asked for, by the row they name and by their occurrence."""

    by_item: dict[int, list[Row[Any]]]
    by_occurrence: dict[str, Row[Any]]

    def of(self, item: Row[Any]) -> list[Row[Any]]:
        return self.by_item.get(item.id, [])


def _letters(tx: Tx, row: Row[Any]) -> _Letters:
    columns = (outbox.c.id, outbox.c.due_item_id, outbox.c.occurrence, outbox.c.state, outbox.c.message_id)
    asked_for = outbox.c.due_item_id.is_not(None) | (outbox.c.kind == "prompt")
    statement = select(*columns, outbox.c.conversation_id).where(outbox.c.participant_id == row.id, asked_for)
    by_item: dict[int, list[Row[Any]]] = defaultdict(list)
    by_occurrence: dict[str, Row[Any]] = {}
    for letter in tx.rows(statement.order_by(outbox.c.id)):
        if letter.due_item_id is not None:
            by_item[letter.due_item_id].append(letter)
        if letter.occurrence is not None:
            by_occurrence[letter.occurrence] = letter
    return _Letters(dict(by_item), by_occurrence)


def _about_letters(row: Row[Any], item: Row[Any], mine: Sequence[Row[Any]], letters: _Letters) -> Iterator[Finding]:
    """One in doubt, refused or cancelled says so itself, and is no fault of the books."""
    if len(mine) > 1:
        yield finding(row, item.item, "doubled", f"{len(mine)} letters for one occurrence")
    if any(letter.state == "sent" and letter.message_id is None for letter in mine):
        yield finding(row, item.item, "sent without Telegram's id", "nobody can say that it arrived")
    if _went_out(item) and not mine:
        unlinked = f"due.{item.id}" in letters.by_occurrence
        detail = "its letter does not name it" if unlinked else "no letter was written"
        yield finding(row, item.item, "sent without a letter", f"{item.occurrence}: {detail}")


def _went_out(item: Row[Any]) -> bool:
    """True for a row that says that a letter of its own was written; a call is a task for staff."""
    if is_planned(item.item):
        return item.sent_at is not None and not item.item.endswith(".call")
    return item.item in TOLD and item.state == "answered"


def _strays(row: Row[Any], items: Sequence[Row[Any]], letters: _Letters) -> Iterator[Finding]:
    for number in sorted(letters.by_item.keys() - {item.id for item in items}):
        yield finding(row, "letter", "a letter of nothing", f"it names row {number}, which is not this person's")


# --- answers


@dataclass(frozen=True)
class _Said:
    """What one person has said that a row may have asked for; `talks` by number: state, and how many questions."""

    visits: set[str]
    days: set[date]
    sessions: set[str]
    talks: dict[int, Row[Any]]


def _said(tx: Tx, row: Row[Any]) -> _Said:
    ended = {kept.fact.visit for kept in facts.in_force(tx, CheckInFinished, row.id)}
    done = {kept.fact.session for kept in facts.in_force(tx, SessionDone, row.id)}
    begun_with = {kept.fact.session for kept in facts.in_force(tx, SessionPartDone, row.id)}
    columns = (conversations.c.id, conversations.c.state, conversations.c.ask_seq)
    begun = tx.rows(select(*columns).where(conversations.c.participant_id == row.id))
    return _Said(ended, set(diary.days(tx, row.id)), done | begun_with, {talk.id: talk for talk in begun})


def _unanswered(tx: Tx, row: Row[Any], item: Row[Any], mine: Sequence[Row[Any]], said: _Said) -> Iterator[Finding]:
    if not is_planned(item.item):
        return
    if item.item.startswith("visit."):
        if item.payload["visit"] not in said.visits:
            yield finding(row, item.item, "answered without an answer", f"{item.payload['visit']} has no end")
    elif not _has_its_fact(item, said) and not any(_was_talked_with(tx, letter, said) for letter in mine):
        yield finding(row, item.item, "answered without an answer", f"{item.occurrence}: nothing the person said")


def _has_its_fact(item: Row[Any], said: _Said) -> bool:
    """True when what the row asks for is kept, in whatever talk it was said."""
    match item.item.split(".")[0]:
        case "diary":
            return date.fromisoformat(item.payload["on"]) in said.days
        case "session":
            return item.payload["session"] in said.sessions
        case _:
            return False


def _was_talked_with(tx: Tx, letter: Row[Any], said: _Said) -> bool:
    """True when the person did something in the talk that the letter began; going back takes an answer away again."""
    talk = said.talks.get(letter.conversation_id)
    if talk is None:
        return False
    if talk.state == "ended" or talk.ask_seq > GONE_BACK:
        return True
    stored = talks.by_id(tx, talk.id)
    return stored is not None and any(reply.by == "person" for reply in stored.log)
