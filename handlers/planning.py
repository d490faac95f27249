"""The small plan at the end of a session: what, when and how often; and looking at it again later."""

from __future__ import annotations

from datetime import datetime

from content import say
from content.message import Message
from content.sessions import LessonStep, lesson_key, lessons
from handlers.asking import Asking, choose, typed
from study import queries, reading
from study.facts import PlanMade
from study.queries import LastPlan, Plan, look
from study.steps import Option, Record, Say
from study.view import Arm

SKIP = "~skip"
MOMENTS = ("morning", "midday", "evening", "fits")
OFTEN = ("daily", "most", "three", "once")


def make_plan(step: LessonStep, where: str, key: str, session: str) -> Asking[None]:
    """Ask for a plan and write it down; each answer is one that is offered, or the person's own words."""
    skip = Option(SKIP, say.button.skip())
    offered = [Option(o.code, Message(f"{where}.{o.code}")) for o in step.options]
    what = yield from choose(key, Message(where), [*offered, skip], reads=reading.words)
    if what == SKIP:
        yield Say(f"{key}.none", say.session.no_plan())
        return
    moments = [Option(code, _moment(code)) for code in MOMENTS]
    moment = yield from choose(f"{key}.moment", say.session.plan_when(), moments, reads=reading.words)
    times = [Option(code, _often(code)) for code in OFTEN]
    often = yield from choose(f"{key}.often", say.session.plan_often(), times, reads=reading.words)
    at: datetime = yield queries.now(f"{key}.at")
    yield Record(f"{key}.made", PlanMade(session=session, what=what, moment=moment, often=often, made_at=at))
    shown = Message(f"{where}.{what}") if any(o.code == what for o in offered) else what
    yield Say(f"{key}.said", say.session.plan_made(what=shown, moment=_moment(moment), often=_often(often)))


def plan_again(arm: Arm) -> Asking[None]:
    """The plan made last, if there is one: it still fits, or becomes another."""
    plan: Plan | None = yield look("plan", LastPlan())
    if plan is None:
        return
    told = {"moment": _moment(plan.moment), "often": _often(plan.often)}
    question = say.session.your_plan(session=int(plan.session[1:]), what=_what(arm, plan), **told)
    options = [Option("fits", say.session.fits_button()), Option("change", say.session.change_button())]
    if (yield from choose("plan.fits", question, options)) == "fits":
        return
    words = yield from typed("plan.new", say.session.new_plan(), reading.words, "text@1")
    at: datetime = yield queries.now("plan.at")
    changed = PlanMade(session=plan.session, what=words, moment=plan.moment, often=plan.often, made_at=at)
    yield Record("plan.made", changed)
    yield Say("plan.said", say.session.plan_changed(what=words, **told))


def _what(arm: Arm, plan: Plan) -> Message | str:
    """What was planned as it can be said: the label of what was offered, as this release has it, or their words."""
    lesson = lessons(arm).get(plan.session)
    for part in lesson.parts if lesson is not None else ():
        for step in part.steps:
            if step.kind == "plan" and any(option.code == plan.what for option in step.options):
                return Message(lesson_key(arm, plan.session, part.code, step.key, plan.what))
    return plan.what


def _moment(said: str) -> Message | str:
    return Message(f"session.when_{said}_button") if said in MOMENTS else said


def _often(said: str) -> Message | str:
    return Message(f"session.often_{said}_button") if said in OFTEN else said
