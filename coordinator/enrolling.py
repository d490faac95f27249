"""Participants as coordinators handle them: added, listed, moved to a new phone, put on hold, withdrawn, erased."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import segno
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from content.medicines import limit
from content.protocol import Protocol, Site, protocol
from coordinator import checklists
from coordinator import screening as screenings
from records import alerts, due, facts, holding, leaving, people, plans, post, second_contacts, watched
from records import checklists as kept_checklists
from records import screening as kept_screenings
from records import talks as stored_talks
from records.database import Database, Tx
from records.facts import Where
from records.people import Invited
from records.tables import ConversationRow, table
from study.facts import MedicineEpisode

HOLDS = ("hospital", "bereavement", "died", "other")


class Way(BaseModel):
    """A way in, as it is handed to a person: shown once."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    link: str
    code: str
    expires_at: str
    qr: str | None = None


class Listed(BaseModel):
    """One participant in a list; the arm is shown only to whom may see it."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    site: str
    status: str
    test: bool
    linked: bool
    reachable: bool
    enrolled_on: date | None
    allocated_on: date | None
    zone: str
    hold: str | None
    last_heard_at: str | None


class AddRefused(Exception):
    """Somebody who is not added; the text says why and what to do."""


def add(
    db: Database,
    *,
    username: str,
    arm: str | None,
    test: bool,
    site: str | None,
    qr: Path | None,
    screening: str | None = None,
) -> Way:
    """A new participant with a single-use way in; `qr` is the file for its picture, or a folder for it.

    They live by the protocol for new participants, and by the zone of their site until they say another; their
    `screening` is linked to them, and gives the site. Raises AddRefused for a site the protocol does not have, and for
    an arm where only allocation sets it; ScreeningRefused.
    """
    rules = protocol()
    if arm is not None and not test and rules.allocation.by == "drawn":
        raise AddRefused("the arm is drawn after the baseline: add without --arm; coach allocation draw does the rest")
    if screening is None and rules.screening.required and not test:
        raise AddRefused("nobody joins unscreened: --screening S0001")
    with db.write("staff") as tx:
        screened = screenings.may_join(tx, screening, test=test) if screening is not None else None
        if screened is not None and site not in (None, screened.site):
            raise AddRefused(f"{screening} was screened at {screened.site}")
        place = _site(rules, screened.site if screened is not None else site)
        study_id = people.add(tx, arm=arm, test=test, site=place.code, zone=place.zone, protocol_version=rules.version)
        if screened is not None:
            kept_screenings.join(tx, screened, people.by_study_id(tx, study_id).id, study_id)
        invited = people.invite(tx, study_id, int(limit("invitation_days")))
    return _way(invited, username, qr)


def _site(rules: Protocol, code: str | None) -> Site:
    """The site that is named, or the only one there is."""
    if code is None and len(rules.sites) == 1:
        return rules.sites[0]
    try:
        return rules.site(code or "")
    except KeyError:
        reason = f"the protocol has no site {code}" if code else "which site?"
        raise AddRefused(f"{reason}: --site {' | '.join(each.code for each in rules.sites)}") from None


def relink(db: Database, study_id: str, *, username: str, qr: Path | None) -> Way:
    """A way in for a new phone: the same study id; the old chat falls silent when it is used."""
    with db.write("staff") as tx:
        invited = people.invite(tx, study_id, int(limit("invitation_days")), relink=True)
    return _way(invited, username, qr)


def _way(invited: Invited, username: str, qr: Path | None) -> Way:
    link = f"https://t.me/{username}?start={invited.token}"
    if qr is not None:
        qr = qr / f"invitation-{invited.study_id}.png" if qr.is_dir() else qr
        segno.make(link, error="m").save(str(qr), scale=8, border=4)
    code = f"{invited.code[:4]}-{invited.code[4:]}"
    expires = invited.expires_at.isoformat(timespec="minutes")
    return Way(study_id=invited.study_id, link=link, code=code, expires_at=expires, qr=str(qr) if qr else None)


def listed(db: Database) -> list[Listed]:
    """Everybody, by study id."""
    with db.read() as tx:
        return [_listed(tx, person) for person in people.everyone(tx)]


def _listed(tx: Tx, person: Any) -> Listed:
    chat = people.chat_of(tx, person.id)
    return Listed(
        study_id=person.study_id,
        site=person.site,
        status=person.status,
        test=person.test,
        linked=chat is not None,
        reachable=chat is not None and chat.unreachable_at is None,
        enrolled_on=person.enrolled_on,
        allocated_on=person.allocated_on,
        zone=person.zone,
        hold=person.hold,
        last_heard_at=person.last_heard_at.isoformat(timespec="minutes") if person.last_heard_at else None,
    )


def shown(db: Database, study_id: str) -> dict[str, Any]:
    """One participant: the line of the list, medicines in force, what staff still have to talk about."""
    with db.read() as tx:
        person = people.by_study_id(tx, study_id)
        medicines = [
            kept.fact.model_dump(mode="json", exclude={"reason"}) | {"id": kept.entity}
            for kept in facts.in_force(tx, MedicineEpisode, person.id)
        ]
        to_talk_about = [line.item for line in checklists.lines(tx, person) if line.done_at is None]
        reached = {"second_contact": second_contacts.of(tx, person.id)}
        own = reached | {"checklist": to_talk_about, "medicines": medicines}
        return _listed(tx, person).model_dump(mode="json") | own


def give_medicine(db: Database, study_id: str, medicine: MedicineEpisode) -> str:
    """Put a medicine on a participant's list, as the clinic's record has it; gives its entity."""
    with db.write("staff") as tx:
        person = people.by_study_id(tx, study_id)
        number = len(list(facts.in_force(tx, MedicineEpisode, person.id)))
        entity = f"{study_id}-staff-{tx.now.timestamp():.0f}-{number}"
        facts.write(tx, entity, medicine, Where(person.id, study_id, "coach participant medicine"))
        return entity


def unconfirmed(db: Database, study_id: str) -> list[dict[str, Any]]:
    """Medicines a person entered or changed that staff have not seen yet."""
    with db.read() as tx:
        person = people.by_study_id(tx, study_id)
        found = facts.in_force(tx, MedicineEpisode, person.id)
        return [k.fact.model_dump(mode="json") | {"id": k.entity} for k in found if not k.fact.confirmed]


def confirm(db: Database, study_id: str, who: str) -> int:
    """Staff have seen all changes of a person's list of medicines; gives how many episodes were confirmed."""
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        waiting = [k for k in facts.in_force(tx, MedicineEpisode, person.id) if not k.fact.confirmed]
        where = Where(person.id, study_id, "coach participant confirm")
        for kept in waiting:
            seen = kept.fact.model_copy(update={"confirmed": True})
            facts.write(tx, kept.entity, seen, where, why="seen by staff")
        return len(waiting)


def hold(db: Database, study_id: str, reason: str | None, who: str) -> None:
    """Stop coaching at once (hospital, bereavement, died, other), or go on again with None."""
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        if reason:
            holding.hold(tx, person.id, reason)
        else:
            holding.lift(tx, person.id)


def withdraw(db: Database, study_id: str, level: str, who: str) -> None:
    """Staff withdraw somebody who asked for it by another way than the chat, at a level of `leaving.STATUS_OF`."""
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        leaving.leave(tx, person.id, level, f"participant:withdrawn:{level}")
        front = stored_talks.front(tx, person.id)
        if front is not None and level != "prompts":
            stored_talks.move(tx, front.id, "stopped")


def erase(db: Database, study_id: str, who: str) -> int:
    """Remove what a person told us: facts, talks, post and the chat; the audit shell stays and still verifies.

    Gives the number of fact rows removed.
    """
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        talks = table(ConversationRow)
        numbers = [r.id for r in tx.rows(select(talks.c.id).where(talks.c.participant_id == person.id))]
        removed = facts.erase(tx, person.id)
        alerts.erase_notes(tx, person.id)
        kept_checklists.erase(tx, person.id)
        watched.erase(tx, person.id)
        post.erase(tx, person.id)
        due.cancel(tx, person.id, None, "erased")
        plans.erase(tx, person.id)
        second_contacts.erase(tx, person.id)
        people.unlink(tx, person.id)
        tx.run(talks.delete().where(talks.c.id.in_(numbers)))
        people.change(tx, person.id, facts.ERASED, status="data_removed")
        return removed
