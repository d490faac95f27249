"""Allocation as coordinators do it: lists loaded or made, one place drawn for each person, unblinding with a reason.

Nothing here gives out an arm but `unblind`; what is to come stays sealed. See docs/allocation.md.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from content.protocol import Protocol
from content.protocol import protocol as protocol_in_use
from records import allocation, audit, due, people, visits
from records.allocation import ListTampered, SealedList
from records.database import Database, Tx
from records.due import Planned
from records.person import protocol_of
from study import allocation as rules
from study.allocation import ListRefused, Slot, Slots
from study.facts import Allocated
from study.person import local_at

TELLING = "allocated"
"""The item by which a person hears that they were allocated."""

TELL_WITHIN = timedelta(days=7)


class DrawRefused(Exception):
    """A draw, a list or an unblinding that is refused; the text says why and what to do."""


class Loaded(BaseModel):
    """A list that was kept: its number, its checksum to be noted down, and how many places each site has."""

    model_config = ConfigDict(frozen=True)

    number: int
    made: str
    sha256: str
    places: dict[str, int]


class Place(BaseModel):
    """What a draw gives: which place, never which arm."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    list: int
    site: str
    stratum: str
    sequence: int
    allocated_on: str


class Count(BaseModel):
    """How far the list of one stratum is used; `arms` (of the places used) only when it was unblinded."""

    model_config = ConfigDict(frozen=True)

    list: int
    made: str
    stratum: str
    places: int
    used: int
    left: int
    arms: dict[str, int] | None = None


def load(tx: Tx, text: str, expected: str | None = None) -> Loaded:
    """Keep an uploaded list; `expected` is the SHA-256 its maker told. Raises DrawRefused or ListRefused."""
    in_use = _drawn_protocol()
    if expected is not None and expected.lower() != allocation.sha256_of(text):
        raise DrawRefused(f"the file's SHA-256 is {allocation.sha256_of(text)}, not the one expected")
    return _keep(tx, in_use, text, "uploaded")


def permute(tx: Tx, places: int, sites: tuple[str, ...] = ()) -> Loaded:
    """Make a list of permuted blocks for the sites named or all, at least `places` each. Raises DrawRefused."""
    in_use = _drawn_protocol()
    known = [site.code for site in in_use.sites]
    for code in sites:
        if code not in known:
            raise DrawRefused(f"the protocol has no site {code}: {', '.join(known)}")
    if not in_use.allocation.block_sizes:
        raise DrawRefused("the protocol has no block_sizes: load a list instead")
    recipe = {
        "seed": secrets.token_hex(rules.SEED_BYTES),
        "ratio": dict(in_use.allocation.ratio),
        "block_sizes": list(in_use.allocation.block_sizes),
    }
    slots = _made(recipe, sites or tuple(known), places)
    return _keep(tx, in_use, rules.written(slots), "permuted", recipe)


def _made(recipe: dict[str, Any], strata: tuple[str, ...], places: int) -> Slots:
    return rules.permuted(recipe["ratio"], strata, recipe["block_sizes"], places, bytes.fromhex(recipe["seed"]))


def _keep(tx: Tx, in_use: Protocol, text: str, made: str, recipe: dict[str, Any] | None = None) -> Loaded:
    slots = _slots(in_use, text)
    if allocation.is_known(tx, text):
        raise DrawRefused("this list was loaded before: coach allocation show")
    number = allocation.keep(tx, text, made=made, recipe=recipe)
    places = Counter(slot.stratum for slot in slots)
    return Loaded(number=number, made=made, sha256=allocation.sha256_of(text), places=dict(sorted(places.items())))


def _slots(in_use: Protocol, text: str) -> Slots:
    return rules.read(text, [site.code for site in in_use.sites], list(in_use.arms))


def _drawn_protocol() -> Protocol:
    in_use = protocol_in_use()
    if in_use.allocation.by != "drawn":
        raise DrawRefused(f"protocol {in_use.name} {in_use.version} draws nobody: allocation is {in_use.allocation.by}")
    return in_use


def draw(tx: Tx, study_id: str) -> Place:
    """Draw the next place of a person's site, once and after the baseline. Raises DrawRefused or ListTampered.

    The person hears of it in the chat, outside of their quiet hours. Their plan has to be made again by the caller.
    """
    person = people.by_study_id(tx, study_id)
    _may_be_drawn(tx, person)
    number, slot = _next(tx, person)
    on = local_at(tx.now, person.zone).date()
    fact = Allocated(list_id=number, stratum=slot.stratum, sequence=slot.sequence, site=person.site, on=on)
    allocation.take(tx, person, fact, slot.arm)
    if person.status == "enrolled":
        told = Planned(person.id, TELLING, study_id, tx.now, person.zone, tx.now + TELL_WITHIN)
        due.plan(tx, told)
    return _place(study_id, fact)


def _place(study_id: str, fact: Allocated) -> Place:
    return Place(
        study_id=study_id,
        list=fact.list_id,
        site=fact.site,
        stratum=fact.stratum,
        sequence=fact.sequence,
        allocated_on=fact.on.isoformat(),
    )


def _may_be_drawn(tx: Tx, person: Row[Any]) -> None:
    study_id = person.study_id
    if person.test:
        raise DrawRefused(f"{study_id} is a test person: their arm is given with --arm, and takes no place of a list")
    if protocol_of(person).allocation.by != "drawn":
        raise DrawRefused(f"the protocol of {study_id} draws nobody")
    if person.arm is not None or allocation.draw_of(tx, person.id) is not None:
        raise DrawRefused(f"{study_id} is in an arm already: nobody is drawn twice")
    if person.status == "invited":
        raise DrawRefused(f"{study_id} has not joined yet")
    if person.status not in ("enrolled", "prompts_stopped") or person.hold == "died":
        raise DrawRefused(f"{study_id} takes no part: {person.hold or person.status}")
    baseline = visits.finished(tx, person.id, "baseline")
    if person.enrolled_on is None or baseline is None:
        raise DrawRefused(f"the baseline of {study_id} was not answered to its end: coach why {study_id} baseline")


def _next(tx: Tx, person: Row[Any]) -> tuple[int, Slot]:
    """The next free place of a person's site, from the list loaded first that has one."""
    in_use = protocol_of(person)
    sealed = allocation.opened(tx)
    if not sealed:
        raise DrawRefused("there is no list: coach allocation load, or coach allocation permute")
    for each in sealed:
        slot = rules.next_slot(_slots_of(in_use, each), person.site, allocation.used(tx, each.number))
        if slot is not None:
            return each.number, slot
    raise DrawRefused(f"no list has a place left for the site {person.site}: load or permute a further one")


def _slots_of(in_use: Protocol, sealed: SealedList) -> Slots:
    """The places of a verified list; one whose sites the protocol no longer has is read all the same."""
    strata = {site.code for site in in_use.sites} | {line.split(",")[1] for line in sealed.text.splitlines() if line}
    try:
        return rules.read(sealed.text, strata, list(in_use.arms))
    except ListRefused as error:
        raise ListTampered(sealed.number, str(error)) from error


def correct_stratum(tx: Tx, study_id: str, site: str, why: str) -> Place:
    """A person was entered at another site than theirs, which is `site`. Raises DrawRefused or ListTampered.

    Somebody drawn already keeps place and arm (people are analysed as they were allocated), and the place stays used;
    else the draw is made, from the list of the right site.
    """
    person = people.by_study_id(tx, study_id)
    known = [each.code for each in protocol_of(person).sites]
    if site not in known:
        raise DrawRefused(f"the protocol has no site {site}: {', '.join(known)}")
    if site == person.site:
        raise DrawRefused(f"{study_id} is at the site {site}: say with --site which is right")
    if not why.strip():
        raise DrawRefused("a wrong stratum needs a reason")
    drawn = allocation.of_person(tx, person.id)
    allocation.correct_site(tx, person, drawn.fact if drawn is not None else None, site, why.strip())
    return draw(tx, study_id) if drawn is None else _place(study_id, drawn.fact.model_copy(update={"site": site}))


def shown(tx: Tx, *, unblinded: bool = False) -> list[Count]:
    """How far each list is used, by stratum; arms only of places that were drawn. Raises ListTampered."""
    return [count for sealed in allocation.opened(tx) for count in _counts(tx, sealed, unblinded=unblinded)]


def _counts(tx: Tx, sealed: SealedList, *, unblinded: bool) -> Iterator[Count]:
    slots, used = _slots_of(protocol_in_use(), sealed), allocation.used(tx, sealed.number)
    for stratum in dict.fromkeys(slot.stratum for slot in slots):
        mine = [slot for slot in slots if slot.stratum == stratum]
        taken = [slot for slot in mine if (slot.stratum, slot.sequence) in used]
        yield Count(
            list=sealed.number,
            made=sealed.made,
            stratum=stratum,
            places=len(mine),
            used=len(taken),
            left=len(mine) - len(taken),
            arms=dict(sorted(Counter(slot.arm for slot in taken).items())) if unblinded else None,
        )


def note_unblinding(tx: Tx, subject: str, why: str) -> None:
    """Note in the audit that somebody (the actor of the transaction) was shown arms, and why."""
    if not why.strip():
        raise DrawRefused("unblinding needs a reason")
    audit.note(tx, audit.STUDY, "allocation:unblinded", f"{subject}: {why.strip()}"[:200])


def unblind(tx: Tx, study_id: str, why: str) -> str:
    """The arm of one person; the audit of the person and of the study notes who asked, and why. Raises DrawRefused."""
    person = people.by_study_id(tx, study_id)
    if person.arm is None:
        raise DrawRefused(f"{study_id} is in no arm yet")
    note_unblinding(tx, study_id, why)
    audit.note(tx, study_id, "allocation:unblinded", why.strip()[:200])
    return str(person.arm)


def verify(db: Database) -> list[str]:
    """What does not fit: a list, its seed, a draw, an arm; empty when everything does. No finding names an arm."""
    with db.read() as tx:
        try:
            sealed = {each.number: each for each in allocation.opened(tx)}
        except ListTampered as error:
            return [str(error)]
        return [*_made_otherwise(sealed), *_wrong_draws(tx, sealed), *_arms_without_draw(tx)]


def _made_otherwise(sealed: dict[int, SealedList]) -> Iterator[str]:
    in_use = protocol_in_use()
    for each in sealed.values():
        if each.recipe is None:
            continue
        slots = _slots_of(in_use, each)
        strata = tuple(dict.fromkeys(slot.stratum for slot in slots))
        places = [sum(slot.stratum == stratum for slot in slots) for stratum in strata]
        again = [_made(each.recipe, (stratum,), count) for stratum, count in zip(strata, places, strict=True)]
        if slots != tuple(slot for part in again for slot in part):
            yield f"list {each.number}: its seed makes another list"


def _wrong_draws(tx: Tx, sealed: dict[int, SealedList]) -> Iterator[str]:
    in_use = protocol_in_use()
    places = {n: {(s.stratum, s.sequence): s.arm for s in _slots_of(in_use, each)} for n, each in sealed.items()}
    in_order: Counter[tuple[int, str]] = Counter()
    for drawn in allocation.every_draw(tx):
        person = people.by_id(tx, drawn.participant_id)
        arm = places.get(drawn.list_id, {}).get((drawn.stratum, drawn.sequence))
        kept = allocation.of_person(tx, person.id)
        if arm is None:
            yield f"{person.study_id}: list {drawn.list_id} has no place {drawn.stratum} {drawn.sequence}"
        elif person.arm != arm:
            yield f"{person.study_id}: the arm is not the one of the place drawn"
        if kept is not None and (kept.fact.list_id, kept.fact.stratum, kept.fact.sequence) != (
            drawn.list_id,
            drawn.stratum,
            drawn.sequence,
        ):
            yield f"{person.study_id}: the draw and what is kept of it differ"
        in_order[drawn.list_id, drawn.stratum] += 1
    yield from _left_out(tx, places, in_order)


def _left_out(tx: Tx, places: dict[int, dict[tuple[str, int], str]], drawn: Counter[tuple[int, str]]) -> Iterator[str]:
    """Places that were passed over: the first ones of a stratum are drawn before the later ones."""
    for (number, stratum), count in sorted(drawn.items()):
        first = sorted(sequence for other, sequence in places.get(number, {}) if other == stratum)[:count]
        if {(stratum, sequence) for sequence in first} != {u for u in allocation.used(tx, number) if u[0] == stratum}:
            yield f"list {number}: places of {stratum} were passed over"


def _arms_without_draw(tx: Tx) -> Iterator[str]:
    """Real people in an arm who never drew a place; those from before allocation was there are told apart."""
    has = {drawn.participant_id for drawn in allocation.every_draw(tx)}
    first = min((drawn.drawn_at for drawn in allocation.every_draw(tx)), default=datetime.max.replace(tzinfo=UTC))
    for person in people.everyone(tx):
        if person.arm is not None and not person.test and person.id not in has and person.created_at > first:
            yield f"{person.study_id}: is in an arm without a draw"
