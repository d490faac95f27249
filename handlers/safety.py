"""After safety words: is the person safe, and what would they like noted; and the menu of `/urgent`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count as counting

from content import say
from content.message import Message
from content.safety_data import alerts
from handlers.asking import choose
from study import facts, queries, reading
from study.queries import Standing, look
from study.steps import Conversation, Option, Record, Say
from study.view import ParticipantView

URGENT = ("urgent_overdose", "urgent_thoughts", "urgent_back", "urgent_ran_out", "urgent_other")


def safe_check(me: ParticipantView, alerted: bool = False, asked: bool = False, chosen: bool = False) -> Conversation:
    """Are you safe right now? Yes lets the usual messages come again; no brings the numbers and an alert."""
    options = (
        Option("safe", say.safety.safe_yes_button()),
        Option("not_safe", say.safety.safe_no_button()),
        Option("not_meant", say.safety.not_meant_button()),
    )
    plain = say.safe.check() if chosen else say.safety.safe_check()
    question = say.safety.urgent_other_reply() if asked else plain
    answer = yield from choose(
        "safe", question, options, reads=reading.safe_words, back=False, barrier=True, urgent=True
    )
    at = yield queries.now("answered_at")
    if answer == "not_safe":
        yield Record("alert", facts.AlertRaised(rule="not_safe", event_at=at), barrier=True)
        yield Say("not_safe", say.safety.not_safe(), urgent=True)
        yield from _until_safe()
    elif answer == "not_meant":
        yield Record("note", facts.Note(text=NOT_MEANT, to_team=False, about="not_meant", written_at=at))
        yield Record("calm", facts.SafeAgain(at=at))
        yield Say("not_meant", say.safety.not_meant())
    else:
        yield Record("calm", facts.SafeAgain(at=at))
        yield Say("safe_yes", say.safety.safe_yes_alert() if alerted else say.safety.safe_yes())


NOT_MEANT = "The person said that the words meant something else."


def _until_safe() -> Conversation:
    """One button that is there until the person is safe again; until then nothing else comes."""
    options = (Option("safe", say.safety.safe_yes_button()),)
    for n in counting(1):
        key = f"again{n}"
        again = yield from choose(key, say.safe.when_safe(), options, reads=reading.safe_words, back=False, urgent=True)
        if again == "safe":
            break
        yield Say(f"{key}.numbers", say.safety.not_safe(), urgent=True)
    at = yield queries.now("safe_at")
    yield Record("calm", facts.SafeAgain(at=at))
    yield Say("safe_yes", say.safety.safe_yes_alert())


def died(me: ParticipantView) -> Conversation:
    """Messages stop when somebody writes that the person has died; one tap takes a slip back."""
    options = (Option("not_meant", say.safety.not_meant_button()),)
    yield from choose("died", say.safety.participant_died(), options, back=False)
    at = yield queries.now("at")
    yield Record("note", facts.Note(text=NOT_MEANT, to_team=False, about="not_meant", written_at=at))
    yield Record("held", facts.Held(reason=None, at=at))
    yield Say("not_meant", say.safety.not_meant())


LIFTED_BY_THE_PERSON = ("hospital", "bereavement")


def held(me: ParticipantView, text: str) -> Conversation:
    """Messages stop when somebody writes of a hospital or a death; one tap lets them come again, now or later."""
    options = (Option("again", say.settings.resume_button()),)
    yield from choose("held", Message(f"safety.{text}"), options, back=False)
    yield from _lifted()


def late_held(me: ParticipantView, log: Sequence[object], conversation: int) -> Conversation:
    """The same tap, some days later."""
    yield from _lifted()


def _lifted() -> Conversation:
    standing: Standing = yield look("standing", queries.StandingNow())
    if standing.hold in LIFTED_BY_THE_PERSON:
        at = yield queries.now("at")
        yield Record("lifted", facts.Held(reason=None, at=at))
    yield Say("resumed", say.settings.resumed())


def urgent(me: ParticipantView) -> Conversation:
    """Five choices; each gives its fixed text at once and raises its alert."""
    options = [Option(code, Message(f"safety.{code}")) for code in URGENT]
    choice = yield from choose("what", say.safety.urgent(), options, back=False, barrier=True, urgent=True)
    at = yield queries.now("chosen_at")
    rule = _rule_of(choice)
    yield Record("raised", facts.AlertRaised(rule=rule, event_at=at), barrier=True)
    text = alerts().rules[rule].text
    asks = text == "urgent_other_reply" or text is None
    if not asks:
        yield Say("text", Message(f"safety.{text}"), urgent=True)
        yield Say("watching", say.enrol.who_reads(), urgent=True)
    yield from safe_check(me, alerted=True, asked=asks, chosen=True)


def _rule_of(choice: str) -> str:
    known = (code for code, rule in alerts().rules.items() if rule.menu == choice)
    return next(known, "urgent_other")
