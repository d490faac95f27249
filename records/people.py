"""Participants, the chats they write from, and the invitations that link the two."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from records import audit
from records.database import Tx
from records.prepared import Prepared
from records.tables import AuditEntry, Chat, Invitation, Participant, Stranger, table

people, chats, invitations, strangers = table(Participant), table(Chat), table(Invitation), table(Stranger)

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
of_chat = Prepared(
    select(people, chats.c.chat_hash, chats.c.active, chats.c.sealed_chat, chats.c.unreachable_at)
    .join(chats, chats.c.participant_id == people.c.id)
    .where(chats.c.chat_hash == bindparam("hash_"))
)
_by_id = Prepared(select(people).where(people.c.id == bindparam("id_")))
_by_study_id = Prepared(select(people).where(people.c.study_id == bindparam("study_id_")))
_chat_of = Prepared(select(chats).where(chats.c.participant_id == bindparam("id_"), chats.c.active))
_heard = Prepared(update(people).where(people.c.id == bindparam("id_")).values(last_heard_at=bindparam("at_")))


class NoSuchParticipant(LookupError):
    """There is no participant with this study id."""

    def __init__(self, study_id: str) -> None:
        self.study_id = study_id
        super().__init__(f"no participant {study_id}; `coach participant list` shows them")


@dataclass(frozen=True)
class Invited:
    """A new way in, shown once: the token of the link and the code that can be typed."""

    study_id: str
    token: str
    code: str
    expires_at: datetime


def add(
    tx: Tx, *, arm: str | None, test: bool, site: str = "main", zone: str = "UTC", protocol_version: str = "1"
) -> str:
    """A new participant, invited; gives the study id (`P0001`, test people `T0001`)."""
    letter = "T" if test else "P"
    last = tx.first(select(people.c.study_id).where(people.c.test == test).order_by(people.c.id.desc()).limit(1))
    study_id = f"{letter}{(int(last.study_id[1:]) if last else 0) + 1:04d}"
    tx.run(
        insert(people),
        study_id=study_id,
        site=site,
        arm=arm,
        test=test,
        language="en",
        zone=zone,
        quiet_from="21:00",
        quiet_to="08:00",
        discreet=False,
        status="invited",
        protocol_version=protocol_version,
        created_at=tx.now,
    )
    as_added = f"{study_id},protocol_version={protocol_version},site={site},zone={zone}"
    audit.note(tx, study_id, "participant:added", as_added)
    return study_id


def invite(tx: Tx, study_id: str, days: int, *, relink: bool = False) -> Invited:
    """A single-use invitation that expires after `days`; earlier ones of the person end."""
    person = by_study_id(tx, study_id)
    tx.run(
        update(invitations)
        .where(invitations.c.participant_id == person.id, invitations.c.used_at.is_(None))
        .values(expires_at=tx.now)
    )
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    invited = Invited(study_id, secrets.token_urlsafe(16), code, tx.now + timedelta(days=days))
    tx.run(
        insert(invitations),
        participant_id=person.id,
        token_hash=tx.keys.hash("code", invited.token),
        code_hash=tx.keys.hash("code", code),
        expires_at=invited.expires_at,
        relink=relink,
    )
    audit.note(tx, study_id, "invitation:relink" if relink else "invitation:made", study_id)
    return invited


def invitation(tx: Tx, given: str) -> Row[Any] | None:
    """The invitation behind a link's token or a typed code (case and dashes do not matter), used or not."""
    typed = given.strip().replace("-", "").replace(" ", "").upper()
    hashes = (tx.keys.hash("code", given.strip()), tx.keys.hash("code", typed))
    found: Row[Any] | None = tx.first(
        select(invitations, people.c.study_id)
        .join(people, people.c.id == invitations.c.participant_id)
        .where(invitations.c.token_hash.in_(hashes) | invitations.c.code_hash.in_(hashes))
    )
    return found


def use(tx: Tx, invitation_id: int) -> None:
    """Mark an invitation as used: it opens nothing any more."""
    tx.run(update(invitations).where(invitations.c.id == invitation_id).values(used_at=tx.now))


def link(tx: Tx, participant_id: int, chat_id: int) -> None:
    """Link a chat to a participant; a chat linked before falls silent."""
    tx.run(update(chats).where(chats.c.participant_id == participant_id).values(active=False))
    chat_hash = tx.keys.hash("chat", chat_id)
    values = {
        "participant_id": participant_id,
        "sealed_chat": tx.keys.seal(str(chat_id)),
        "active": True,
        "linked_at": tx.now,
        "unreachable_at": None,
    }
    if not tx.run(update(chats).where(chats.c.chat_hash == chat_hash).values(**values)):
        tx.run(insert(chats), chat_hash=chat_hash, **values)
    study_id = tx.first(_by_id, id_=participant_id).study_id
    audit.note(tx, study_id, "chat:linked", chat_hash[:8])


def by_chat(tx: Tx, chat_id: int) -> Row[Any] | None:
    """The participant behind a chat, with `active` (false: an old phone), or None."""
    found: Row[Any] | None = tx.first(of_chat, hash_=tx.keys.hash("chat", chat_id))
    return found


def by_id(tx: Tx, participant_id: int) -> Row[Any]:
    """The row of a participant by the number in this database."""
    found: Row[Any] = tx.first(_by_id, id_=participant_id)
    return found


def by_study_id(tx: Tx, study_id: str) -> Row[Any]:
    """The row of a participant; `NoSuchParticipant` when there is none."""
    found: Row[Any] | None = tx.first(_by_study_id, study_id_=study_id)
    if found is None:
        raise NoSuchParticipant(study_id)
    return found


def everyone(tx: Tx) -> list[Row[Any]]:
    """All participants by study id, test people too."""
    return tx.rows(select(people).order_by(people.c.study_id))


def chat_of(tx: Tx, participant_id: int) -> Row[Any] | None:
    """The chat that is linked now, or None."""
    found: Row[Any] | None = tx.first(_chat_of, id_=participant_id)
    return found


def heard(tx: Tx, participant_id: int) -> None:
    """Note that the person was heard from."""
    tx.do(_heard, id_=participant_id, at_=tx.now)


def change(tx: Tx, participant_id: int, action: str, **values: Any) -> None:
    """Change columns of a participant, with a link in the audit."""
    tx.run(update(people).where(people.c.id == participant_id).values(**values))
    study_id = tx.first(_by_id, id_=participant_id).study_id
    shown = {name: str(value) for name, value in sorted(values.items())}
    audit.note(tx, study_id, action, ",".join(f"{n}={v}" for n, v in shown.items())[:200])


def unreachable(tx: Tx, chat_hash: str, at: datetime | None) -> None:
    """Telegram says the person blocked us (`at`), or they wrote again (None)."""
    tx.run(update(chats).where(chats.c.chat_hash == chat_hash).values(unreachable_at=at))


def wrong_code(tx: Tx, chat_id: int, window: timedelta) -> int:
    """Count a wrong code of a stranger; gives how many there were within `window`."""
    chat_hash = tx.keys.hash("chat", chat_id)
    row = tx.first(select(strangers).where(strangers.c.chat_hash == chat_hash))
    if row is None:
        tx.run(insert(strangers), chat_hash=chat_hash, tries=1, since=tx.now)
        return 1
    tries, since = (1, tx.now) if tx.now - row.since > window else (row.tries + 1, row.since)
    tx.run(update(strangers).where(strangers.c.chat_hash == chat_hash).values(tries=tries, since=since))
    return int(tries)


def wrong_codes(tx: Tx, chat_id: int, window: timedelta) -> int:
    """How many wrong codes a stranger has typed within `window`."""
    row = tx.first(select(strangers).where(strangers.c.chat_hash == tx.keys.hash("chat", chat_id)))
    return int(row.tries) if row is not None and tx.now - row.since <= window else 0


def unlink(tx: Tx, participant_id: int) -> None:
    """Forget the chat of a participant altogether: they declined."""
    tx.run(delete(chats).where(chats.c.participant_id == participant_id))


def chat_by_hash(tx: Tx, chat_hash: str) -> Row[Any] | None:
    """A linked chat by the keyed hash of its id."""
    found: Row[Any] | None = tx.first(select(chats).where(chats.c.chat_hash == chat_hash))
    return found


def left_at(tx: Tx, study_id: str) -> datetime | None:
    """When somebody who has left the study did so, by the last change of their status; None for everybody else."""
    entries = table(AuditEntry)
    mine = (entries.c.chain == study_id) & entries.c.action.startswith("participant:")
    statuses = [r for r in tx.rows(select(entries).where(mine).order_by(entries.c.seq)) if "status=" in r.subject]
    last = statuses[-1] if statuses else None
    return last.at if last is not None and "status=stopped" in last.subject else None
