"""How often and when messages come: the hour for check-ins, the hour of the diary, fewer of them, or the usual ones."""

from __future__ import annotations

from datetime import time
from itertools import count as counting

from content import say
from content.message import Message
from handlers.asking import Asking, choose, typed
from handlers.before_dose import choose_prompts
from study import queries, reading
from study.facts import PreferencesSet
from study.queries import Chosen, look
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView

CONTACT = ("09:00", "12:00", "15:00", "18:00")
DIARY = ("17:00", "18:30", "20:00", "21:00")


def preferences(me: ParticipantView) -> Conversation:
    """One preference, changed and told back in a line."""
    chosen: Chosen = yield look("chosen", queries.PreferencesNow())
    match (yield from choose("what", _shown(chosen), _ways(chosen))):
        case "contact":
            yield from _contact(chosen)
        case "diary":
            yield from _diary(chosen)
        case "fewer":
            yield from set_fewer(wanted=True)
        case "usual":
            yield from set_fewer(wanted=False)
        case "prompts" if any(medicine.times for medicine in me.medicines):
            yield from choose_prompts(me, "prompts", me.medicines)
        case "prompts":
            yield Say("no_times", say.preferences.no_times())
        case _:
            yield Say("left", say.talk.left())


def _shown(chosen: Chosen) -> Message:
    return say.preferences.what(
        contact=time.fromisoformat(chosen.contact_at) if chosen.contact_at else say.preferences.any_hour(),
        diary=time.fromisoformat(chosen.diary_at),
        many=say.preferences.fewer() if chosen.fewer_messages else say.preferences.usual(),
    )


def _ways(chosen: Chosen) -> list[Option]:
    many = ("usual", say.preferences.usual_button()) if chosen.fewer_messages else ("fewer", _fewer())
    return [
        Option(*many),
        Option("contact", say.preferences.contact_button()),
        Option("diary", say.preferences.diary_button()),
        Option("prompts", say.preferences.prompts_button()),
        Option("leave", say.talk.leave_button()),
    ]


def _fewer() -> Message:
    return say.preferences.fewer_button()


def _contact(chosen: Chosen) -> Conversation:
    options = [*(_hour(at) for at in CONTACT if not chosen.is_quiet(at)), _any_hour()]
    question = say.preferences.contact()
    for n in counting(1):
        at = yield from typed(f"contact{n}", question, reading.clock_time, "clock@1", options)
        if at == "any" or not chosen.is_quiet(str(at)):
            break
        question = say.preferences.contact_quiet()
    if at == "any":
        yield from _set(contact_at="")
        yield Say("contact_any", say.preferences.contact_any())
    else:
        yield from _set(contact_at=str(at))
        yield Say("contact_set", say.preferences.contact_set(time=time.fromisoformat(at)))


def _hour(at: str) -> Option:
    return Option(at, say.preferences.hour_button(time=time.fromisoformat(at)))


def _any_hour() -> Option:
    return Option("any", say.preferences.any_hour_button())


def _diary(chosen: Chosen) -> Conversation:
    earliest, latest = time.fromisoformat(chosen.diary_earliest), time.fromisoformat(chosen.diary_latest)
    options = [_hour(at) for at in DIARY if chosen.diary_earliest <= at <= chosen.diary_latest]
    question = say.preferences.diary(earliest=earliest, latest=latest)
    for n in counting(1):
        at = str((yield from typed(f"diary{n}", question, reading.clock_time, "clock@1", options)))
        if chosen.diary_earliest <= at <= chosen.diary_latest:
            break
        question = say.preferences.diary_outside(earliest=earliest, latest=latest)
    yield from _set(diary_at=at)
    if chosen.is_quiet(at):
        yield Say("diary_set", say.preferences.diary_set_quiet())
    else:
        yield Say("diary_set", say.preferences.diary_set(time=time.fromisoformat(at)))


def set_fewer(*, wanted: bool) -> Conversation:
    """Fewer messages from now on, or the usual ones again; told back with what it means."""
    chosen: Chosen = yield look("fewer.now", queries.PreferencesNow())
    yield from _set(fewer_messages=wanted)
    said = say.preferences.fewer_set(most=chosen.fewer_a_day) if wanted else say.preferences.usual_set()
    yield Say("fewer.said", said)


def _set(
    *, contact_at: str | None = None, diary_at: str | None = None, fewer_messages: bool | None = None
) -> Asking[None]:
    at = yield queries.now("set_at")
    chosen = PreferencesSet(contact_at=contact_at, diary_at=diary_at, fewer_messages=fewer_messages, at=at)
    yield Record("set", chosen)
