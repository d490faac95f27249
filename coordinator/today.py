"""Who needs what today: what a coordinator reads in the morning. Study ids only; test people stand apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, func, select

from content.safety_data import alerts as rules
from content.watching import watching
from coordinator import alert_tests, books_checked, calls, checklists
from coordinator.reaching import another_way
from records import alerts, escalations, facts, people, visits
from records.database import Database, Tx
from records.tables import Outbox, table
from study.facts import MedicineEpisode
from study.person import local_at

outbox = table(Outbox)
ACTIVE = ("enrolled", "prompts_stopped")
NOT_ARRIVED = ("refused", "unknown")


class Need(BaseModel):
    """One thing somebody needs: `kind` names its list, `when` is a date or wall clock where there is one."""

    model_config = ConfigDict(frozen=True)

    kind: str
    study_id: str | None
    what: str
    when: str | None = None
    tier: int | None = None
    number: int | None = None


class Today(BaseModel):
    """The needs of participants, most urgent first; those of test people; and of the installation."""

    model_config = ConfigDict(frozen=True)

    participants: list[Need]
    test_people: list[Need]
    installation: list[Need]


def today(db: Database) -> Today:
    """Everything that waits for staff now."""
    with db.read() as tx:
        everyone = people.everyone(tx)
        found = [*_alerts(tx), *_calls(tx), *(need for person in everyone for need in _of_person(tx, person))]
        found += [*_letters(tx), *_books(tx)]
        tests = {person.study_id for person in everyone if person.test}
        return Today(
            participants=[need for need in found if need.study_id is not None and need.study_id not in tests],
            test_people=[need for need in found if need.study_id in tests],
            installation=[*(need for need in found if need.study_id is None), *_alert_test(tx)],
        )


def _alerts(tx: Tx) -> Iterator[Need]:
    for row in alerts.listed(tx):
        if row.rule not in calls.CALLS:
            rule = rules().rules.get(row.rule)
            told = escalations.told(tx, row.id)
            waits = f"{row.state}, told to {len(told)}" if told and row.state == "open" else row.state
            label = rule.label if rule is not None else row.rule
            when = f"{row.event_at:%Y-%m-%d %H:%M} UTC"
            yield _need("alert", row, f"{label} ({waits})", when)


def _calls(tx: Tx) -> Iterator[Need]:
    for row in alerts.listed(tx):
        task = calls.task_of(tx, row)
        if task is not None:
            about = task.visit or "no contact"
            at = task.next_try
            other = another_way(tx, row.participant_id)
            what = f"{about}: {task.text()}" + (f" ({other})" if other is not None else "")
            yield _need("call", row, what, None if at is None else f"{at:%Y-%m-%d %H:%M}")


def _need(kind: str, row: Row[Any], what: str, when: str | None) -> Need:
    return Need(kind=kind, study_id=row.study_id, what=what, when=when, tier=row.tier, number=row.id)


def _of_person(tx: Tx, person: Row[Any]) -> Iterator[Need]:
    if person.hold != "died":
        yield from _check_ins(tx, person)
        yield from _never_reached(tx, person)
    yield from _medicines(tx, person)
    if person.status in ACTIVE:
        for line in checklists.lines(tx, person):
            if line.done_at is None:
                yield Need(kind="checklist", study_id=person.study_id, what=f"{line.label}: {line.said}")


def _check_ins(tx: Tx, person: Row[Any]) -> Iterator[Need]:
    if person.status not in ACTIVE:
        return
    soon = timedelta(days=watching().today.soon_days)
    on = local_at(tx.now, person.zone).date()
    for visit, window in visits.windows(tx, person.id).items():
        done = visits.finished(tx, person.id, visit)
        if (done is None or not done.complete) and window.opens_on - soon <= on <= window.closes_on:
            what = _state_of(visit, on, window.opens_on, window.closes_on, begun=done is not None)
            when = window.opens_on if on < window.opens_on else window.closes_on
            yield Need(kind="check_in", study_id=person.study_id, what=what, when=when.isoformat())


def _state_of(visit: str, on: date, opens_on: date, closes_on: date, *, begun: bool) -> str:
    if on < opens_on:
        return f"{visit} opens in {(opens_on - on).days} days"
    part = ", answered in part" if begun else ""
    left = (closes_on - on).days
    closing = f"closes in {left} days" if left else "closes today"
    return f"{visit} open{part}, {closing}"


def _never_reached(tx: Tx, person: Row[Any]) -> Iterator[Need]:
    chat = people.chat_of(tx, person.id)
    if person.status == "invited" and chat is None:
        yield _unreached(tx, person, "invited, the link was never opened", person.created_at.date())
    elif person.status in ACTIVE and chat is None:
        yield _unreached(tx, person, "no chat is linked", None)
    elif person.status in ACTIVE and chat is not None and chat.unreachable_at is not None:
        yield _unreached(tx, person, "the chat refuses our messages", chat.unreachable_at.date())


def _unreached(tx: Tx, person: Row[Any], what: str, since: date | None) -> Need:
    other = another_way(tx, person.id)
    said = f"{what} ({other})" if other is not None else what
    return Need(kind="unreached", study_id=person.study_id, what=said, when=since.isoformat() if since else None)


def _medicines(tx: Tx, person: Row[Any]) -> Iterator[Need]:
    if person.status in ACTIVE:
        waiting = [k for k in facts.in_force(tx, MedicineEpisode, person.id) if not k.fact.confirmed]
        if waiting:
            what = f"changes of the list to confirm: {len(waiting)} (coach participant confirm {person.study_id})"
            yield Need(kind="medicines", study_id=person.study_id, what=what)


def _letters(tx: Tx) -> Iterator[Need]:
    """Letters that did not arrive, or nobody knows: how many for each person, or for staff."""
    since = tx.now - timedelta(days=watching().today.letters_days)
    lost = outbox.c.state.in_(NOT_ARRIVED) & (outbox.c.created_at >= since)
    grouped = (
        select(outbox.c.participant_id, outbox.c.state, outbox.c.kind, func.count().label("n"))
        .where(lost)
        .group_by(outbox.c.participant_id, outbox.c.state, outbox.c.kind)
        .order_by(outbox.c.participant_id, outbox.c.state, outbox.c.kind)
    )
    for row in tx.rows(grouped):
        who = None if row.participant_id is None else people.by_id(tx, row.participant_id).study_id
        became = "refused" if row.state == "refused" else "in doubt"
        yield Need(kind="letters", study_id=who, what=f"messages {became} ({row.kind}): {row.n}")


def _books(tx: Tx) -> Iterator[Need]:
    """What the last nightly look at the books found, a line for each person."""
    found = books_checked.last(tx)
    for study_id in dict.fromkeys(each.study_id for each in found):
        first, *more = (each for each in found if each.study_id == study_id)
        rest = f", and {len(more)} more" if more else ""
        what = f"{first.item}: {first.what}, {first.detail}{rest} (coach check --ledger)"
        yield Need(kind="books", study_id=study_id, what=what)


def _alert_test(tx: Tx) -> Iterator[Need]:
    for failure in alert_tests.failures(tx):
        yield Need(kind="alert_test", study_id=None, what=failure)
