"""The end of the year: thanks, what was given in numbers that judge nothing, one's own data, and what stays."""

from __future__ import annotations

from content import say
from content.message import Message
from handlers.asking import choose
from handlers.why import why_this
from study import queries
from study.queries import YearInNumbers, look
from study.steps import Begin, Conversation, Option, Say
from study.view import ParticipantView


def closing(me: ParticipantView, visit: str, closes_on: str, goes_on: bool) -> Conversation:
    """The last message that comes by itself; `goes_on` when the person may use the coach by themselves."""
    given: YearInNumbers = yield look("given", queries.YearGiven())
    yield Say("over", say.closing.over())
    why = Option("why", say.closing.why_button())
    choice = yield from choose("given_said", _numbers(given), [*_answers(), why], back=False)
    if choice == "why":
        choice = yield from choose("given_again", (yield from why_this()), _answers())
    yield Say("after", say.closing.open() if goes_on else say.closing.closed())
    yield Say("team", say.closing.team())
    if choice == "file":
        yield Begin("file", "mydata")


def _numbers(given: YearInNumbers) -> Message:
    return say.closing.given(doses=given.doses, pauses=given.pauses, minutes=given.minutes, visits=given.visits)


def _answers() -> list[Option]:
    return [Option("file", say.closing.file_button()), Option("no", say.closing.no_file_button())]
