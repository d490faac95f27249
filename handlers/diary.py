"""The evening diary: what is logged of the day, and whether that was all. The usual is suggested, never filled in.

Only an answer of the same study day is taken; nothing is added to the log here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from content import say
from content.medicines import forms
from content.message import Message
from handlers.amounts import amount_of, label_of
from handlers.asking import Asking, ask, choose, wording, yes_no
from handlers.putting_off import put_off
from handlers.tlfb import amount_or_none, amounts_of_a_day
from handlers.weekly import Week, look_back
from handlers.why import why_this
from study import facts, queries
from study.diary import Sheet
from study.looking_back import usual_on_list
from study.queries import look
from study.steps import Ask, Conversation, NotUnderstood, Option, Record, Rows, Say
from study.view import MedicineView, ParticipantView


@dataclass(frozen=True)
class Use:
    """One medicine on this day as said: units in all, and how that is known."""

    count: float | None
    status: facts.UseStatus


NOT_KNOWN = Use(None, "dont_remember")
NOT_SAID = Use(None, "rather_not_say")
NONE = Use(0, "zero")


def diary(
    me: ParticipantView,
    on: str | None = None,
    anchor_on: str | None = None,
    away: bool = False,
    week: dict[str, Any] | None = None,
    closes_at: str | None = None,
) -> Conversation:
    """Ask about today, or as the prompt of a day about that one; with `week` the week's questions follow.

    `anchor_on` is the date that explains the prompt, `away` has it say that we were away. `closes_at` ends its life.
    """
    sheet: Sheet = yield look("sheet", queries.SheetOf(on=date.fromisoformat(on) if on is not None else None))
    if not me.medicines:
        yield Say("no_medicine", say.dose.no_medicine())
        return
    if sheet.answer is not None and not (yield from _changes(sheet, sheet.answer)):
        yield Say("left", say.talk.left())
        return
    answer = yield from _ask(me, sheet, anchor_on, away=away)
    args = {"on": on, "anchor_on": anchor_on, "week": week, "closes_at": closes_at}
    if answer == "later" and (yield from put_off(me, "diary", args, say.diary.put_off, sheet.ends_at)):
        return
    if answer in ("later", "not_today"):
        yield Say("not_today", say.diary.not_today())
        return
    by_now: Sheet = yield look("sheet_by_now", queries.SheetOf(on=sheet.on))
    if answer == "all" and by_now.logged != sheet.logged:
        answer = yield from _all_by_now(me, by_now)
    yield from _write(me, by_now, answer)
    if week is not None:
        yield from look_back(me, Week.model_validate(week))


def late_diary(me: ParticipantView, log: Sequence[dict[str, Any]], conversation: int) -> Conversation:
    """A button of a diary whose day is over: nothing is filled in afterwards."""
    yield Say("over", say.diary.over())


def _changes(sheet: Sheet, answer: facts.DiaryAnswer) -> Asking[bool]:
    options = (Option("change", say.diary.change_button()), Option("leave", say.talk.leave_button()))
    question = say.diary.answered(day=sheet.on, answer=Message(f"diary.said_{answer}"))
    return (yield from choose("answered", question, options)) == "change"


def _ask(me: ParticipantView, sheet: Sheet, anchor_on: str | None, *, away: bool) -> Asking[str]:
    """What is logged, and what is said about it: the code of a button."""
    opening = say.diary.opening(variant=(yield from wording("opening", "diary.opening")), day=sheet.on)
    question = say.diary.ask_none(opening=opening)
    if sheet.logged:
        question = say.diary.ask(opening=opening, lines=_logged_lines(me, sheet))
    if away:
        question = say.diary.after_away(question=question)
    aside = [Option("later", say.visit.later_button()), Option("not_today", say.diary.not_today_button())]
    options = [*_answers(sheet), *(aside if anchor_on else [])]
    if anchor_on is None:
        return (yield from choose("day", question, options, reads=_reads(sheet)))
    why = Option("why", say.diary.why_button())
    choice = yield from choose("day", question, [*options, why], reads=_reads(sheet), back=False)
    if choice != "why":
        return choice
    return (yield from choose("day_again", (yield from why_this()), options, reads=_reads(sheet)))


def _answers(sheet: Sheet) -> list[Option]:
    """With an empty log "that was all" would say none without a word of it."""
    return [
        *([Option("all", say.diary.all_button())] if sheet.logged else []),
        Option("usual", say.diary.usual_button()),
        Option("different", say.diary.different_button()),
        Option("none", say.diary.none_button()),
        Option("rather_not", say.diary.rather_not_button()),
    ]


def _reads(sheet: Sheet) -> Any:
    known = {"usual": "usual", "different": "different", "none": "none", "nothing": "none"}
    known |= {"yes": "all", "all": "all", "no": "different"} if sheet.logged else {}

    def read(text: str) -> str | NotUnderstood:
        typed = text.strip().lower().rstrip(".!")
        return known.get(typed) or NotUnderstood(say.reading.choose(), keep=len(typed.split()) > 1)

    return read


# --- what is logged, in lines


def _logged_lines(me: ParticipantView, sheet: Sheet) -> Message:
    return _lines([_logged_line(medicine, sheet) for medicine in me.medicines])


def _lines(lines: Sequence[Message]) -> Message:
    return reduce(lambda above, line: say.diary.lines(first=above, rest=line), lines)


def _logged_line(medicine: MedicineView, sheet: Sheet) -> Message:
    logged = sheet.of(medicine.id)
    if not logged.count and not logged.unclear:
        return say.diary.line_nothing(medicine=medicine.nickname)
    worded = say.diary.line_unclear if logged.unclear else say.diary.line
    if forms()[medicine.form].patch:
        worded = say.diary.line_worn
    return worded(medicine=medicine.nickname, amount=amount_of(medicine, logged.count))


def _all_by_now(me: ParticipantView, sheet: Sheet) -> Asking[str]:
    """A dose was logged, or changed, while the question stood there: "all" is asked of what is logged by now."""
    options = (Option("all", say.diary.all_button()), Option("different", say.diary.different_button()))
    return (yield from choose("by_now", say.diary.by_now(lines=_logged_lines(me, sheet)), options))


# --- what is written down


def _write(me: ParticipantView, sheet: Sheet, answer: str) -> Conversation:
    began: datetime = yield queries.now("write_from")
    if began >= sheet.ends_at:
        yield Say("over", say.diary.over())
        return
    if answer == "none" and sheet.logged:
        answer = yield from _none_but_logged(me, sheet)
    meant, uses = yield from _meant(me, sheet, answer)
    at: datetime = yield queries.now("written_at")
    if at >= sheet.ends_at:
        yield Say("over_by_now", say.diary.over())
        return
    stamp = {"answered_at": at, "answered_local": me.local(at).isoformat(timespec="seconds"), "zone": me.zone}
    for medicine, use in uses:
        yield from _keep(medicine, use, sheet, stamp)
    yield Record("day.kept", facts.DiaryDay(on=sheet.on, answer=meant, **stamp))
    thanks = say.diary.thanks(variant=(yield from wording("thanks", "diary.thanks")))
    yield Say("done", _done(meant, sheet, thanks))


def _keep(medicine: MedicineView, use: Use, sheet: Sheet, stamp: dict[str, Any]) -> Conversation:
    logged = sheet.of(medicine.id)
    held = None if logged.unclear else logged.count
    said = facts.DiaryDose(on=sheet.on, medicine=medicine.id, count=use.count, status=use.status, logged=held, **stamp)
    kept = yield Record(f"use.{medicine.id}", said)
    most = medicine.max_per_day
    if most is not None and use.status == "different" and (use.count or 0) > max(most, logged.count):
        at = stamp["answered_at"]
        yield Record(
            f"over.{medicine.id}", facts.AlertRaised(rule="dose_excess", event_at=at, about=kept), barrier=True
        )
        yield Say(f"over_label.{medicine.id}", say.dose.over_label())


def _done(answer: facts.DiaryAnswer, sheet: Sheet, thanks: Message) -> Message:
    if answer == "rather_not_say":
        return say.diary.done_rather_not()
    disputed = answer == "none" and any(logged.count for logged in sheet.logged)
    return say.diary.done_none(thanks=thanks) if disputed else say.diary.done(thanks=thanks)


def _none_but_logged(me: ParticipantView, sheet: Sheet) -> Asking[str]:
    options = (Option("all", say.diary.logged_button()), Option("none", say.diary.none_right_button()))
    question = say.diary.none_but_logged(lines=_logged_lines(me, sheet))
    return (yield from choose("none_but_logged", question, options))


def _meant(
    me: ParticipantView, sheet: Sheet, answer: str
) -> Asking[tuple[facts.DiaryAnswer, list[tuple[MedicineView, Use]]]]:
    """What an answer says of each medicine; the amounts are asked where it leaves them open."""
    match answer:
        case "all":
            return "all_logged", [(medicine, _as_logged(medicine, sheet)) for medicine in me.medicines]
        case "none":
            return "none", [(medicine, NONE) for medicine in me.medicines]
        case "rather_not":
            return "rather_not_say", [(medicine, NOT_SAID) for medicine in me.medicines]
        case "usual" if usual := _usual(me, sheet):
            if (yield from _is_usual(me, usual)):
                return "as_usual", (yield from _each(me, sheet, usual))
    return "different", (yield from _each(me, sheet, {}))


def _as_logged(medicine: MedicineView, sheet: Sheet) -> Use:
    logged = sheet.of(medicine.id)
    return Use(None if logged.unclear else logged.count, "as_logged")


def _usual(me: ParticipantView, sheet: Sheet) -> dict[str, float]:
    """The usual amount of a day of each medicine whose list says it, unless more is logged already."""
    known = {medicine.id: usual_on_list(medicine) for medicine in me.medicines}
    return {each: usual for each, usual in known.items() if usual is not None and usual >= sheet.of(each).count}


def _is_usual(me: ParticipantView, usual: dict[str, float]) -> Asking[bool]:
    """The usual amounts in words, before anything is written down."""
    lines = [
        say.diary.line_usual(medicine=medicine.nickname, amount=amount_of(medicine, usual[medicine.id]))
        for medicine in me.medicines
        if medicine.id in usual
    ]
    options = (Option("write", say.diary.write_button()), Option("different", say.diary.different_button()))
    return (yield from choose("usual", say.diary.usual(lines=_lines(lines)), options)) == "write"


def _each(me: ParticipantView, sheet: Sheet, usual: dict[str, float]) -> Asking[list[tuple[MedicineView, Use]]]:
    """Every medicine with its use: the usual where that was agreed to, else asked."""
    uses = []
    for medicine in me.medicines:
        known = usual.get(medicine.id)
        use = Use(known, "as_usual") if known is not None else (yield from _ask_amount(medicine, sheet))
        uses.append((medicine, use))
    return uses


def _ask_amount(medicine: MedicineView, sheet: Sheet) -> Asking[Use]:
    key = f"amount.{medicine.id}"
    use = yield from _amount(key, medicine, sheet)
    most = medicine.max_per_day
    if most is None or use.count is None or use.count <= max(most, sheet.of(medicine.id).count):
        return use
    amounts = {"amount": amount_of(medicine, use.count), "most": amount_of(medicine, most)}
    right = yield from yes_no(f"{key}.right", say.diary.over_label(medicine=medicine.nickname, **amounts))
    return use if right else (yield from _amount(f"{key}.again", medicine, sheet))


def _amount(key: str, medicine: MedicineView, sheet: Sheet) -> Asking[Use]:
    rows: Rows = (
        (Option("0", say.tlfb.none_button()),),
        *amounts_of_a_day(medicine),
        (Option("~other", say.tlfb.other_button()),),
        (Option("~unknown", say.tlfb.unknown_button()), Option("~rather", say.button.rather_not_say())),
    )
    value = yield from choose(key, _amount_question(medicine, sheet), rows, reads=amount_or_none)
    if value == "~other":
        unit = Message(f"dose.unit_{forms()[medicine.form].unit_name}")
        answer = yield from ask(Ask(f"{key}.other", say.tlfb.amount(unit=unit), "amount@1", reads=amount_or_none))
        value = str(answer.value)
    if value in ("~unknown", "~rather"):
        return NOT_KNOWN if value == "~unknown" else NOT_SAID
    return NONE if float(value) == 0 else Use(float(value), "different")


def _amount_question(medicine: MedicineView, sheet: Sheet) -> Message:
    names = {"medicine": medicine.nickname, "label": label_of(medicine)}
    count = sheet.of(medicine.id).count
    return say.diary.how_much(**names, logged=amount_of(medicine, count)) if count else say.diary.how_much_none(**names)
