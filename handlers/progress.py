"""The person's own ratings and practice: one picture, and the same in words. Nothing is judged or praised."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date

from content import say
from content.catalogue import catalogue
from content.medicines import limit
from content.message import Message
from study import queries
from study.queries import Entry, look
from study.steps import Conversation, Say
from study.trend import Measure, Panel, Point, ProgressPicture, points, summary
from study.view import ParticipantView

DAYS, WEEK = 28, 7
ENOUGH = 2
"""Ratings from which on there is something to draw."""
TITLES = {"pain": say.progress.pain_title, "urge": say.progress.wish_title}


def progress(me: ParticipantView) -> Conversation:
    """Ratings of the last 28 days and practice of the last 7, as a picture with its words."""
    entries: tuple[Entry, ...] = yield look("ratings", queries.RatingsSince(days=DAYS))
    lately: tuple[Entry, ...] = yield look("week", queries.RatingsSince(days=WEEK))
    minutes: int = yield look("practice", queries.PracticeMinutes(days=WEEK))
    first: datetime = yield look("first", queries.DayBegins(days_later=1 - DAYS))
    pain, wish = points(entries, "pain"), points(entries, "urge")
    text = _text(points(lately, "pain"), points(lately, "urge"), minutes)
    if max(len(pain), len(wish)) < ENOUGH:
        yield Say("progress", say.progress.no_picture(text=text))
        return
    picture = _picture(me, first, [("pain", pain), ("urge", wish)], minutes)
    text = say.progress.with_picture(text=text, month=say.progress.pain(line=ratings_line(pain)))
    yield Say("progress", text, picture=picture.model_dump_json())


def _text(pain: tuple[Point, ...], wish: tuple[Point, ...], minutes: int) -> Message:
    rated = say.progress.pain(line=ratings_line(pain))
    practised = say.progress.practice(minutes=minutes, goal=goal())
    if not wish:
        return say.progress.text(rated=rated, practice=practised)
    return say.progress.text_with_wish(rated=rated, wish=say.progress.wish(line=ratings_line(wish)), practice=practised)


def ratings_line(ratings: tuple[Point, ...]) -> Message:
    """How many ratings, from where to where, and the middle one, in words."""
    found = summary(ratings)
    if found is None:
        return say.progress.none()
    if found.n == 1:
        return say.progress.one(value=found.low)
    if found.low == found.high:
        return say.progress.same(n=found.n, value=found.low)
    return say.progress.several(n=found.n, low=found.low, high=found.high, middle=found.middle)


def goal() -> int:
    """Minutes of practice in a week."""
    return int(limit("practice_minutes_a_week"))


def _picture(
    me: ParticipantView, first: datetime, measures: list[tuple[Measure, tuple[Point, ...]]], minutes: int
) -> ProgressPicture:
    panels = [
        Panel(title=written(me, TITLES[measure]()), measure=measure, ratings=ratings)
        for measure, ratings in measures
        if ratings
    ]
    return ProgressPicture(
        first=first,
        days=DAYS,
        labels=_labels(me, me.local(first).date()),
        panels=tuple(panels),
        practice_title=written(me, say.progress.practice_title(minutes=minutes, goal=goal())),
        practice_minutes=minutes,
        practice_goal=goal(),
        legend=written(me, say.progress.legend()),
    )


def _labels(me: ParticipantView, first: date) -> dict[int, str]:
    """The date of every seventh day, and the end of today."""
    days = {n: format_date(first + timedelta(days=n), "d MMM", locale=me.language) for n in range(0, DAYS, WEEK)}
    return days | {DAYS: written(me, say.progress.today())}


def written(me: ParticipantView, message: Message) -> str:
    """A message as it stands in a picture: in the person's language, discreet when they want it."""
    return catalogue().render(message, me.language, discreet=me.discreet)
