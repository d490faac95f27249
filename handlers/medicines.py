"""What a medicine is, asked step by step from its label."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import cache

from content import factors, say
from content.medicines import forms, limit, units
from content.message import Message
from handlers.amounts import amount_of, label_of
from handlers.asking import Asking, choose, typed
from study import facts, queries, reading
from study.steps import NotUnderstood, Option, Record, Say
from study.view import MedicineView, ParticipantView

COMMON = ("oxycodone", "hydrocodone", "morphine", "tramadol", "tapentadol", "fentanyl", "methadone")
OWN_QUESTION = ("liquid", "drops", "spray", "patch")
ALIKE = 0.8

_number = r"(\d{1,4}(?:[.,]\d{1,3})?)"
_unit = r"(mg|mcg|μg|ug)"
_strength = re.compile(
    rf"{_number}\s*{_unit}?\s*(?:[/-]\s*{_number}\s*{_unit}?)?\s*(?:/\s*(?:hr?|hour)|per hour|an hour)?\s*[a-z]*\.?"
)
_liquid = re.compile(
    rf"{_number}\s*(?:mg)?(?:\s*[/-]\s*{_number}\s*(?:mg)?)?\s*(?:(?:/|per|in)\s*(?:one|a|{_number})?\s*ml)?\.?"
)
_strength_in_name = re.compile(rf"\s+{_number}(?:\s*[/-]\s*{_number})?\s*(?:mg|mcg|μg|ug|ml)\b.*$")


def add_medicine(me: ParticipantView, key: str, *, change: str = "started") -> Asking[MedicineView]:
    """One medicine, asked from its label; gives it as it is on the list."""
    product = yield from _product(key)
    form = yield from choose(f"{key}.form", say.medicines.form(), _form_options())
    strength, unit = yield from ask_strength(key, form)
    schedule = yield from _schedule(key, form)
    usual, most = yield from ask_amounts(key, form)
    times = yield from ask_times(key, form, schedule)
    nickname = yield from _nickname(key, product)
    reason = (yield from ask_reason(key)) if change == "started" else None
    at = yield queries.now(f"{key}.at")
    episode = {
        "nickname": nickname,
        "product": product,
        "form": form,
        "strength": strength,
        "unit": unit,
        "schedule": schedule,
        "usual_count": usual,
        "max_per_day": most,
        "times": times,
        "starts_on": me.local(at).date(),
        "change": change,
        "reason": reason,
    }
    made = facts.MedicineEpisode.model_validate(episode)
    entity = yield Record(f"{key}.episode", made)
    yield Say(f"{key}.added", say.medicines.added(name=_named(nickname, product, f"{product} {strength:g} {unit}")))
    return view_of(str(entity), made)


def view_of(entity: str, episode: facts.MedicineEpisode) -> MedicineView:
    """An episode as a talk sees it, in the turn that writes it."""
    shown = episode.model_dump(include=set(MedicineView.model_fields) - {"id", "times"})
    times = tuple(t for t in episode.times.split(",") if t)
    return MedicineView.model_validate(shown | {"id": entity, "times": times})


def _product(key: str) -> Asking[str]:
    """The name on the label; one that looks like a slip of the finger is asked about."""
    given = yield from typed(f"{key}.product", say.medicines.product(), product_typed, "product@1", _common())
    near = _near(given)
    if not near:
        return str(given)
    options = [Option(f"near{n}", name) for n, name in enumerate(near)]
    options.append(Option("typed", say.medicines.meant_typed_button(typed=given)))
    meant = yield from choose(f"{key}.meant", say.medicines.meant(), tuple((o,) for o in options))
    return str(given) if meant == "typed" else near[int(meant.removeprefix("near"))]


def product_typed(text: str) -> str | NotUnderstood:
    """The name of a product as typed, in small letters, without a strength behind it."""
    return reading.short_name(_strength_in_name.sub("", _plain(text)))


def _near(product: str) -> list[str]:
    """Known names that an unknown one is close to, those most often used first."""
    known, _ = factors.names().split_form(product)
    if factors.names().product(known) is not None:
        return []
    near = get_close_matches(known, _known_names(), n=3, cutoff=ALIKE)
    return sorted(near, key=lambda name: name not in COMMON)


@cache
def _known_names() -> tuple[str, ...]:
    names = factors.names()
    single = [name for medicine in names.medicines for name in (medicine.id, *medicine.also)]
    return (*single, *(name for product in names.products for name in product.names))


def _common() -> list[Option]:
    return [Option(name, name) for name in COMMON]


def _form_options() -> list[Option]:
    return [Option(code, Message(f"medicines.form_{code}")) for code in forms()]


def ask_strength(key: str, form: str, now: MedicineView | None = None) -> Asking[tuple[float, str]]:
    """The strength of one unit as on the label, and its unit (a patch: mcg/h, a liquid: mg/mL).

    `now` is the medicine as it is on the list; its strength is offered as it stands.
    """
    same = [Option("same", _same(f"{now.strength:g} {now.unit}"))] if now is not None else []
    question = Message(f"medicines.strength_{form}") if form in OWN_QUESTION else say.medicines.strength()
    reads = liquid_strength_typed if form == "liquid" else strength_typed
    value = yield from typed(f"{key}.strength", question, reads, "strength@1", same)
    if value == "same" and now is not None:
        return now.strength, now.unit
    number, _, unit = str(value).partition(" ")
    if (fixed := forms()[form].unit) is not None:
        return float(number), fixed
    if unit:
        return float(number), unit
    if now is not None:
        return float(number), now.unit
    options = (tuple(Option(code, code) for code, each in units().items() if each.asked),)
    return float(number), (yield from choose(f"{key}.unit", say.medicines.unit(), options))


def _same(value: Message | str) -> Message:
    return say.medicines.same_button(value=value)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def strength_typed(text: str) -> str | NotUnderstood:
    """A strength as typed, with its unit if that was said: "5", "7,5", "10 mg", "5/325" (the first part counts)."""
    found = _strength.fullmatch(_plain(text))
    value = float(found.group(1).replace(",", ".")) if found else 0.0
    if found is None or not 0 < value <= limit("most_strength"):
        return NotUnderstood(say.medicines.strength_again(), keep=len(text.split()) > reading.SENTENCE_WORDS)
    unit = found.group(2) or found.group(4)
    return f"{value:g}" if unit is None else f"{value:g} {'mg' if unit == 'mg' else 'mcg'}"


def liquid_strength_typed(text: str) -> str | NotUnderstood:
    """The mg in one mL as typed: "2,5", "20 mg/mL", "10 mg/5 mL", "7.5-325 mg/15 mL"."""
    found = _liquid.fullmatch(_plain(text))
    volume = float((found.group(3) or "1").replace(",", ".")) if found else 0.0
    value = float(found.group(1).replace(",", ".")) / volume if found and volume else 0.0
    if not 0 < value <= limit("most_strength"):
        return NotUnderstood(say.medicines.strength_liquid_again(), keep=len(text.split()) > reading.SENTENCE_WORDS)
    return f"{round(value, 4):g}"


def _named(nickname: str, product: str, label: str) -> Message | str:
    """A medicine by the name a person gave it, with its label; by the label alone when they gave it none."""
    return label if nickname == product else say.medicines.named(nickname=nickname, label=label)


def line_of(medicine: MedicineView) -> Message:
    """One medicine as a line: its name here, what the label says, and when it is taken."""
    name, schedule = _named(medicine.nickname, medicine.product, label_of(medicine)), schedule_of(medicine)
    if not medicine.times:
        return say.medicines.line(name=name, schedule=schedule)
    return say.medicines.line_times(name=name, schedule=schedule, times=", ".join(medicine.times))


def schedule_of(medicine: MedicineView) -> Message:
    """How a medicine is taken, in words."""
    if forms()[medicine.form].patch:
        return say.medicines.worn()
    return say.enrol.as_needed() if medicine.as_needed else say.enrol.scheduled()


def _schedule(key: str, form: str) -> Asking[str]:
    if forms()[form].patch:
        return "scheduled"
    options = (
        Option("scheduled", say.medicines.scheduled_button()),
        Option("as_needed", say.medicines.as_needed_button()),
    )
    return (yield from choose(f"{key}.schedule", say.medicines.schedule(), options))


def ask_amounts(key: str, form: str, now: MedicineView | None = None) -> Asking[tuple[float, float | None]]:
    """The usual amount and the most of a day, in units of the form; None when the label does not say."""
    if forms()[form].patch:
        return 1.0, None
    unit = Message(f"dose.unit_{forms()[form].unit_name}")
    same = [Option("same", _same(amount_of(now, now.usual_count)))] if now and now.usual_count else []
    question = say.medicines.usual(unit=unit)
    usual = yield from typed(f"{key}.usual", question, reading.amount, "amount@1", same)
    options = [Option("same", _same(amount_of(now, now.max_per_day)))] if now and now.max_per_day else []
    options.append(Option("unknown", say.medicines.most_unknown_button()))
    question = say.medicines.most(unit=unit)
    most = yield from typed(f"{key}.most", question, reading.amount, "amount@1", options)
    return _amount(usual, now.usual_count if now else None) or 1.0, _amount(most, now.max_per_day if now else None)


def _amount(answer: str | float, now: float | None) -> float | None:
    if answer == "same":
        return now
    return None if answer == "unknown" else float(answer)


def ask_times(key: str, form: str, schedule: str, now: MedicineView | None = None) -> Asking[str]:
    """The person's own dosing times as `08:00,20:00`; empty when there is none."""
    if forms()[form].patch:
        return ""
    question = say.medicines.times() if schedule == "scheduled" else say.medicines.times_as_needed()
    options = [Option("~skip", say.button.skip())]
    if now is not None and now.times:
        options = [Option("same", _same(", ".join(now.times))), Option("~skip", say.medicines.no_times_button())]
    times = yield from typed(f"{key}.times", question, reading.clock_times, "text@1", options)
    if times == "same" and now is not None:
        return ",".join(now.times)
    return "" if times == "~skip" else str(times)


def ask_reason(key: str) -> Asking[str | None]:
    """Why something changed, as a code or in the person's words; None when they would rather not say."""
    options = (
        Option("prescriber", say.medicines.reason_prescriber_button()),
        Option("pharmacy", say.medicines.reason_pharmacy_button()),
        Option("side_effects", say.medicines.reason_side_effects_button()),
        Option("hospital", say.medicines.reason_hospital_button()),
        Option("own_choice", say.medicines.reason_own_button()),
        Option("list_wrong", say.medicines.reason_list_wrong_button()),
        Option("rather_not_say", say.button.rather_not_say()),
    )
    reason = yield from typed(f"{key}.reason", say.medicines.reason(), reading.words, "reason@1", options)
    return str(reason)


def _nickname(key: str, product: str) -> Asking[str]:
    same = (Option("same", say.medicines.nickname_same_button(product=product)),)
    name = yield from typed(f"{key}.nickname", say.medicines.nickname(), reading.short_name, "name@1", same)
    return product if name == "same" else str(name)
