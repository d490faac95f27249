"""The prompt before a usual time: a pause now, or not; and whether such prompts are wanted at all.

It comes before the dose or not at all, never says what to do about the dose, and goes off by one tap.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import time

from content import say
from content.message import Param
from handlers.asking import Asking, choose, tick, wording
from handlers.why import why_this
from study import queries
from study.facts import DosePrompts
from study.queries import NoPrompt, PreDose, look
from study.steps import Begin, Conversation, Option, Record, Say
from study.view import MedicineView, ParticipantView


def before_dose(
    me: ParticipantView, medicines: Sequence[str], at: str, minutes: int, closes_at: str = ""
) -> Conversation:
    """A moment to pause? Asked before the usual time `at` (`HH:MM`) of these medicines."""
    drawn = yield from wording("variant", "pre_dose.ask")
    why = Option("why", say.pre_dose.why_button())
    choice = yield from choose("ask", say.pre_dose.ask(variant=drawn), [*_answers(), why], back=False)
    if choice == "why":
        choice = yield from choose("ask_again", (yield from why_this()), _answers())
    if choice == "pause":
        one = {"medicine": medicines[0]} if len(medicines) == 1 else {}
        yield Begin("begin", "pause", one)
    elif choice == "off":
        yield from _record(medicines, wanted=False)
        yield Say("off", say.pre_dose.off())
    else:
        yield Say("not_now", say.pre_dose.not_now())


def _answers() -> list[Option]:
    return [
        Option("pause", say.pre_dose.pause_button()),
        Option("not_now", say.pre_dose.not_now_button()),
        Option("off", say.pre_dose.off_button()),
    ]


def late_before_dose(me: ParticipantView, log: Sequence[object], conversation: int) -> Conversation:
    """A button of a prompt whose time has passed: a pause is there, and so is logging."""
    options = (
        Option("pause", say.pre_dose.pause_button()),
        Option("dose", say.pre_dose.dose_button()),
        Option("not_now", say.pre_dose.not_now_button()),
    )
    choice = yield from choose("ask", say.pre_dose.late(), options, back=False)
    if choice == "not_now":
        yield Say("not_now", say.pre_dose.not_now())
    else:
        yield Begin("begin", choice)


def choose_prompts(me: ParticipantView, key: str, medicines: Sequence[MedicineView]) -> Asking[None]:
    """Whether a prompt is wanted before the usual times of these medicines; nothing is asked when none has times."""
    timed = [medicine for medicine in medicines if medicine.times]
    if not timed:
        return
    rules: PreDose = yield look(f"{key}.rules", queries.PreDoseRules())
    question = say.pre_dose.offer(minutes=rules.minutes_before, week=rules.from_week)
    choice = yield from choose(f"{key}.offer", question, _offers(len(timed) > 1))
    wanted = {medicine.id for medicine in timed} if choice == "all" else set()
    if choice == "some":
        wanted.update((yield from tick(f"{key}.which", say.pre_dose.which(), [_as_option(each) for each in timed])))
    for number, medicine in enumerate(timed):
        yield from record_prompts(f"{key}.{number}", medicine.id, wanted=medicine.id in wanted)
    yield from _told(key, timed, wanted)


def _offers(several: bool) -> list[Option]:
    some = [Option("some", say.pre_dose.some_button())] if several else []
    return [Option("all", say.pre_dose.all_button()), *some, Option("none", say.pre_dose.none_button())]


def _as_option(medicine: MedicineView) -> Option:
    return Option(medicine.id, say.pre_dose.line(name=medicine.nickname, times=_listed(medicine.times)))


def _told(key: str, timed: Sequence[MedicineView], wanted: Container[str]) -> Conversation:
    """What was chosen, and before which of the times nothing will come all the same."""
    times = sorted({at for medicine in timed if medicine.id in wanted for at in medicine.times})
    if not times:
        yield Say(f"{key}.off", say.pre_dose.set_off())
        return
    asked = tuple(medicine.id for medicine in timed)
    none: NoPrompt = yield look(f"{key}.without", queries.WithoutPrompt(asked=asked, times=tuple(times)))
    coming = [at for at in times if at not in (*none.quiet, *none.cap, *none.spacing)]
    if coming:
        yield Say(f"{key}.on", say.pre_dose.set_on(times=_listed(coming)))
    if none.quiet:
        yield Say(f"{key}.quiet", say.pre_dose.quiet(times=_listed(none.quiet)))
    if none.cap:
        yield Say(f"{key}.cap", say.pre_dose.cap(times=_listed(none.cap), most=none.a_day))
    if none.spacing:
        yield Say(f"{key}.spacing", say.pre_dose.spacing(times=_listed(none.spacing)))


def _listed(times: Sequence[str]) -> Param:
    """Times of day one after the other, each written as the reader writes them."""
    first, *rest = times
    clock = time.fromisoformat(first)
    return say.pre_dose.and_more(first=clock, rest=_listed(rest)) if rest else clock


def _record(medicines: Sequence[str], *, wanted: bool) -> Conversation:
    for number, medicine in enumerate(medicines):
        yield from record_prompts(f"prompts.{number}", medicine, wanted=wanted)


def record_prompts(key: str, medicine: str, *, wanted: bool) -> Asking[None]:
    """Write whether prompts before the doses of one medicine are wanted."""
    at = yield queries.now(f"{key}.at")
    yield Record(f"{key}.set", DosePrompts(medicine=medicine, wanted=wanted, at=at))
