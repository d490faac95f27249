"""Post in and out: the inbox of raw updates, and the outbox of messages we mean to send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, insert, literal_column, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from records import due, talks
from records.database import Tx
from records.prepared import Prepared
from records.tables import Inbox, Outbox, table

inbox, outbox = table(Inbox), table(Outbox)
Kind = Literal["emergency", "answer", "step", "prompt", "staff", "mail"]
Doubt = Literal["once_more", "never"]
MOST_ATTEMPTS = 20
PRIORITY: dict[str, int] = {"emergency": 0, "answer": 1, "step": 2, "prompt": 3, "staff": 4, "mail": 4}
_received_once = {
    dialect: Prepared(make(inbox).on_conflict_do_nothing(index_elements=["bot", "update_id"]).returning(inbox.c.seq))
    for dialect, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
# joined to nothing, the bot is no reason for SQLite to look through everything it ever received
_open = Prepared(
    select(inbox)
    .where(inbox.c.state == literal_column("'open'"), inbox.c.bot.concat("") == bindparam("bot_"))
    .order_by(inbox.c.seq)
    .limit(bindparam("limit_"))
)
_open_one = Prepared(select(inbox).where(inbox.c.seq == bindparam("seq_"), inbox.c.state == literal_column("'open'")))
_done = Prepared(update(inbox).where(inbox.c.seq == bindparam("seq_")).values(state="done", done_at=bindparam("now_")))
_there = Prepared(select(outbox.c.id).where(outbox.c.occurrence == bindparam("occurrence_")))
_put = Prepared(insert(outbox).returning(outbox.c.id))
_leave = Prepared(insert(outbox))
# word for word as in the index of what waits, which SQLite uses for no other condition
_mine_waiting = (
    text("outbox.state IN ('waiting', 'sending')"),
    outbox.c.state == literal_column("'waiting'"),
    outbox.c.bot == bindparam("bot_"),
)
_waiting = Prepared(
    select(
        outbox.c.id,
        outbox.c.chat_hash,
        outbox.c.kind,
        outbox.c.not_after,
        outbox.c.due_item_id,
        outbox.c.conversation_id,
    )
    .where(
        *_mine_waiting,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("now_")),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("limit_"))
)
_next_waiting = Prepared(
    select(func.min(outbox.c.not_before).label("at")).where(*_mine_waiting, outbox.c.not_before.is_not(None))
)
_undelivered = (
    select(func.min(outbox.c.created_at).label("at"))
    .where(outbox.c.participant_id == bindparam("person_"), outbox.c.kind == bindparam("kind_"))
    .where(outbox.c.bot == bindparam("bot_"), text("outbox.state IN ('waiting', 'sending')"))
    .where(or_(outbox.c.not_after.is_(None), outbox.c.not_after > bindparam("now_")))
)
_undelivered_of_all = Prepared(_undelivered)
_undelivered_of_talk = Prepared(_undelivered.where(outbox.c.conversation_id == bindparam("talk_")))
_claim = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), outbox.c.state == "waiting")
    .values(state="sending", fence=bindparam("fence_"), attempts=outbox.c.attempts + 1)
    .returning(outbox)
)
_too_late = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), outbox.c.state == "waiting")
    .values(state="cancelled", reason="too late")
)
_note = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), outbox.c.state == "sending")
    .values(
        state=bindparam("state_"),
        message_id=bindparam("message_id_"),
        sent_at=bindparam("sent_at_"),
        not_before=bindparam("not_before_"),
        doubted=bindparam("doubted_"),
        reason=bindparam("reason_"),
    )
)


@dataclass(frozen=True)
class Letter:
    """A message to be written into the outbox; `body` is what Telegram needs beside the chat.

    `occurrence` makes it the only one of its kind (a second is not written). `doubt` says what happens when nobody
    can know whether it arrived: `once_more` for a question or reminder, `never` for prompts and receipts. From
    `not_after` on it is not sent any more, whatever kept it back.
    """

    kind: Kind
    method: str
    key: str
    body: dict[str, Any]
    doubt: Doubt = "once_more"
    occurrence: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    conversation_id: int | None = None
    due_item_id: int | None = None


@dataclass(frozen=True)
class Address:
    """Where a letter goes: the participant (None: staff or a stranger), the chat sealed and hashed."""

    participant_id: int | None
    chat_hash: str
    sealed_chat: bytes


def receive(tx: Tx, bot: str, updates: Iterable[tuple[int, str]], *, delayed: bool = False) -> list[int]:
    """Put raw updates into the inbox; gives the new rows' numbers, none for an update that came before.

    `delayed` marks updates that may have waited at Telegram while we were away.
    """
    rows = [
        {
            "bot": bot,
            "update_id": update_id,
            "sealed_raw": tx.keys.seal(raw),
            "received_at": tx.now,
            "delayed": delayed,
            "state": "open",
        }
        for update_id, raw in updates
    ]
    insert_once = _received_once[tx.connection.dialect.name]
    found = tx.each(*((insert_once, row) for row in rows))
    return [int(new.seq) for fresh in found for new in fresh]


def open_rows(tx: Tx, bot: str, limit: int = 500) -> list[Row[Any]]:
    """Inbox rows with no turn yet, oldest first."""
    return tx.rows(_open, bot_=bot, limit_=limit)


def still_open(tx: Tx, seq: int) -> list[Row[Any]]:
    """An inbox row that has no turn yet, else nothing."""
    return tx.rows(_open_one, seq_=seq)


def done(tx: Tx, seq: int) -> None:
    """The turn of an inbox row was taken."""
    tx.do(_done, seq_=seq, now_=tx.now)


def set_aside(tx: Tx, seq: int, trace: str) -> None:
    """An input that broke its turn: kept with the traceback, so that the next ones go on."""
    values = {"state": "set_aside", "done_at": tx.now, "sealed_error": tx.keys.seal(trace)}
    tx.run(update(inbox).where(inbox.c.seq == seq).values(**values))


def purge(tx: Tx, older_than: timedelta) -> int:
    """Drop the raw text of updates older than that; their keys stay. Gives how many."""
    old = (inbox.c.received_at < tx.now - older_than) & inbox.c.sealed_raw.is_not(None) & (inbox.c.state != "open")
    return tx.run(update(inbox).where(old).values(sealed_raw=None))


def last_received_at(tx: Tx, bot: str) -> datetime | None:
    """When the newest update came in."""
    found: datetime | None = tx.first(select(func.max(inbox.c.received_at)).where(inbox.c.bot == bot))[0]
    return found


def put(tx: Tx, bot: str, to: Address, letter: Letter, version: str) -> int | None:
    """Write a letter into the outbox; gives its number, None when one for its occurrence is there already."""
    if _is_there(tx, letter):
        return None
    return int(tx.first(_put, **_row(tx, bot, to, letter, version)).id)


def leave(tx: Tx, bot: str, to: Address, letter: Letter, version: str) -> None:
    """Write a letter as `put` does, without asking for its number."""
    if not _is_there(tx, letter):
        tx.do(_leave, **_row(tx, bot, to, letter, version))


def _is_there(tx: Tx, letter: Letter) -> bool:
    return letter.occurrence is not None and tx.first(_there, occurrence_=letter.occurrence) is not None


def _row(tx: Tx, bot: str, to: Address, letter: Letter, version: str) -> dict[str, Any]:
    return {
        "bot": bot,
        "participant_id": to.participant_id,
        "chat_hash": to.chat_hash,
        "sealed_chat": to.sealed_chat,
        "kind": letter.kind,
        "priority": PRIORITY[letter.kind],
        "method": letter.method,
        "message_key": letter.key,
        "catalogue_version": version,
        "sealed_body": tx.keys.seal_json(letter.body),
        "occurrence": letter.occurrence,
        "doubt": letter.doubt,
        "not_before": letter.not_before,
        "not_after": letter.not_after,
        "conversation_id": letter.conversation_id,
        "due_item_id": letter.due_item_id,
        "created_at": tx.now,
        "state": "waiting",
        "attempts": 0,
        "doubted": False,
    }


def waiting(tx: Tx, bot: str, limit: int) -> list[Row[Any]]:
    """Letters that may go now, in the order they are to go: `id`, `chat_hash`, `kind`, `not_after`, what they ask."""
    return tx.rows(_waiting, bot_=bot, now_=tx.now, limit_=limit)


def undelivered_since(
    tx: Tx, bot: str, participant_id: int, kind: Kind, conversation: int | None = None
) -> datetime | None:
    """When the oldest letter of this kind to a participant was written that did not reach Telegram yet; else None.

    `conversation`: only of that talk. A letter that was refused, let go or left in doubt is waited for no more, nor one
    of another bot or past its last moment.
    """
    mine = {"person_": participant_id, "kind_": kind, "bot_": bot, "now_": tx.now}
    if conversation is None:
        row = tx.first(_undelivered_of_all, **mine)
    else:
        row = tx.first(_undelivered_of_talk, **mine, talk_=conversation)
    found: datetime | None = row.at
    return found


def next_waiting_at(tx: Tx, bot: str) -> datetime | None:
    """The earliest `not_before` of a letter that has to wait."""
    found: datetime | None = tx.first(_next_waiting, bot_=bot).at
    return found


def claim(tx: Tx, ids: Sequence[int], fence: int) -> list[Row[Any]]:
    """Lease letters to the sender with this fence number; gives them whole."""
    found = tx.each(*((_claim, {"id_": i, "fence_": fence}) for i in ids))
    return [row for rows in found for row in rows]


def too_late(tx: Tx, row: Row[Any]) -> None:
    """A letter of `waiting` whose last moment has passed is not sent any more."""
    tx.do(_too_late, id_=row.id)
    if row.due_item_id is not None:
        _let_go(tx, row, "expired", "too late: it waited to be sent")


@dataclass(frozen=True)
class Sent:
    """What became of a letter that was handed to Telegram."""

    id: int
    state: Literal["sent", "refused", "unknown", "waiting"]
    message_id: int | None = None
    not_before: datetime | None = None
    doubted: bool = False
    reason: str | None = None


def note(tx: Tx, results: Sequence[Sent]) -> None:
    """Write down what became of letters; what one of them asked is undeliverable when Telegram refused it."""
    for r in results:
        if r.state == "refused":
            _undeliverable(tx, r)
        tx.do(
            _note,
            id_=r.id,
            state_=r.state,
            message_id_=r.message_id,
            sent_at_=tx.now if r.state == "sent" else None,
            not_before_=r.not_before,
            doubted_=r.doubted,
            reason_=r.reason,
        )


def _undeliverable(tx: Tx, refused: Sent) -> None:
    columns = (outbox.c.due_item_id, outbox.c.conversation_id)
    asked = (outbox.c.id == refused.id) & (outbox.c.kind == "prompt") & outbox.c.due_item_id.is_not(None)
    for row in tx.rows(select(*columns).where(asked)):
        _let_go(tx, row, "undeliverable", f"Telegram refused it: {refused.reason}")


def settle(tx: Tx, bot: str) -> tuple[int, int]:
    """Settle letters left in flight by a process that died; gives (to be sent once more, left in doubt).

    A letter whose kind allows it goes once more, after each such death; any other stays `unknown`. One that was tried
    `MOST_ATTEMPTS` times may itself be what kills the process: it is left alone.
    """
    mine = (outbox.c.state == "sending") & (outbox.c.bot == bot)
    again = mine & (outbox.c.doubt == "once_more") & (outbox.c.attempts < MOST_ATTEMPTS)
    once_more = tx.run(update(outbox).where(again).values(state="waiting", doubted=True))
    unknown = tx.run(update(outbox).where(mine).values(state="unknown", reason="in doubt after a restart"))
    return once_more, unknown


def of_occurrences(tx: Tx, prefix: str) -> list[Row[Any]]:
    """Letters whose occurrence begins like this, in the order written: `occurrence`, `state`, `reason`."""
    mine = outbox.c.occurrence.startswith(prefix, autoescape=True)
    columns = (outbox.c.occurrence, outbox.c.state, outbox.c.reason)
    return tx.rows(select(*columns).where(mine).order_by(outbox.c.id))


def cancel(tx: Tx, participant_id: int, kinds: Sequence[str], reason: str, final: str = "cancelled") -> int:
    """Cancel waiting letters of some kinds to a participant; gives how many.

    A prompt among them was never seen: its due item gets the `final` state, and its talk is over.
    """
    mine = (outbox.c.participant_id == participant_id) & (outbox.c.state == "waiting") & outbox.c.kind.in_(kinds)
    unseen = mine & (outbox.c.kind == "prompt") & outbox.c.due_item_id.is_not(None)
    for row in tx.rows(select(outbox.c.due_item_id, outbox.c.conversation_id).where(unseen)):
        _let_go(tx, row, final, reason)
    return tx.run(update(outbox).where(mine).values(state="cancelled", reason=reason))


def _let_go(tx: Tx, row: Row[Any], state: str, reason: str) -> None:
    """Nobody saw a prompt: what it asked is over too."""
    due.close(tx, row.due_item_id, state, reason)
    if row.conversation_id is not None:
        talks.move(tx, row.conversation_id, "expired")


def erase(tx: Tx, participant_id: int) -> int:
    """Drop the text of every letter to a participant, and cancel those that wait; gives how many letters."""
    mine = outbox.c.participant_id == participant_id
    tx.run(update(outbox).where(mine, outbox.c.state == "waiting").values(state="cancelled", reason="erased"))
    return tx.run(update(outbox).where(mine).values(sealed_body=None))
