"""`coach mme` and `coach score`: dose arithmetic and scoring, for staff and for scripts that check us.

With `--json` each prints one object. What cannot be read ends with exit status 2 and one line on stderr.

A medicine is written `name [form] strength unit xCOUNT[/Nd]`; COUNT is what was taken in a day, or in N days:

    oxycodone 10 mg x4          oxycodone ER 10 mg x60/30d          tramadol 37,5 mg x2.5
    hydrocodone/acetaminophen 5/325 mg x4       the opioid's part counts, in the order the parts are named
    fentanyl patch 25 mcg/h x1                  on the skin; x10/30d: used, each worn its usual 72 hours
    morphine liquid 2 mg/mL x10                 mL; x10mL when the strength is for another volume (mg/5mL)
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from content import factors as factor_content
from content.instruments import instrument as find_instrument
from content.instruments import instruments
from study import scoring
from study.mme import DailyMme, MmeInput, Unit, daily_mme, read_unit, what_it_is

if TYPE_CHECKING:
    from collections.abc import Sequence

    from content.factors import FactorSet, Names
    from content.instruments import Instrument
    from study.scoring import Score

NONE = "none"
SKIPPED = "-"
LONGEST = 200
ECHOED = 60

NUMBER = r"(?:[0-9]{1,6}(?:[.,][0-9]{1,6})?|\.[0-9]{1,6})"
MASS = r"(?:mg|milligrams?|mcg|[µμu]g|micrograms?)"
PER = r"(?:\s*(?:/|per\b)\s*(?:hour|hr|h|(?:[0-9]{1,4}(?:\.[0-9]{1,3})?)?\s*ml)\b)?"
ITEM = re.compile(
    rf"(?P<name>.*?)\s+"
    rf"(?P<strengths>{NUMBER}(?:\s*{MASS}?\s*[/+-]\s*{NUMBER})*)\s*"
    rf"(?P<unit>{MASS}\b{PER})"
    rf"(?P<form>(?:\s+[a-z-]+)*?)\s*"
    rf"[x×]\s*(?P<count>{NUMBER})\s*(?P<ml>ml)?"
    rf"(?:\s*/\s*(?P<days>[0-9]{{1,3}})\s*d(?:ays?)?)?"
)


class ItemRefused(Exception):
    """Input that cannot be read: `code` is a key under `[refusals]` of `content/factors/words.toml`."""

    def __init__(self, code: str, text: str) -> None:
        """`text` is what was typed."""
        self.code = code
        self.text = text
        super().__init__(code, text)


class OneLineCommand(TyperCommand):
    """A command whose usage errors are one line on stderr, as scripts expect, instead of a drawn box."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the parent does; a usage error ends the program with status 2 and one line."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            refuse(str(self.name), error.format_message())


def refuse(command: str, reason: str) -> NoReturn:
    """End with status 2 and one line on stderr, whatever was typed."""
    line = "".join(c if c.isprintable() else " " for c in reason)
    typer.echo(f"coach {command}: {' '.join(line.split())}", err=True)
    raise typer.Exit(2)


def mme(
    items: Annotated[
        list[str] | None,
        typer.Argument(help="What was taken in a day, one medicine each: 'oxycodone 10 mg x4'; or 'none'."),
    ] = None,
    factors: Annotated[str, typer.Option("--factors", help="The factor set.")] = factor_content.DEFAULT,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Morphine milligram equivalents of a day, in mg; without a medicine the day is missing, not zero."""
    factor_set = factor_content.factor_sets().get(factors)
    if factor_set is None:
        refuse("mme", f"no factor set '{_echo(factors)}': {', '.join(factor_content.factor_sets())}")
    try:
        doses = read_day(items or [])
    except ItemRefused as error:
        refuse("mme", f"'{_echo(error.text)}': {factor_content.words().refusals[error.code]}")
    day = daily_mme(doses, factor_set)
    typer.echo(_mme_json(day) if json else _mme_text(day, factor_set))


def score(
    instrument: Annotated[str, typer.Argument(help="The instrument: peg, rmdq, phq4 ...")],
    answers: Annotated[
        list[str] | None,
        typer.Argument(help="Its answers in order, - for a skipped one; rmdq: the numbers ticked, or 'none'."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="With --json: a list of all its scores, not only the first.")
    ] = False,
) -> None:
    """The score of a questionnaire; without answers it is missing, not zero."""
    asked = _scored(instrument)
    values = _read_answers(asked, answers or [])
    printed = _all_json if every else _score_json
    typer.echo(printed(asked, values) if json else _score_text(asked, values))


def _scored(name: str) -> Instrument:
    """The instrument of this name; one that makes no score is refused like an unknown one."""
    try:
        found = find_instrument(name)
    except KeyError:
        found = None
    if found is not None and found.given and not found.scores:
        refuse("score", f"{found.code} is scored elsewhere; its scores are imported as given")
    if found is None or not found.scores:
        scored = ", ".join(code for code, each in instruments().items() if each.scores)
        refuse("score", f"no instrument '{_echo(name)}': {scored}")
    return found


def add_to(app: typer.Typer) -> None:
    """Register both commands; answers like `-` and `-1` reach them instead of being taken for options."""
    for function in (mme, score):
        app.command(cls=OneLineCommand, context_settings={"ignore_unknown_options": True})(function)


def read_day(items: Sequence[str]) -> list[MmeInput] | None:
    """The medicines of a day; None for no item at all, empty for `none`; `ItemRefused` for other texts."""
    plain = [item.strip().casefold() for item in items]
    if NONE in plain and len(plain) > 1:
        raise ItemRefused("none_alone", " ".join(items))
    if plain == [NONE]:
        return []
    return [read_item(item) for item in items] or None


def read_item(text: str) -> MmeInput:
    """One medicine, written as the module says; `ItemRefused` when anything is left to guess."""
    found = _match(text)
    names = factor_content.names()
    name, form_in_name = names.split_form(found["name"])
    left_over, form_after_unit = names.split_form(found["form"])
    if left_over:
        raise ItemRefused("form", text)
    if not _is_a_name(name, names):
        raise ItemRefused("grammar", text)
    said = form_after_unit or form_in_name
    unit = read_unit(found["unit"])
    dose = MmeInput(
        name=name,
        form=said.words[0] if said else None,
        strength=_strength(name, found["strengths"], names, text),
        unit=str(unit),
        count=_number(found["count"], text),
        count_is_ml=found["ml"] is not None,
        per_days=_days(found["days"], text),
    )
    _check_unit(dose, unit, text)
    return dose


def _match(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise ItemRefused("too_long", text)
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    match = ITEM.fullmatch(plain)
    if match is None or not plain.isprintable():
        raise ItemRefused("grammar", text)
    return match.groupdict()


def _is_a_name(name: str, names: Names) -> bool:
    if names.product(name):
        return True
    return re.search("[a-z]", name) is not None and not any(word[0].isdigit() for word in name.split())


def _number(written: str, text: str) -> Decimal:
    if re.fullmatch("[1-9][0-9]*,[0-9]{3}", written):
        raise ItemRefused("ambiguous_number", text)
    return Decimal(written.replace(",", "."))


def _days(written: str | None, text: str) -> int:
    days = 1 if written is None else int(written)
    if days == 0:
        raise ItemRefused("days", text)
    return days


def _strength(name: str, written: str, names: Names, text: str) -> Decimal:
    """The opioid's strength of what may be a combination."""
    numbers = [_number(number, text) for number in re.findall(NUMBER, written)]
    if 0 in numbers:
        raise ItemRefused("zero_strength", text)
    product = names.product(name)
    parts = product.parts if product else ()
    if "-" in written and len(parts) < 2:
        raise ItemRefused("range", text)
    strength = _opioid_part(parts, numbers, names)
    if strength is None:
        raise ItemRefused("which_part", text)
    return strength


def _opioid_part(parts: Sequence[str], numbers: Sequence[Decimal], names: Names) -> Decimal | None:
    """The number that belongs to the opioid, None when that cannot be told."""
    at = next((i for i, part in enumerate(parts) if names.medicine(part)), 0)
    if len(numbers) == 1:
        return numbers[0] if at == 0 else None
    if len(parts) < 2:
        return numbers[0] if numbers[0] <= min(numbers[1:]) else None
    if len(parts) != len(numbers):
        return None
    bulky = [number for part, number in zip(parts, numbers, strict=True) if part in names.bulky]
    return numbers[at] if all(number > numbers[at] for number in bulky) else None


def _check_unit(dose: MmeInput, unit: Unit, text: str) -> None:
    _, form = what_it_is(dose.name, dose.form, unit)
    if dose.count_is_ml and unit.per_ml is None:
        raise ItemRefused("concentration", text)
    if not unit.fits(form, count_is_ml=True):
        raise ItemRefused("unit", text)
    per_one = unit.per_ml in (None, 1) and unit.fits(form)
    if not dose.count_is_ml and not per_one:
        raise ItemRefused("millilitres", text)


def _mme_json(day: DailyMme) -> str:
    parts = [asdict(part) for part in day.parts]
    return dumps({"mme": day.value, "complete": day.complete, "factors": day.factor_set, "parts": parts})


def _mme_text(day: DailyMme, factor_set: FactorSet) -> str:
    words = factor_content.words()
    figure = f"no figure ({words.reasons[day.reason]})" if day.reason else f"{day.value:.1f} mg a day"
    lines = [f"MME: {figure}; {factor_set.title} ({factor_set.id}, version {factor_set.version})"]
    for part in day.parts:
        counted = words.reasons[part.reason] if part.reason else f"{part.mme:.1f}"
        notes = "".join(f" ({words.notes[note]})" for note in part.notes)
        lines.append(f"  {part.name}: {counted}{notes}")
    return "\n".join([*lines, "", *(f"- {warning}" for warning in words.warnings)])


def _read_answers(asked: Instrument, words: Sequence[str]) -> scoring.Answers:
    try:
        values = _ticks(asked, words) if asked.kind == "ticks" else _in_order(asked, words)
        scoring.score(asked.code, values)
    except scoring.AnswerRefused as error:
        refuse("score", f"{asked.code}: '{_echo(str(error.value))}' is not an answer to {error.item}")
    return values


def _ticks(asked: Instrument, words: Sequence[str]) -> scoring.Answers:
    if [word.casefold() for word in words] == [NONE]:
        return scoring.ticked(asked.code, [])
    finished = bool(words) and SKIPPED not in words
    numbers = [_whole(asked, "statement", word) for word in words if word != SKIPPED]
    return scoring.ticked(asked.code, numbers, finished=finished)


def _in_order(asked: Instrument, words: Sequence[str]) -> scoring.Answers:
    if not words:
        return {}
    if len(words) != len(asked.items):
        wanted = f"{len(asked.items)} answers, {len(words)} given; write - for a skipped one"
        refuse("score", f"{asked.code} has {wanted}")
    return {
        item.code: None if word == SKIPPED else _whole(asked, item.code, word)
        for item, word in zip(asked.items, words, strict=True)
    }


def _whole(asked: Instrument, item: str, word: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,2}", word):
        raise scoring.AnswerRefused(asked.code, item, word)
    return int(word)


def _score_json(asked: Instrument, values: scoring.Answers) -> str:
    return dumps(_plain(scoring.headline(asked.code, values)))


def _all_json(asked: Instrument, values: scoring.Answers) -> str:
    return dumps([{"name": each.name} | _plain(each) for each in scoring.score(asked.code, values)])


def _plain(best: Score) -> dict[str, Any]:
    return {"score": best.value, "n_missing": best.n_missing, "version": best.version, "reason": best.reason}


def _score_text(asked: Instrument, values: scoring.Answers) -> str:
    scores = scoring.score(asked.code, values)
    signs = scoring.item_flags(asked.code, values)
    lines = [f"{asked.title['en']} ({asked.version}, scorer {asked.scorer_version})"]
    lines += [f"  {_score_line(each)}" for each in scores]
    return "\n".join([*lines, *(f"  look at this now: {sign}" for sign in signs)])


def _score_line(each: Score) -> str:
    missing = f", {each.n_missing} missing" if each.n_missing else ""
    if each.value is None:
        return f"{each.name}: no score ({each.reason}{missing})"
    value = f"{each.value:.1f}" if isinstance(each.value, float) else str(each.value)
    return ", ".join([f"{each.name}: {value}", *filter(None, [each.band]), *each.flags]) + missing


def _echo(text: str) -> str:
    return text if len(text) <= ECHOED else f"{text[:ECHOED]}..."
