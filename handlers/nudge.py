"""The reminder of home practice: begin now, later, not today, or fewer messages altogether."""

from __future__ import annotations

import json
from typing import Any

from content import say
from content.message import Message
from handlers.asking import choose
from handlers.preferences import set_fewer
from handlers.putting_off import ask_when
from handlers.why import why_this
from study import queries
from study.facts import PutOff
from study.queries import look
from study.steps import Begin, Conversation, Option, Record, Say
from study.view import ParticipantView

VARIANTS = 6


def practice_nudge(me: ParticipantView, leads_to: str, week: int, daily: bool, booster: bool = False) -> Conversation:
    """Some practice now? `leads_to` names the talk that is begun."""
    drawn: int = yield look("variant", queries.Draw(below=VARIANTS))
    why = Option("why", say.nudge.why_button())
    choice = yield from choose("ask", Message(f"nudge.ask_{drawn + 1}"), [*_answers(), why], back=False)
    if choice == "why":
        choice = yield from choose("ask_again", (yield from why_this()), _answers())
    if choice == "now":
        yield Begin("begin", leads_to, {"week": week} if booster else {})
    elif choice == "later":
        due_at = yield from ask_when(me, "later")
        args: dict[str, Any] = {"leads_to": leads_to, "week": week, "daily": daily, "booster": booster}
        yield Record("put_off", PutOff(talk="practice_nudge", args=json.dumps(args), due_at=due_at))
        yield Say("put_off_said", say.nudge.put_off(time=me.local(due_at)))
    elif choice == "fewer":
        yield from set_fewer(wanted=True)
    else:
        yield Say("not_today", say.nudge.not_today())


def _answers() -> list[Option]:
    return [
        Option("now", say.nudge.now_button()),
        Option("later", say.nudge.later_button()),
        Option("not_today", say.nudge.not_now_button()),
        Option("fewer", say.nudge.fewer_button()),
    ]
