"""Exercises: choosing one of the person's arm and length, and leading it step by step on a timer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from content import say
from content.exercises import Exercise, Step, for_practice, offered
from content.medicines import limit
from content.message import Message
from handlers.asking import Asking, ask, choose
from study import queries, reading
from study.facts import AdverseEvent, ExerciseLed
from study.steps import Answer, Ask, Option, Record, Rows, Say
from study.view import MedicineView, ParticipantView

LENGTHS = (1, 3, 5, 10)
LEFT = ("stop", "dose", "worse")
SHORT_LABEL = 14


@dataclass(frozen=True)
class Led:
    """How an exercise went: `ended` is completed, or the button that ended it."""

    exercise: str
    seconds: int
    ended: str
    at: datetime

    @property
    def completed(self) -> bool:
        """True when the last step was reached."""
        return self.ended == "completed"


def is_high(pain: int | None) -> bool:
    """True from the rating on at which logging and the shortest exercise come first."""
    return pain is not None and pain >= limit("high_pain_from")


def choose_exercise(
    me: ParticipantView, medicine: MedicineView | None, pain: int | None, leave: Rows
) -> Asking[Exercise | str | None]:
    """An exercise of the person's arm; `stop` or `dose` when they leave, None for logging only."""
    if me.arm is None:
        return None
    high = is_high(pain)
    as_needed = medicine is not None and medicine.as_needed
    every = [e for e in offered(me.arm, None, as_needed, high) if e.id not in me.avoid_exercises]
    if not every:
        return None
    minutes = yield from _length(me, every, high, leave, say.pause.log_only_button())
    if minutes in ("log", *LEFT):
        return None if minutes == "log" else minutes
    fitting = [e for e in every if e.minutes == int(minutes)]
    return (yield from _one_of(fitting[:1] if high else fitting, leave))


def choose_practice(me: ParticipantView) -> Asking[Exercise | None]:
    """An exercise for home practice, of any length of the person's arm."""
    if me.arm is None:
        return None
    every = [e for e in for_practice(me.arm, None, False) if e.id not in me.avoid_exercises]
    minutes = yield from _length(me, every, False, (), say.pause.not_now_button())
    if minutes == "log":
        return None
    chosen = yield from _one_of([e for e in every if e.minutes == int(minutes)], ())
    return chosen if isinstance(chosen, Exercise) else None


def _length(me: ParticipantView, every: list[Exercise], high: bool, leave: Rows, without: Message) -> Asking[str]:
    there = [n for n in LENGTHS if any(e.minutes == n for e in every)]
    log_only = Option("log", without)
    lengths = [Option(str(n), _length_label(n, me.last_minutes)) for n in _in_order(there, me, high)]
    options = [log_only, *lengths] if high else [*lengths, log_only]
    question = say.pause.length_high() if high else say.pause.length()
    return (yield from choose("length", question, tuple((o,) for o in options) + leave))


def _in_order(there: list[int], me: ParticipantView, high: bool) -> list[int]:
    last = me.last_minutes
    return there if high or last not in there else [last, *(n for n in there if n != last)]


def _length_label(minutes: int, last: int | None) -> Message:
    return say.pause.length_last_button(n=minutes) if minutes == last else say.pause.length_button(n=minutes)


def _one_of(exercises: list[Exercise], leave: Rows) -> Asking[Exercise | str]:
    if len(exercises) == 1:
        return exercises[0]
    # an exercise may be called as a button is: STOP has the id `stop`
    options = tuple((Option(f"x.{e.id}", Message(f"exercise.{e.id}.title")),) for e in exercises)
    code = yield from choose("exercise", say.pause.which_exercise(), options + leave)
    return next((e for e in exercises if f"x.{e.id}" == code), code)


def lead(exercise: Exercise, leave: Rows, key: str = "led") -> Asking[Led]:
    """Lead an exercise; each step comes by itself after its seconds, or with Next. `key`: one for each in a talk."""
    began: datetime = yield queries.now(f"{key}.began")
    at = began
    for step in exercise.steps:
        answer = yield from ask(_step(exercise, step, leave))
        at = answer.at
        if answer.value in LEFT:
            return _led(exercise, began, at, str(answer.value))
    return _led(exercise, began, at, "completed")


def _led(exercise: Exercise, began: datetime, at: datetime, ended: str) -> Led:
    return Led(exercise.id, max(round((at - began).total_seconds()), 0), ended, at)


def _step(exercise: Exercise, step: Step, leave: Rows) -> Ask:
    where = f"exercise.{exercise.id}.{step.key}"
    own: Rows = ()
    if step.kind == "rate":
        numbers = [Option(str(n), str(n)) for n in reading.ratings()]
        own = (tuple(numbers[0:4]), tuple(numbers[4:8]), tuple(numbers[8:11]))
    if step.kind == "choose":
        options = [Option(o.code, Message(f"{where}.{o.code}")) for o in step.options]
        own = tuple(tuple(options[i : i + 2]) for i in range(0, len(options), 2))
    reads = {"rate": reading.rating, "write": reading.words}.get(step.kind)
    worse = (Option("worse", say.button.making_it_worse()),)
    rows = (*own, (Option("next", say.button.next()),), *leave, worse)
    key = f"exercise.{exercise.id}.{step.key}"
    return Ask(key, Message(where), "step@1", rows, reads, seconds=step.seconds, back=False)


def record_led(me: ParticipantView, led: Led, pause: str | None, key: str = "led") -> Asking[None]:
    """Write an exercise down as soon as it ends; a worse one opens an adverse event and is remembered."""
    ended = {"dose": "took_dose", "stop": "stopped"}.get(led.ended, led.ended)
    fact = {
        "pause": pause,
        "exercise": led.exercise,
        "seconds": led.seconds,
        "completed": led.completed,
        "ended": ended,
        "done_at": led.at,
        "done_local": me.local(led.at).isoformat(timespec="seconds"),
        "zone": me.zone,
    }
    entity = yield Record(key, ExerciseLed.model_validate(fact))
    if led.ended == "worse":
        yield Say("grounding", say.safety.grounding())
        event = AdverseEvent(description=MADE_WORSE, related_to=entity, aware_at=led.at)
        yield Record("worse", event, barrier=True)
        yield Say("grounding_next", say.safety.grounding_next())


MADE_WORSE = "The person ended an exercise with: this is making it worse."


def leaving(*, dose: bool) -> Rows:
    """The row that is on every step: stop, and before a dose also taking it; both act from an older step too."""
    stop = Option("stop", say.button.stop_here(), acts_late=True)
    return ((Option("dose", say.button.take_dose(), acts_late=True), stop),) if dose else ((stop,),)


def left(answer: Answer | str | int | None) -> bool:
    """True when an answer is one of the buttons that leave a pause."""
    return answer in LEFT


def practice_led(me: ParticipantView) -> Asking[None]:
    """Home practice: an exercise of the person's choice, led now."""
    exercise = yield from choose_practice(me)
    if exercise is None:
        yield Say("none", say.allocation.not_yet() if me.arm is None else say.pause.no_exercise())
        return
    led = yield from lead(exercise, leaving(dose=False))
    yield from record_led(me, led, None)
    minutes = round(led.seconds / 60)
    title = Message(f"exercise.{exercise.id}.title")
    if led.ended == "worse":
        return
    logged = say.pause.practice_ended(title=title, minutes=say.weekly.minutes(n=minutes))
    yield Say("ended", logged if minutes else say.pause.practice_short())
