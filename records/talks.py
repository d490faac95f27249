"""Conversations as rows: one in front, others parked; the replies are sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal_column, select, update

from records import people
from records.database import Tx
from records.prepared import Prepared
from records.tables import Chat, ConversationRow, table
from study.conversation import Log, Reply

talks, chats = table(ConversationRow), table(Chat)
FRONT = "front talk"
_front = Prepared(
    select(talks).where(talks.c.participant_id == bindparam("id_"), talks.c.state == literal_column("'front'"))
)
_front_of_chat = Prepared(
    select(talks)
    .join(chats, chats.c.participant_id == talks.c.participant_id)
    .where(chats.c.chat_hash == bindparam("hash_"), talks.c.state == literal_column("'front'"))
)
_by_id = Prepared(select(talks).where(talks.c.id == bindparam("id_")))
_start = Prepared(insert(talks).returning(talks.c.id))
_parked = Prepared(
    select(talks)
    .where(
        talks.c.participant_id == bindparam("id_"),
        talks.c.state == "parked",
        talks.c.expires_at > bindparam("now_"),
    )
    .order_by(talks.c.touched_at.desc(), talks.c.id.desc())
)
_save = Prepared(
    update(talks)
    .where(talks.c.id == bindparam("id_"))
    .values(
        state=bindparam("state_"),
        sealed_log=bindparam("log_"),
        ask_seq=bindparam("seq_"),
        ask_key=bindparam("key_"),
        ticked=bindparam("ticked_"),
        repeats=bindparam("repeats_"),
        touched_at=bindparam("now_"),
        ended_at=bindparam("ended_"),
    )
)
_move = Prepared(
    update(talks)
    .where(talks.c.id == bindparam("id_"))
    .values(state=bindparam("state_"), touched_at=bindparam("now_"), ended_at=bindparam("ended_"))
)


@dataclass(frozen=True)
class Stored:
    """A conversation as stored: `ask_seq` numbers its questions and is never used twice."""

    id: int
    participant_id: int
    talk: str
    state: str
    log: Log
    ask_seq: int
    ask_key: str | None
    ticked: tuple[str, ...]
    repeats: int
    started_at: datetime
    touched_at: datetime
    expires_at: datetime


def read_ahead(tx: Tx, chat_ids: Iterable[int]) -> None:
    """Read in one go who is behind some chats and which talk is in front there, for turns to come in this transaction.

    What was read of a chat is used once, by its next turn. It is never stale: a turn changes nothing of another person
    but by statements that are not prepared, and these clear `tx.ahead`.
    """
    chats = list(dict.fromkeys(tx.keys.hash("chat", chat_id) for chat_id in chat_ids))
    found = tx.each(*((statement, {"hash_": chat}) for chat in chats for statement in (people.of_chat, _front_of_chat)))
    for chat, persons, fronts in zip(chats, found[::2], found[1::2], strict=True):
        tx.ahead[chat] = next(iter(persons), None), next(iter(fronts), None)


def person_in_chat(tx: Tx, chat_id: int) -> Row[Any] | None:
    """The participant behind a chat, as `people.by_chat` gives them; the talk in front is read along."""
    chat = tx.keys.hash("chat", chat_id)
    if chat not in tx.ahead:
        read_ahead(tx, [chat_id])
    person: Row[Any] | None
    person, front_row = tx.ahead.pop(chat)
    if person is not None:
        tx.memo[FRONT] = (person.id, front_row)
        _forget_other_chats(tx, person.id)
    return person


def _forget_other_chats(tx: Tx, participant_id: int) -> None:
    """The turn of a person may change what was read ahead for another phone of theirs."""
    for chat, (person, _) in list(tx.ahead.items()):
        if person is not None and person.id == participant_id:
            del tx.ahead[chat]


def front(tx: Tx, participant_id: int) -> Stored | None:
    """The talk in front, if there is one."""
    whose, row = tx.memo.pop(FRONT, (None, None))
    return _stored(tx, row if whose == participant_id else tx.first(_front, id_=participant_id))


def by_id(tx: Tx, conversation_id: int) -> Stored | None:
    """A conversation by its number."""
    _, row = tx.memo.pop(FRONT, (None, None))
    known = row is not None and row.id == conversation_id
    return _stored(tx, row if known else tx.first(_by_id, id_=conversation_id))


def parked(tx: Tx, participant_id: int) -> list[Stored]:
    """Parked talks still in their life, newest first."""
    found = [_stored(tx, row) for row in tx.rows(_parked, id_=participant_id, now_=tx.now)]
    return [talk for talk in found if talk is not None]


def start(tx: Tx, participant_id: int, talk: str, life: timedelta, release: str) -> int:
    """A new conversation in front; gives its number."""
    tx.memo.pop(FRONT, None)
    new = tx.first(
        _start,
        participant_id=participant_id,
        talk=talk,
        release=release,
        state="front",
        sealed_log=b"",
        ask_seq=0,
        ticked="",
        repeats=0,
        started_at=tx.now,
        touched_at=tx.now,
        expires_at=tx.now + life,
    )
    return int(new.id)


def save(
    tx: Tx,
    conversation_id: int,
    log: Log,
    *,
    state: str,
    ask_seq: int,
    ask_key: str | None,
    ticked: tuple[str, ...] = (),
    repeats: int = 0,
) -> None:
    """Keep the replies and the open question of a conversation."""
    tx.memo.pop(FRONT, None)
    over = state in ("ended", "expired", "stopped", "broken")
    tx.do(
        _save,
        id_=conversation_id,
        state_=state,
        log_=tx.keys.seal_json([r.model_dump(mode="json") for r in log]),
        seq_=ask_seq,
        key_=ask_key,
        ticked_=",".join(ticked),
        repeats_=repeats,
        now_=tx.now,
        ended_=tx.now if over else None,
    )


def tick(tx: Tx, conversation_id: int, ticked: tuple[str, ...]) -> None:
    """Keep the draft of an open tick list."""
    tx.memo.pop(FRONT, None)
    tx.run(update(talks).where(talks.c.id == conversation_id).values(ticked=",".join(ticked)))


def move(tx: Tx, conversation_id: int, state: str) -> None:
    """Park a talk, take it to the front, or end it."""
    tx.memo.pop(FRONT, None)
    over = state in ("ended", "expired", "stopped", "broken")
    tx.do(_move, id_=conversation_id, state_=state, now_=tx.now, ended_=tx.now if over else None)


def forget_others(tx: Tx, participant_id: int) -> None:
    """Remove the talks of a participant that are not in front, with everything that was said in them."""
    tx.memo.pop(FRONT, None)
    tx.run(delete(talks).where(talks.c.participant_id == participant_id, talks.c.state != "front"))


def _stored(tx: Tx, row: Row[Any] | None) -> Stored | None:
    if row is None:
        return None
    raw = tx.keys.open_json(row.sealed_log) if row.sealed_log else []
    return Stored(
        id=row.id,
        participant_id=row.participant_id,
        talk=row.talk,
        state=row.state,
        log=tuple(Reply.model_validate(r) for r in raw),
        ask_seq=row.ask_seq,
        ask_key=row.ask_key,
        ticked=tuple(row.ticked.split(",")) if row.ticked else (),
        repeats=row.repeats,
        started_at=row.started_at,
        touched_at=row.touched_at,
        expires_at=row.expires_at,
    )
