"""Check-ins in the records: their windows, the answers in force, their ends.

An item may have been answered in several talks, or again by staff: the answer recorded last counts.
"""

from __future__ import annotations

from datetime import datetime

from records import facts
from records.database import Tx
from records.facts import Kept, Where
from study.facts import CheckInFinished, ProtocolMoved, Response, ScoreGiven, VisitPlanned

Answers = dict[str, Response]
"""By item of one instrument."""


def plan(tx: Tx, participant_id: int, study_id: str, window: VisitPlanned, *, why: str | None = None) -> bool:
    """Keep the window of a visit, as a further revision when it has moved; False when it stands as it is."""
    standing = {kept.fact.visit: kept.fact for kept in facts.in_force(tx, VisitPlanned, participant_id)}
    if standing.get(window.visit) == window:
        return False
    facts.write(tx, f"{study_id}-visit-{window.visit}", window, Where(participant_id, study_id, "visit"), why=why)
    return True


def windows(tx: Tx, participant_id: int) -> dict[str, VisitPlanned]:
    """The windows of a participant's visits, by visit."""
    return {kept.fact.visit: kept.fact for kept in facts.in_force(tx, VisitPlanned, participant_id)}


def drop(tx: Tx, participant_id: int, study_id: str, visit: str, why: str) -> None:
    """Take back the window of a visit that is not in the protocol any more."""
    facts.void(tx, f"{study_id}-visit-{visit}", Where(participant_id, study_id, "visit"), why)


def under_protocol_since(tx: Tx, participant_id: int) -> datetime | None:
    """Since when a participant lives by the version they are on, when they were moved to it."""
    moves = facts.in_force(tx, ProtocolMoved, participant_id)
    return max((kept.fact.at for kept in moves), default=None)


def answers(tx: Tx, participant_id: int, visit: str | None = None) -> dict[tuple[str, str], Answers]:
    """The answers that count, by visit and instrument, in the order first given; of one visit or of all."""
    found: dict[tuple[str, str], Answers] = {}
    wanted = {} if visit is None else {"visit": visit}
    for kept in facts.in_force(tx, Response, participant_id, **wanted):
        said = kept.fact
        found.setdefault((said.visit, said.instrument), {})[said.item] = said
    return found


def finished(tx: Tx, participant_id: int, visit: str) -> CheckInFinished | None:
    """The last end of a check-in; a complete one counts before one that is not."""
    ends = [kept.fact for kept in facts.in_force(tx, CheckInFinished, participant_id, visit=visit)]
    return max(ends, key=lambda each: (each.complete, each.at), default=None)


def standing(tx: Tx, participant_id: int, visit: str) -> dict[tuple[str, str], Kept[Response]]:
    """The answers of a visit that count, by instrument and item, as they are kept."""
    kept = facts.in_force(tx, Response, participant_id, visit=visit)
    return {(each.fact.instrument, each.fact.item): each for each in kept}


def given_scores(tx: Tx, participant_id: int, visit: str) -> dict[tuple[str, str], Kept[ScoreGiven]]:
    """The scores of a visit that were given, by instrument and score, as they are kept."""
    kept = facts.in_force(tx, ScoreGiven, participant_id, visit=visit)
    return {(each.fact.instrument, each.fact.score): each for each in kept}
