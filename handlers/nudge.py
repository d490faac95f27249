"""The reminder of home practice: begin now, later, not today, or fewer messages altogether."""

from __future__ import annotations

from content import say
from handlers.asking import choose, wording
from handlers.preferences import set_fewer
from handlers.putting_off import put_off
from handlers.why import why_this
from study.steps import Begin, Conversation, Option, Say
from study.view import ParticipantView


def practice_nudge(me: ParticipantView, leads_to: str, week: int, daily: bool, booster: bool = False) -> Conversation:
    """Some practice now? `leads_to` names the talk that is begun."""
    drawn = yield from wording("variant", "nudge.ask")
    why = Option("why", say.nudge.why_button())
    choice = yield from choose("ask", say.nudge.ask(variant=drawn), [*_answers(), why], back=False)
    if choice == "why":
        choice = yield from choose("ask_again", (yield from why_this()), _answers())
    if choice == "now":
        yield Begin("begin", leads_to, {"week": week} if booster else {})
    elif choice == "later":
        args = {"leads_to": leads_to, "week": week, "daily": daily, "booster": booster}
        yield from put_off(me, "practice_nudge", args, say.nudge.put_off)
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
