"""The list of medicines: what one is, step by step from its label, as dated episodes."""

from __future__ import annotations

from content import say
from content.medicines import forms
from content.message import Message
from handlers.asking import Asking, choose, typed, write
from study import facts, queries, reading
from study.steps import NotUnderstood, Option, Record, Say
from study.view import MedicineView, ParticipantView

COMMON = ("oxycodone", "hydrocodone", "morphine", "tramadol", "tapentadol", "fentanyl", "methadone")
NEVER_UNKNOWN = ("mg", "mcg")


def add_medicine(me: ParticipantView, key: str, *, change: str = "started") -> Asking[str]:
    """One medicine, asked from its label; gives its entity."""
    product = yield from typed(f"{key}.product", say.medicines.product(), reading.short_name, "product@1", _common())
    form = yield from choose(f"{key}.form", say.medicines.form(), _form_options())
    strength, unit = yield from ask_strength(key, form)
    schedule = yield from _schedule(key, form)
    usual, most = yield from _amounts(key, form)
    times = yield from ask_times(key, form, schedule)
    nickname = yield from _nickname(key, str(product))
    at = yield queries.now(f"{key}.at")
    episode = {
        "nickname": nickname,
        "product": str(product).lower(),
        "form": form,
        "strength": strength,
        "unit": unit,
        "schedule": schedule,
        "usual_count": usual,
        "max_per_day": most,
        "times": times,
        "starts_on": me.local(at).date(),
        "change": change,
    }
    entity = yield Record(f"{key}.episode", facts.MedicineEpisode.model_validate(episode))
    label = f"{str(product).lower()} {strength:g} {unit}"
    yield Say(f"{key}.added", say.medicines.added(nickname=nickname, label=label))
    return str(entity)


def _common() -> list[Option]:
    return [Option(name, name) for name in COMMON]


def _form_options() -> list[Option]:
    return [Option(code, Message(f"medicines.form_{code}")) for code in forms()]


def ask_strength(key: str, form: str) -> Asking[tuple[float, str]]:
    """The strength of one unit as on the label, and its unit (a patch: mcg/h, a liquid: mg/mL)."""
    question = say.medicines.strength_liquid() if form == "liquid" else say.medicines.strength()
    strength = yield from typed(f"{key}.strength", question, strength_typed, "strength@1")
    if form in ("patch", "liquid"):
        return float(strength), "mcg/h" if form == "patch" else "mg/mL"
    options = (tuple(Option(unit, unit) for unit in NEVER_UNKNOWN),)
    return float(strength), (yield from choose(f"{key}.unit", say.medicines.unit(), options))


def strength_typed(text: str) -> float | NotUnderstood:
    """A strength as typed: "5", "7,5", "10 mg", "10/325" (the first part counts)."""
    first = text.strip().lower().split("/")[0]
    for unit in ("mcg/h", "mg/ml", "mcg", "mg", "µg"):
        first = first.removesuffix(unit).strip()
    return reading.amount(first)


def _schedule(key: str, form: str) -> Asking[str]:
    if forms()[form].patch:
        return "scheduled"
    options = (
        Option("scheduled", say.medicines.scheduled_button()),
        Option("as_needed", say.medicines.as_needed_button()),
    )
    return (yield from choose(f"{key}.schedule", say.medicines.schedule(), options))


def _amounts(key: str, form: str) -> Asking[tuple[float, float | None]]:
    if forms()[form].patch:
        return 1.0, None
    usual = yield from typed(f"{key}.usual", say.medicines.usual(), reading.amount, "amount@1")
    unknown = (Option("unknown", say.medicines.most_unknown_button()),)
    most = yield from typed(f"{key}.most", say.medicines.most(), reading.amount, "amount@1", unknown)
    return float(usual), None if most == "unknown" else float(most)


def ask_times(key: str, form: str, schedule: str) -> Asking[str]:
    """The person's own dosing times as `08:00,20:00`; empty when there is none."""
    if forms()[form].patch:
        return ""
    question = say.medicines.times() if schedule == "scheduled" else say.medicines.times_as_needed()
    return (yield from write(f"{key}.times", question, reads=reading.clock_times)) or ""


def _nickname(key: str, product: str) -> Asking[str]:
    same = (Option("same", say.medicines.nickname_same_button(product=product)),)
    name = yield from typed(f"{key}.nickname", say.medicines.nickname(), reading.short_name, "name@1", same)
    return product if name == "same" else str(name)


def named(medicines: tuple[MedicineView, ...]) -> list[Option]:
    """Medicines as buttons, by the names the person gave them."""
    return [Option(m.id, m.nickname) for m in medicines]
