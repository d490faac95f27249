"""A second way to reach somebody: kept and removed by staff, and named where somebody has to be reached."""

from __future__ import annotations

from records import people, second_contacts
from records.database import Database, Tx
from study.person import GONE

LONGEST = 300


class ContactRefused(Exception):
    """A second contact that is not kept; the text says why."""


def keep(db: Database, study_id: str, text: str, who: str) -> None:
    """Keep how else somebody can be reached, in place of what was kept before. Raises ContactRefused."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise ContactRefused(f"write who and how in 1 to {LONGEST} characters; --forget removes what is kept")
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        if person.status in GONE - {"invited"}:
            raise ContactRefused(f"{study_id} has left the study ({person.status}): nothing more is kept of them")
        second_contacts.keep(tx, person.id, study_id, said)


def forget(db: Database, study_id: str, who: str) -> None:
    """Remove it. Raises ContactRefused when nothing is kept."""
    with db.write(who) as tx:
        if not second_contacts.forget(tx, people.by_study_id(tx, study_id).id, study_id):
            raise ContactRefused(f"no second contact of {study_id} is kept")


def another_way(tx: Tx, participant_id: int) -> str | None:
    """Where staff read how else somebody can be reached, without the contact itself; None when nothing is kept."""
    if not second_contacts.is_kept(tx, participant_id):
        return None
    return f"another way to reach them: coach participant show {people.by_id(tx, participant_id).study_id}"
