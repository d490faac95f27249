"""The look back on a week: practice minutes, its questionnaires, its picture. Each answer is kept as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from pydantic import BaseModel, ConfigDict

from content import say
from content.medicines import limit
from content.message import Message
from handlers.asking import Asking, choose, choose_at, typed, wording
from handlers.instruments import ask_part
from handlers.progress import TITLES, goal, ratings_line, written
from handlers.putting_off import put_off
from handlers.why import why_this
from study import facts, queries, reading, responses
from study.queries import KeptWeek, look
from study.steps import Answer, Conversation, NotUnderstood, Option, Record, Say
from study.trend import Measure, Point, points
from study.view import ParticipantView
from study.week import WeekPicture, middles, panel

A_WEEK = 7
OFFERS = (30, 60, 90, 120, 150, 180, 210, 240)
OFFERED, OFFERS_WIDE = 6, 3


class Week(BaseModel):
    """What is asked about the week that ends `on`; without a `visit` to keep answers under, no questions are."""

    model_config = ConfigDict(frozen=True)

    on: date
    visit: str | None = None
    practice: bool = False
    instruments: tuple[str, ...] = ()
    picture: bool = False

    @property
    def span(self) -> dict[str, date]:
        """Its first and last day."""
        return {"first": self.on - timedelta(days=A_WEEK - 1), "last": self.on}


def weekly(
    me: ParticipantView, week: dict[str, Any], anchor_on: str, away: bool = False, closes_at: str | None = None
) -> Conversation:
    """The questions of a week that come without the diary, offered first."""
    asked = Week.model_validate(week)
    opening = say.weekly.opening(variant=(yield from wording("opening", "weekly.opening")), **asked.span)
    question = say.weekly.offer(opening=opening)
    choice = yield from _wanted(say.weekly.after_away(question=question) if away else question, _BEGIN, _LATER)
    args = {"week": week, "anchor_on": anchor_on, "closes_at": closes_at}
    until = datetime.fromisoformat(closes_at) if closes_at is not None else None
    if choice == "later" and (yield from put_off(me, "weekly", args, say.weekly.put_off, until)):
        return
    if choice == "begin":
        yield from look_back(me, asked, opened=True)
    else:
        yield Say("not_today", say.weekly.not_today())


def week_picture(me: ParticipantView, week: dict[str, Any], anchor_on: str) -> Conversation:
    """The picture of a week that comes by itself, offered first."""
    asked = Week.model_validate(week)
    show = Option("show", say.weekly.show_button())
    if (yield from _wanted(say.weekly.offer_picture(variant=None, **asked.span), show)) == "show":
        yield from look_back(me, asked)
    else:
        yield Say("not_today", say.weekly.not_today())


def late_weekly(me: ParticipantView, log: Sequence[dict[str, Any]], conversation: int) -> Conversation:
    """A button of a week whose time is over."""
    yield Say("over", say.weekly.over())


_BEGIN = Option("begin", say.weekly.begin_button())


_LATER = Option("later", say.visit.later_button())


def _wanted(question: Message, *wanted: Option) -> Asking[str]:
    """What becomes of the offer: the code of one of these, or `not_today`."""
    options = [*wanted, Option("not_today", say.diary.not_today_button())]
    choice = yield from choose("offer", question, [*options, Option("why", say.diary.why_button())], back=False)
    return choice if choice != "why" else (yield from choose("offer_again", (yield from why_this()), options))


def look_back(me: ParticipantView, week: Week, *, opened: bool = False) -> Conversation:
    """Ask about the week, then show it; `opened` when its first words are said already."""
    said: int | None = None
    if week.visit is not None:
        if not opened:
            drawn = yield from wording("week.opening", "weekly.opening")
            yield Say("week.opened", say.weekly.opening(variant=drawn, **week.span))
        said = yield from _ask(me, week, week.visit)
    kept: KeptWeek = yield look("week.kept", queries.WeekKept(on=week.on))
    thanks = yield from _thanks(kept, said)
    if week.picture:
        yield from _show(me, week, kept, thanks, said)
    else:
        yield Say("week.thanks", thanks)


def _ask(me: ParticipantView, week: Week, visit: str) -> Asking[int | None]:
    """Practice, then the questionnaires; gives the minutes that were said instead of those known."""
    said = (yield from _ask_practice(me, week)) if week.practice else None
    staffed: bool = yield look("week.staffed", queries.Staffed())
    asked = responses.parts(visit, week.instruments, staffed=staffed)
    place, of = 1, sum(len(part.pages) for part in asked)
    for part in asked:
        yield from ask_part(me, visit, part, place, of)
        place += len(part.pages)
    return said


# --- practice


def _ask_practice(me: ParticipantView, week: Week) -> Asking[int | None]:
    """Minutes that are known are shown; what is said instead stands beside them."""
    kept: KeptWeek = yield look("practice.kept", queries.WeekKept(on=week.on))
    led, reported = sum(kept.led_minutes), sum(kept.reported_minutes)
    answer = yield from _fits(led + reported)
    minutes = None
    if answer.value in ("more", "less"):
        minutes = yield from _how_many(week, led + reported, more=answer.value == "more")
    said = "skipped" if answer.value == "skip" or minutes == "skip" else answer.value
    at: datetime = yield queries.now("practice.at")
    minutes = minutes if said in ("more", "less") else None
    fact = {
        "on": week.on,
        "led_minutes": led,
        "reported_minutes": reported,
        "answer": said,
        "minutes": minutes,
        "answered_at": at,
        "answered_local": me.local(at).isoformat(timespec="seconds"),
        "zone": me.zone,
    }
    yield Record("practice.week", facts.PracticeWeek.model_validate(fact))
    return minutes


def _fits(minutes: int) -> Asking[Answer]:
    question = say.weekly.practice_none()
    if minutes:
        question = say.weekly.practice(n=say.weekly.minutes(n=minutes))
    options = [
        Option("fits", say.weekly.fits_button()),
        Option("more", say.weekly.more_button()),
        *([Option("less", say.weekly.less_button())] if minutes else []),
        Option("skip", say.button.skip()),
    ]
    return (yield from choose_at("practice", question, options, reads=_yes_that_fits))


def _yes_that_fits(text: str) -> str | NotUnderstood:
    said = text.strip().lower().rstrip(".!")
    if said in ("yes", "y", "fits", "that fits", "ok"):
        return "fits"
    return said if said in ("more", "less") else NotUnderstood(say.reading.choose(), keep=len(said.split()) > 1)


def _how_many(week: Week, known: int, *, more: bool) -> Asking[Any]:
    """Minutes as tapped or typed, or the code of Skip."""
    near = [n for n in OFFERS if (n > known if more else n < known)]
    shown = near[:OFFERED] if more else [0, *near][-OFFERED:]
    offers = [Option(str(n), say.weekly.minutes_button(n=n)) for n in shown]
    rows = [tuple(offers[at : at + OFFERS_WIDE]) for at in range(0, len(offers), OFFERS_WIDE)]
    rows.append((Option("skip", say.button.skip()),))
    value = yield from _typed(say.weekly.how_many(**week.span), tuple(rows))
    return value if value == "skip" else int(value)


def _typed(question: Message, rows: Any) -> Asking[Any]:
    return (yield from typed("practice.minutes", question, _week_minutes, "week_minutes@1", rows))


def _week_minutes(text: str) -> int | NotUnderstood:
    """Minutes of a whole week, zero among them."""
    digits, most = text.strip(), int(limit("most_minutes_a_week"))
    if digits.isdecimal() and len(digits) <= len(str(most)) and int(digits) <= most:
        return int(digits)
    return 0 if digits.lower() in ("none", "zero", "nothing") else reading.minutes(text)


# --- the picture and its words


def _thanks(kept: KeptWeek, said: int | None) -> Asking[Message]:
    """Thanks that name what was done; what was not done is not named, nor what the person has put right."""
    practised, minutes = sum(1 for each in kept.minutes if each), sum(kept.minutes)
    if practised and said is None:
        drawn = yield from wording("week.thanks_practice", "weekly.thanks_practice")
        days, in_all = say.weekly.days(n=practised), say.weekly.minutes(n=minutes)
        return say.weekly.thanks_practice(variant=drawn, days=days, minutes=in_all)
    if kept.diary_on:
        drawn = yield from wording("week.thanks_diary", "weekly.thanks_diary")
        return say.weekly.thanks_diary(variant=drawn, days=say.weekly.days(n=len(kept.diary_on)))
    return say.weekly.thanks(variant=(yield from wording("week.thanks_plain", "weekly.thanks")))


def _show(me: ParticipantView, week: Week, kept: KeptWeek, thanks: Message, said: int | None) -> Conversation:
    pain, wish = points(kept.ratings, "pain"), points(kept.ratings, "urge")
    if not (pain or wish or any(kept.minutes) or kept.diary_on):
        yield Say("week.nothing", say.weekly.nothing(variant=None, **week.span))
        return
    picture = _picture(me, kept, [("pain", pain), ("urge", wish)])
    text = say.weekly.lines(first=_words(week, kept, (pain, wish), said), rest=thanks)
    if pain and pain[-1].value >= limit("very_high_pain_from"):
        text = say.weekly.lines(first=text, rest=say.weekly.high(rating=pain[-1].value))
    yield Say("week.picture", text, picture=picture.model_dump_json())


def _words(
    week: Week, kept: KeptWeek, ratings: tuple[tuple[Point, ...], tuple[Point, ...]], said: int | None
) -> Message:
    """The same in words: who cannot see the picture has everything that is in it but the single days."""
    pain, wish = ratings
    rated = _measure(say.progress.pain(line=ratings_line(pain)), pain)
    if wish:
        told = _measure(say.progress.wish(line=ratings_line(wish)), wish)
        rated = say.weekly.lines(first=rated, rest=told)
    minutes = {"minutes": sum(kept.minutes), "goal": goal()}
    practice = say.weekly.practice_line(**minutes)
    if said is not None:
        practice = say.weekly.practice_said(said=said, **minutes)
    told = say.weekly.picture(rated=rated, practice=practice, **week.span)
    if not kept.diary_on:
        return told
    return say.weekly.lines(first=told, rest=say.weekly.diary_line(n=len(kept.diary_on)))


def _measure(line: Message, ratings: tuple[Point, ...]) -> Message:
    found = middles(ratings)
    if found is None:
        return line
    n, before, after = found
    return say.weekly.lines(first=line, rest=say.weekly.around(n=n, before=before, after=after))


def _picture(me: ParticipantView, kept: KeptWeek, measures: Sequence[tuple[Measure, tuple[Point, ...]]]) -> WeekPicture:
    shown = [
        panel(written(me, TITLES[measure]()), measure, ratings, kept.days[0], me.local)
        for measure, ratings in measures
        if ratings
    ]
    total = sum(kept.minutes)
    return WeekPicture(
        labels=tuple(format_date(day, "EEE d", locale=me.language) for day in kept.days),
        panels=tuple(shown),
        practice_title=written(me, say.weekly.practice_title(minutes=total, goal=goal())),
        minutes=kept.minutes,
        goal=goal(),
        diary_title=written(me, say.weekly.diary_title(n=len(kept.diary_on))),
        diary=tuple(day in kept.diary_on for day in kept.days),
        legend=written(me, say.weekly.legend()),
    )
