"""What a person sets for themselves: place and time, quiet hours, discreet words, messages on again."""

from __future__ import annotations

from datetime import time

from content import say
from handlers.asking import Asking, choose
from handlers.enrol import choose_quiet_hours, choose_zone
from study import facts, queries
from study.places import city_of
from study.queries import Standing, look
from study.steps import Begin, Conversation, Option, Record, Say, Void
from study.view import ParticipantView

HOSPITAL = "hospital"
BEREAVEMENT = "bereavement"


def settings(me: ParticipantView) -> Conversation:
    """One setting, changed and told back in a line."""
    standing: Standing = yield look("standing", queries.StandingNow())
    match (yield from _choice(me, standing)):
        case "home":
            yield from back_home()
        case "lift":
            at = yield queries.now("lift_at")
            yield Record("lifted", facts.Held(reason=None, at=at))
            yield Say("lifted_said", say.settings.resumed())
        case "resume" if standing.stopped is not None:
            yield Void("resumed", standing.stopped, "messages again")
            yield Say("resumed_said", say.settings.resumed())
        case "break":
            yield Begin("end_break", "break", {"said": "0"})
        case "zone":
            yield from _set_zone(me)
        case "quiet":
            start, end = yield from choose_quiet_hours("quiet")
            yield Say("quiet_said", say.settings.quiet_set(start=_time(start), end=_time(end)))
        case "travel":
            yield Begin("travelling", "travel")
        case "messages":
            yield Begin("messages", "preferences")
        case "times":
            yield Begin("times", "medicines")
        case "discreet":
            yield Record("discreet", facts.SettingsChanged(discreet=not me.discreet))
            yield Say("said", say.settings.discreet_set_off() if me.discreet else say.settings.discreet_set_on())
        case _:
            yield Say("left", say.talk.left())


def _choice(me: ParticipantView, standing: Standing) -> Asking[str]:
    travel = standing.travel
    words = say.settings.on() if me.discreet else say.settings.off()
    discreet = say.settings.discreet_off_button() if me.discreet else say.settings.discreet_on_button()
    options = [
        *([Option("home", say.settings.home_button())] if standing.hold == HOSPITAL else []),
        *([Option("lift", say.settings.resume_button())] if standing.hold == BEREAVEMENT else []),
        *([Option("resume", say.settings.resume_button())] if standing.stopped is not None else []),
        *([Option("break", say.settings.end_break_button())] if standing.break_until is not None else []),
        Option("messages", say.settings.messages_button()),
        Option("quiet", say.settings.quiet_button()),
        *([] if travel is not None and travel.away else [Option("zone", say.settings.zone_button())]),
        Option("travel", say.settings.travel_button() if travel is None else say.settings.my_travel_button()),
        Option("discreet", discreet),
        Option("times", say.settings.times_button()),
        Option("leave", say.talk.leave_button()),
    ]
    question = say.settings.what(city=city_of(me.zone), start=_time(me.quiet_from), end=_time(me.quiet_to), words=words)
    return (yield from choose("what", question, options))


def _set_zone(me: ParticipantView) -> Conversation:
    zone = yield from choose_zone("zone")
    yield Record("zone_set", facts.SettingsChanged(zone=zone))
    at = yield queries.now("zone_at")
    there = me.model_copy(update={"zone": zone}).local(at)
    yield Say("zone_said", say.settings.zone_set(city=city_of(zone), time=there))


def _time(clock: str) -> time:
    return time.fromisoformat(clock)


def back_home() -> Conversation:
    """The end of a hospital stay: messages may come again."""
    at = yield queries.now("home_at")
    yield Record("home", facts.Held(reason=None, at=at))
    yield Say("home_said", say.settings.home())
