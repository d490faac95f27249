"""How it is right now, outside of a pause: one tap and done."""

from __future__ import annotations

from content import say
from content.medicines import limit
from handlers.asking import rate
from study import queries, reading
from study.facts import PainRated
from study.steps import Conversation, Record, Say
from study.view import ParticipantView


def log_pain(me: ParticipantView, said: str = "") -> Conversation:
    """A rating 0-10, tapped, typed, or sent with the command; a very high one names the way to urgent help."""
    given = reading.rating(said) if said else None
    rating = given if isinstance(given, int) else (yield from rate("pain", say.pain.now()))
    at = yield queries.now("rated_at")
    local = me.local(at).replace(microsecond=0)
    yield Record("rating", PainRated(pain=int(rating or 0), rated_at=at, rated_local=local.isoformat(), zone=me.zone))
    logged = say.pain.logged_high if int(rating or 0) >= limit("very_high_pain_from") else say.pain.logged
    yield Say("logged", logged(rating=int(rating or 0), time=local))
