"""The checklist of a participant as staff see it: what is to be talked about, what was, by whom and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from content.checklist import checklist
from records import checklists, facts, people, visits, watched
from records.database import Database, Tx
from study.checklist import BASELINE, to_talk_about
from study.facts import RedFlagsAnswered
from study.responses import Answers, Given
from study.watching import over_list


class NotOnTheList(LookupError):
    """The item is not on this participant's checklist."""


class Line(BaseModel):
    """One item: what was said, what to talk about, and who did when; None while it is open."""

    model_config = ConfigDict(frozen=True)

    item: str
    label: str
    said: str
    talk: str
    done_at: datetime | None
    done_by: str | None


def of(db: Database, study_id: str) -> list[Line]:
    """The checklist of a participant; `NoSuchParticipant` when there is none."""
    with db.read() as tx:
        return lines(tx, people.by_study_id(tx, study_id))


def lines(tx: Tx, person: Row[Any]) -> list[Line]:
    """The same within a transaction."""
    done = checklists.done_of(tx, person.id)
    flags = [kept.fact for kept in facts.in_force(tx, RedFlagsAnswered, person.id)]
    episodes = watched.episodes(tx, person.id)
    found = to_talk_about(
        flags[-1].naloxone if flags else None,
        _baseline(tx, person.id),
        [each for each in episodes.values() if each.ends_on is None],
        over_list(episodes, watched.calendar(tx, person.id, visit=BASELINE)),
    )
    return [_line(each.code, each.detail, done.get(each.code)) for each in found]


def _baseline(tx: Tx, participant_id: int) -> dict[str, Answers]:
    kept = visits.answers(tx, participant_id, BASELINE)
    return {
        instrument: {item: Given(value=said.value, status=said.status) for item, said in answers.items()}
        for (_, instrument), answers in kept.items()
    }


def _line(code: str, said: str, done: Row[Any] | None) -> Line:
    known = checklist().items[code]
    return Line(
        item=code,
        label=known.label,
        said=said,
        talk=known.talk,
        done_at=None if done is None else done.done_at,
        done_by=None if done is None else done.done_by,
    )


def done(db: Database, study_id: str, item: str, who: str) -> None:
    """Somebody talked about it; `NotOnTheList`, or `NoSuchParticipant`."""
    with db.write(who) as tx:
        person = people.by_study_id(tx, study_id)
        if item not in [line.item for line in lines(tx, person)]:
            raise NotOnTheList(f"{item} is not on the checklist of {study_id}; `coach checklist {study_id}` shows it")
        checklists.done(tx, person.id, study_id, item)
