"""Writing and reading facts: every write is a further revision, and a link in the participant's audit chain."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, bindparam, delete, insert, select

from records import audit, screening
from records.database import Tx
from records.fact_tables import TABLE_OF
from records.prepared import Call, Prepared
from records.tables import AuditEntry, Participant, table
from study.steps import Fact

F = TypeVar("F", bound=Fact)
ERASED, NEVER_ERASED = "participant:erased", "ConsentGiven"
KIND = {kind.__name__: kind for kind in TABLE_OF}
SEALED = {
    kind: frozenset(n for n, f in kind.model_fields.items() if (f.json_schema_extra or {}) == {"sealed": True})
    for kind in TABLE_OF
}


@dataclass(frozen=True)
class Where:
    """Where a fact comes from: the participant, the talk and step that reached it, the update behind it."""

    participant_id: int
    study_id: str
    step: str
    conversation_id: int | None = None
    update_id: int | None = None


@dataclass(frozen=True)
class Kept(Generic[F]):
    """One revision of a fact: its entity, number and state, when it was recorded (UTC), and why."""

    entity: str
    revision: int
    state: str
    participant_id: int
    recorded_at: datetime
    fact: F
    why: str | None = None


def write(tx: Tx, entity: str, fact: Fact, where: Where, *, state: str = "recorded", why: str | None = None) -> int:
    """Write `fact` as the next revision of `entity`; gives the revision's number (from 1)."""
    last, head = tx.each((_last_revision(type(fact)), {"entity_": entity}), audit.head_of(where.study_id))
    revision = (last[0].revision if last else 0) + 1
    salt = secrets.token_hex(8)
    tx.do(
        _new_revision(type(fact)),
        **_columns(tx, fact),
        entity=entity,
        revision=revision,
        participant_id=where.participant_id,
        state=state,
        conversation_id=where.conversation_id,
        step=where.step,
        update_id=where.update_id,
        recorded_at=tx.now,
        recorded_by=tx.actor,
        why=why,
        salt=salt,
    )
    hashed = audit.content_hash(salt, _content(fact, state, why))
    action, subject = f"{type(fact).__name__}:{state}", f"{entity}.{revision}"
    audit.add(tx, next(iter(head), None), where.study_id, action, subject, hashed)
    return revision


def void(tx: Tx, entity: str, where: Where, why: str) -> Kept[Fact] | None:
    """Void an entity: a further revision with the same values, state `voided`; None when it is not there."""
    kept = find(tx, entity)
    if kept is None or kept.state == "voided":
        return None
    write(tx, entity, kept.fact, where, state="voided", why=why)
    return kept


def find(tx: Tx, entity: str) -> Kept[Fact] | None:
    """The revision in force of an entity of any kind, voided or not."""
    for kind in TABLE_OF:
        row = tx.first(_last_revision(kind), entity_=entity)
        if row is not None:
            return _kept(tx, kind, row)
    return None


def in_force(
    tx: Tx, kind: type[F], participant_id: int | None = None, *conditions: Any, **equal: Any
) -> Iterator[Kept[F]]:
    """The facts of a kind that stand (highest revision, not voided), in the order first written.

    `equal` asks for columns with a value; without further conditions the statement is a prepared one.
    """
    if participant_id is not None:
        equal["participant_id"] = participant_id
    if not conditions:
        yield from (_kept(tx, kind, row) for row in tx.rows(_standing_with(kind, tuple(equal)), **equal))
        return
    rows = table(TABLE_OF[kind])
    wanted = [rows.c[name] == value for name, value in equal.items()]
    for row in tx.conn.execute(standing(kind).where(*wanted, *conditions).order_by(rows.c.id)):
        yield _kept(tx, kind, row)


def latest(tx: Tx, kind: type[F], by: str, **equal: Any) -> Kept[F] | None:
    """The fact of a kind that stands and has the highest `by` (of equal ones the first written), None without one."""
    row = tx.first(_standing_with(kind, tuple(equal), by), **equal)
    return None if row is None else _kept(tx, kind, row)


def asked(kind: type[Fact], by: str | None = None, **equal: Any) -> tuple[type[Fact], Call]:
    """A look for `each`: at the facts of a kind that stand, or with `by` at the one with the highest value."""
    return kind, (_standing_with(kind, tuple(equal), by), equal)


def each(tx: Tx, *looks: tuple[type[Fact], Call]) -> list[list[Kept[Any]]]:
    """What several looks find, all taken together."""
    found = tx.each(*(call for _, call in looks))
    return [[_kept(tx, kind, row) for row in rows] for (kind, _), rows in zip(looks, found, strict=True)]


@cache
def _standing_with(kind: type[Fact], columns: tuple[str, ...], by: str | None = None) -> Prepared:
    rows = table(TABLE_OF[kind])
    statement = standing(kind).where(*(rows.c[name] == bindparam(name) for name in columns))
    if by is not None:
        statement = statement.where(rows.c[by].is_not(None)).order_by(rows.c[by].desc()).limit(1)
    return Prepared(statement.order_by(rows.c.id))


def standing(kind: type[Fact]) -> Select[Any]:
    """A SELECT of the rows in force of one kind: no higher revision, not voided."""
    rows = table(TABLE_OF[kind])
    newer = rows.alias("newer")
    overtaken = select(1).where(newer.c.entity == rows.c.entity, newer.c.revision == rows.c.revision + 1).exists()
    return select(rows).where(rows.c.state == "recorded", ~overtaken)


def newest(tx: Tx, kind: type[F], participant_id: int, limit: int) -> list[tuple[datetime, Kept[F]]]:
    """The facts of a kind that stand, the last one logged first, each with when it was first recorded (UTC)."""
    rows = table(TABLE_OF[kind])
    first = rows.alias("first")
    statement = (
        standing(kind)
        .join(first, (first.c.entity == rows.c.entity) & (first.c.revision == 1))
        .add_columns(first.c.recorded_at.label("first_recorded_at"))
        .where(rows.c.participant_id == participant_id)
        .order_by(first.c.id.desc())
        .limit(limit)
    )
    return [(row.first_recorded_at, _kept(tx, kind, row)) for row in tx.conn.execute(statement)]


def history(tx: Tx, kind: type[F], participant_id: int) -> Iterator[Kept[F]]:
    """Every revision of the facts of a kind, voided ones too, in the order written."""
    rows = table(TABLE_OF[kind])
    statement = select(rows).where(rows.c.participant_id == participant_id).order_by(rows.c.id)
    for row in tx.conn.execute(statement):
        yield _kept(tx, kind, row)


def column(kind: type[Fact], name: str) -> Any:
    """A column of the table of one kind, for conditions."""
    return table(TABLE_OF[kind]).c[name]


def altered(tx: Tx) -> Iterator[audit.Fault]:
    """Every fact whose row no longer says what, whose, who, when and why its audit link vouches for, or has no link.

    A fact other than a consent may be gone when the chain says later that the participant was erased.
    """
    entries, people = table(AuditEntry), table(Participant)
    whose = {row.id: row.study_id for row in tx.conn.execute(select(people.c.id, people.c.study_id))}
    linked = {
        (row.subject, row.action.split(":")[0]): row
        for row in tx.conn.execute(
            # the study's own chain holds hashes of exports and backups, which are no facts; screenings have their own
            select(entries).where(
                entries.c.content_hash != "", entries.c.chain != audit.STUDY, entries.c.chain.not_in(screening.numbers)
            )
        )
    }
    for kind in TABLE_OF:
        for row in tx.conn.execute(select(table(TABLE_OF[kind]))):
            link = linked.pop((f"{row.entity}.{row.revision}", kind.__name__), None)
            yield from _fault(tx, kind, row, link, whose.get(row.participant_id))
    erased = audit.last_places(tx, ERASED)
    for (subject, kind_name), entry in linked.items():
        if kind_name == NEVER_ERASED or entry.seq > erased.get(entry.chain, 0):
            yield audit.Fault(entry.chain, entry.seq, f"{subject} is gone")
    yield from screening.altered(tx)


def _fault(tx: Tx, kind: type[Fact], row: Any, link: Any, study_id: str | None) -> Iterator[audit.Fault]:
    name = f"{kind.__name__} {row.entity}.{row.revision}"
    if link is None:
        yield audit.Fault("?", 0, f"{name} was written past the audit")
    elif (link.chain, link.at, link.actor) != (study_id, row.recorded_at, row.recorded_by):
        yield audit.Fault(link.chain, link.seq, f"{name} was altered: whose it is, when or by whom")
    elif row.salt and (now := _hash_now(tx, kind, row)) != link.content_hash:
        how = "was altered" if now else "cannot be read: it was altered, or sealed under another key"
        yield audit.Fault(link.chain, link.seq, f"{name} {how}")


def _hash_now(tx: Tx, kind: type[Fact], row: Any) -> str | None:
    """The hash of a row as it stands; None when it cannot even be read: no fact of this kind, or not sealed by us."""
    try:
        return audit.content_hash(row.salt, _content(_fact(tx, kind, row), row.state, row.why))
    except ValueError:
        return None


def _content(fact: Fact, state: str, why: str | None) -> Any:
    return [type(fact).__name__, fact.model_dump(mode="json"), state, why]


@cache
def _last_revision(kind: type[Fact]) -> Prepared:
    rows = table(TABLE_OF[kind])
    by_entity = select(rows).where(rows.c.entity == bindparam("entity_"))
    return Prepared(by_entity.order_by(rows.c.revision.desc()).limit(1))


@cache
def _new_revision(kind: type[Fact]) -> Prepared:
    return Prepared(insert(table(TABLE_OF[kind])))


def _columns(tx: Tx, fact: Fact) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in type(fact).model_fields}
    hidden = SEALED[type(fact)]
    return {n: tx.keys.seal(v) if n in hidden and v is not None else v for n, v in values.items()}


def _fact(tx: Tx, kind: type[F], row: Any) -> F:
    hidden = SEALED[kind]
    values = {name: getattr(row, name) for name in kind.model_fields}
    return kind(**{n: tx.keys.open(v) if n in hidden and v is not None else v for n, v in values.items()})


def _kept(tx: Tx, kind: type[F], row: Any) -> Kept[F]:
    fact = _fact(tx, kind, row)
    return Kept(row.entity, row.revision, row.state, row.participant_id, row.recorded_at, fact, row.why)


def study_id_of(tx: Tx, participant_id: int) -> str:
    """The study id of a participant's number in this database."""
    people = table(Participant)
    return str(tx.first(select(people.c.study_id).where(people.c.id == participant_id)).study_id)


def erase(tx: Tx, participant_id: int) -> int:
    """Remove every fact of a participant but the consents; the audit keeps their hashes. Gives how many rows."""
    removed = 0
    for kind, model in TABLE_OF.items():
        if kind.__name__ != NEVER_ERASED:
            rows = table(model)
            removed += tx.run(delete(rows).where(rows.c.participant_id == participant_id))
    screening.erase(tx, participant_id)
    audit.note(tx, study_id_of(tx, participant_id), ERASED, f"{removed} rows of facts")
    return removed
