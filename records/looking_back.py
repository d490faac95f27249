"""The calendar of a check-in in the records: its days, the medicines that were on the list then, what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from content.protocol import protocol
from records import facts
from records.database import Tx
from records.facts import Kept
from study.facts import MedicineEpisode, TlfbDay
from study.looking_back import last_day
from study.queries import Calendar, Span
from study.view import MedicineView


def calendar_of(tx: Tx, participant_id: int, visit: str, yesterday: date) -> Calendar:
    """The days a check-in looks back on: up to `yesterday` (a local date), or those it already looks back on."""
    kept = days(tx, participant_id, visit)
    last = last_day((each.fact for each in kept.values()), yesterday)
    first = last - timedelta(days=protocol().forms["tlfb"].days - 1)
    spans = tuple(_spans(tx, participant_id, first, last))
    return Calendar(first=first, last=last, spans=spans, answered=tuple(sorted(kept)), looks_to=last)


def days(tx: Tx, participant_id: int, visit: str) -> dict[tuple[str, date], Kept[TlfbDay]]:
    """The days of a check-in's calendar that count, by medicine and day, as they are kept."""
    kept = facts.in_force(tx, TlfbDay, participant_id, visit=visit)
    return {(each.fact.medicine, each.fact.on): each for each in kept}


def _spans(tx: Tx, participant_id: int, first: date, last: date) -> Iterator[Span]:
    """Medicines with the days on which they were on the list; one that was there at enrolment was taken before it."""
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for kept in facts.in_force(tx, MedicineEpisode, participant_id):
        episode = kept.fact
        since = date.min if episode.change == "enrolled" else episode.starts_on
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
