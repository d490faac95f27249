"""Weekly sessions and boosters: opened, led part by part, left and gone on with on another day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from content import say
from content.exercises import exercises
from content.message import Message
from content.sessions import Lesson, LessonStep, Part, booster_of, lesson_key, lessons
from handlers.asking import Asking, ask, choose
from handlers.exercise import lead, leaving, record_led
from handlers.planning import make_plan, plan_again
from handlers.putting_off import ask_when
from handlers.why import why_this
from study import queries, reading
from study.facts import RemindMe, SessionDone, SessionPartDone
from study.queries import PartDone, SessionOpen, SessionsOpen, ZoneNow, look
from study.steps import Ask, Begin, Conversation, Option, Record, Rows, Say
from study.view import Arm, ParticipantView

ENOUGH, WORSE, STOPPED, LEFT_OUT, DONE = "enough", "worse", "stopped", "left_out", "done"
NEXT = (Option("next", say.button.next()),)
LEAVE = (Option(ENOUGH, say.session.enough_button()),)


def session(me: ParticipantView, code: str | None = None) -> Conversation:
    """A weekly session: the one named, the only one that is open and not done, or one of a list."""
    every: tuple[SessionOpen, ...] = yield look("open", SessionsOpen())
    if me.arm is None or not every:
        yield Say("not_yet", say.session.not_yet())
        return
    here = [each for each in every if each.way != "group" and each.code in lessons(me.arm)]
    if not here:
        yield Say("in_group", say.session.in_group())
        return
    chosen = yield from _one_of(me.arm, here, code)
    if chosen is None:
        yield Say("not_now", say.session.not_now())
        return
    yield from _led(me, me.arm, chosen)


def _one_of(arm: Arm, here: Sequence[SessionOpen], code: str | None) -> Asking[SessionOpen | None]:
    named = [each for each in here if each.code == code]
    left = named or [each for each in here if not each.over]
    if len(left) == 1:
        return left[0]
    question = say.session.which(n=len(left)) if left else say.session.all_done()
    options = [Option(f"s.{each.code}", _listed(lessons(arm)[each.code], each)) for each in left or here]
    choice = yield from choose("which", question, [*options, Option("not_now", say.session.not_now_button())])
    return next((each for each in here if f"s.{each.code}" == choice), None)


def _listed(lesson: Lesson, stands: SessionOpen) -> Message:
    title, number = _title(lesson), int(lesson.code[1:])
    done, parts = len(stands.parts), len(lesson.parts)
    if not done or stands.done:
        return say.session.listed_button(session=number, title=title, n=lesson.minutes)
    return say.session.listed_part_button(session=number, title=title, n=lesson.minutes, done=done, parts=parts)


def _title(lesson: Lesson) -> Message:
    return Message(lesson_key(lesson.arm, lesson.code, "title"))


def _led(me: ParticipantView, arm: Arm, stands: SessionOpen) -> Asking[None]:
    """The parts that are not done yet; all of them again when the session was done before."""
    lesson = lessons(arm)[stands.code]
    done = () if stands.done else stands.parts
    number, parts = int(lesson.code[1:]), len(lesson.parts)
    to_do = [(place, part) for place, part in enumerate(lesson.parts, 1) if part.code not in done]
    if to_do and to_do[0][0] > 1:
        again = say.session.opening_again(session=number, title=_title(lesson), part=to_do[0][0], parts=parts)
        yield Say("opening", again)
    else:
        yield Say("opening", say.session.opening(session=number, title=_title(lesson), n=lesson.minutes, parts=parts))
    for place, part in to_do:
        ended = yield from _part(me, lesson, part, place)
        if ended == WORSE:
            return
        if ended == ENOUGH:
            yield Say("enough", say.session.enough(part=place))
            return
        yield from _part_done(me, lesson, part, ended)
    if not stands.done:
        when = yield from _when(me, "done")
        yield Record("done", SessionDone(session=lesson.code, version=lesson.version, **when))
    yield Say("ended", say.session.ended(session=number))


def _part(me: ParticipantView, lesson: Lesson, part: Part, place: int) -> Asking[str]:
    """How the part ended: done, stopped, left_out; or enough, worse, which end the talk."""
    about = {"part": place, "parts": len(lesson.parts), "n": part.minutes}
    header = Message(f"session.part_{part.kind}", about)
    go_on = Option("go_on", say.session.go_on_button())
    if (yield from choose(f"{part.code}.begin", header, [go_on, *LEAVE])) == ENOUGH:
        return ENOUGH
    where = lesson_key(lesson.arm, lesson.code, part.code)
    return (yield from _steps(me, where, part.code, part.steps, lesson.code))


def _steps(me: ParticipantView, where: str, key: str, steps: Sequence[LessonStep], session: str) -> Asking[str]:
    ended = DONE
    for step in steps:
        if step.kind == "exercise":
            ended = yield from _exercise(me, step, f"{where}.{step.key}", f"{key}.{step.key}")
        elif step.kind == "plan":
            yield from make_plan(step, f"{where}.{step.key}", f"{key}.{step.key}", session)
        elif (yield from ask(_asked(step, f"{where}.{step.key}", f"{key}.{step.key}"))).value == ENOUGH:
            return ENOUGH
        if ended in (ENOUGH, WORSE):
            return ended
    return ended


def _asked(step: LessonStep, where: str, key: str) -> Ask:
    """One message, with what goes on and what leaves below it."""
    own: Rows = tuple((Option(f"x.{o.code}", Message(f"{where}.{o.code}")),) for o in step.options)
    reads = reading.words if step.kind == "write" else None
    return Ask(key, Message(where), f"{step.kind}@1", (*own, NEXT, LEAVE), reads)


def _exercise(me: ParticipantView, step: LessonStep, where: str, key: str) -> Asking[str]:
    """Lead the exercise of a step; counted as practice by what it writes down itself, once."""
    exercise = exercises()[str(step.exercise)]
    if exercise.id in me.avoid_exercises:
        go_on = Option("go_on", say.session.go_on_button())
        choice = yield from choose(f"{key}.worse", say.session.worse_before(), [go_on, *LEAVE])
        return ENOUGH if choice == ENOUGH else LEFT_OUT
    title = Message(f"exercise.{exercise.id}.title")
    begin = Option("begin", say.session.begin_exercise_button(title=title))
    out = Option(LEFT_OUT, say.session.leave_out_button())
    choice = yield from choose(key, Message(where), [begin, out, *LEAVE])
    if choice != "begin":
        return choice
    led = yield from lead(exercise, leaving(dose=False), f"{key}.led")
    yield from record_led(me, led, None, f"{key}.led.done")
    if led.ended != "stop":
        return DONE if led.completed else WORSE
    go_on = Option("go_on", say.session.go_on_button())
    choice = yield from choose(f"{key}.after", say.session.after_stop(), [go_on, *LEAVE])
    return ENOUGH if choice == ENOUGH else STOPPED


def _part_done(me: ParticipantView, lesson: Lesson, part: Part, ended: str) -> Asking[None]:
    """Write a part down, once: it may have been gone through in another talk in the meantime."""
    before: bool = yield look(f"{part.code}.before", PartDone(session=lesson.code, part=part.code))
    when = yield from _when(me, part.code)
    if not before:
        fact = {"session": lesson.code, "part": part.code, "status": ended, "version": lesson.version} | when
        yield Record(part.code, SessionPartDone.model_validate(fact))


def _when(me: ParticipantView, key: str) -> Asking[dict[str, Any]]:
    """The instant, with the wall clock where the person is now: a session may go on days later, somewhere else."""
    at: datetime = yield queries.now(f"{key}.at")
    zone: str = yield look(f"{key}.zone", ZoneNow())
    local = me.model_copy(update={"zone": zone}).local(at)
    return {"done_at": at, "done_local": local.isoformat(timespec="seconds"), "zone": zone}


def session_offer(me: ParticipantView, session: str, others: Sequence[str] = (), again: bool = False) -> Conversation:
    """Say that a session is open, with others that are still open too; begin it, put it off, or hear why it comes."""
    lesson = lessons(me.arm).get(session) if me.arm is not None else None
    if lesson is None:
        yield Say("not_yet", say.session.not_yet())
        return
    options = [Option("begin", say.session.begin_button()), Option("later", say.session.later_button())]
    why = Option("why", say.session.why_button())
    choice = yield from choose("offer", _offer(lesson, others, again), [*options, why], back=False)
    if choice == "why":
        choice = yield from choose("offer_again", (yield from why_this()), options)
    if choice == "begin":
        yield Begin("begin", "session", {"code": session})
        return
    due_at = yield from ask_when(me, "later")
    if due_at is not None:
        yield Record("remind", RemindMe(visit=session, due_at=due_at))
        yield Say("put_off", say.session.put_off(time=me.local(due_at)))


def _offer(lesson: Lesson, others: Sequence[str], again: bool) -> Message:
    number = int(lesson.code[1:])
    if again:
        return say.session.open_again(session=number)
    opened = say.session.open(session=number, title=_title(lesson), minutes=say.weekly.minutes(n=lesson.minutes))
    also = ", ".join(code[1:] for code in others)
    return say.session.open_too(open=opened, others=also) if also else opened


def booster(me: ParticipantView, week: int) -> Conversation:
    """A short one of a later week: an idea, an exercise, and a look at the plan made last."""
    if me.arm is None:
        yield Say("not_yet", say.session.not_yet())
        return
    chosen = booster_of(me.arm, week)
    title = Message(lesson_key(me.arm, chosen.code, "title"))
    options = [Option("begin", say.session.begin_button()), Option("not_now", say.session.not_now_button())]
    why = Option("why", say.session.why_button())
    question = say.session.booster(title=title, minutes=say.weekly.minutes(n=chosen.minutes))
    choice = yield from choose("offer", question, [*options, why], back=False)
    if choice == "why":
        choice = yield from choose("offer_again", say.session.booster_why(week=week), options)
    if choice == "not_now":
        yield Say("not_now", say.pause.no_exercise())
        return
    ended = yield from _steps(me, lesson_key(me.arm, chosen.code), "booster", chosen.steps, chosen.of)
    if ended == WORSE:
        return
    if ended != ENOUGH:
        yield from plan_again(me.arm)
    yield Say("ended", say.session.booster_ended())
