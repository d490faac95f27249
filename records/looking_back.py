"""The calendar of a check-in in the records: its days, the medicines that were on the list then, what is kept of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from content.protocol import protocol
from records import facts, people
from records.database import Tx
from records.facts import Kept
from study.days import day_there
from study.facts import NO_MEDICINE, MedicineEpisode, TlfbDay
from study.looking_back import last_day
from study.queries import Calendar, Span
from study.view import MedicineView


def calendar_of(tx: Tx, participant_id: int, visit: str, yesterday: date) -> Calendar:
    """The days a check-in looks back on: up to `yesterday` (a local date), or those it already looks back on.

    A day of which a medicine was told, and on which by now none is on the list, is not asked about again; nor are days
    before there was a list, where one began with the study.
    """
    kept = days(tx, participant_id, visit)
    last = last_day((each.fact for each in kept.values()), yesterday)
    every = [last - timedelta(days=n) for n in reversed(range(protocol().forms["tlfb"].days))]
    told = list(facts.history(tx, MedicineEpisode, participant_id))
    joined = _joined_on(tx, participant_id)
    there_before = {each.entity for each in told if _was_there(each, joined)}
    spans = tuple(_spans(tx, participant_id, every, there_before))
    known = {day for span in spans for day in span.days} | {day for medicine, day in kept if medicine != NO_MEDICINE}
    list_began = joined if there_before else date.min
    return Calendar(
        first=every[0],
        last=last,
        spans=spans,
        unlisted=tuple(day for day in every if day >= list_began and day not in known),
        answered=tuple(sorted(kept)),
        looks_to=last,
    )


def _joined_on(tx: Tx, participant_id: int) -> date:
    """The local day on which the person joined."""
    person = people.by_id(tx, participant_id)
    return date.min if person.enrolled_at is None else day_there(person.enrolled_at, person.zone)


def _was_there(kept: Kept[MedicineEpisode], joined: date) -> bool:
    """True for a medicine told while joining, or put on the list by staff until that day: it was taken before."""
    listed_by_then = kept.fact.source == "staff" and kept.fact.starts_on <= joined
    return kept.fact.change == "enrolled" or (kept.revision == 1 and listed_by_then)


def days(tx: Tx, participant_id: int, visit: str) -> dict[tuple[str, date], Kept[TlfbDay]]:
    """The days of a check-in's calendar that count, by medicine and day, as they are kept."""
    kept = facts.in_force(tx, TlfbDay, participant_id, visit=visit)
    return {(each.fact.medicine, each.fact.on): each for each in kept}


def _spans(tx: Tx, participant_id: int, every: Sequence[date], there_before: Collection[str]) -> Iterator[Span]:
    """Medicines with the days on which they were on the list; one that was there at enrolment was taken before it.

    `there_before`: those that came on it so, of which one that was stopped since says no more than that.
    """
    for kept in facts.in_force(tx, MedicineEpisode, participant_id):
        episode = kept.fact
        since = date.min if kept.entity in there_before else episode.starts_on
        until = date.max if episode.ends_on is None else episode.ends_on
        listed = tuple(day for day in every if since <= day < until)
        if listed and episode.starts_on != episode.ends_on:
            yield Span(medicine=medicine_view(kept.entity, episode), days=listed)


def medicine_view(entity: str, episode: MedicineEpisode) -> MedicineView:
    """A medicine of the list as talks see it."""
    return MedicineView(
        id=entity,
        nickname=episode.nickname,
        product=episode.product,
        form=episode.form,
        strength=episode.strength,
        unit=episode.unit,
        schedule=episode.schedule,
        usual_count=episode.usual_count,
        max_per_day=episode.max_per_day,
        times=tuple(t for t in episode.times.split(",") if t),
    )
