"""Writes the pages of `docs/` that are made from the program itself, so that nobody has to keep them by hand.

Run `make docs` after a change of a command, a setting, a text, an exercise, an alert rule or an export column;
`tests/test_docs.py` fails while a page is stale. The same program always gives the same pages.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

import vl_convert
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from typer.main import get_command

from bot.command_list import COMMANDS, KEY_OF
from bot.commands.app import app
from bot.settings import PREFIX, SECRETS, Settings
from content.catalogue import LANGUAGES, Text, catalogue
from content.checklist import checklist
from content.consent_text import consent_text
from content.exercises import ARMS, Exercise, Step, exercises
from content.export_lists import OF_THE_EXPORT, ListName, listed
from content.exports import Column, Table, exported
from content.instruments import Flag, Instrument, instruments, shipped
from content.protocol import Ladder, protocol
from content.safety_data import AlertRule, alerts, safety_words
from content.safety_texts import all_numbers
from content.sessions import Booster, Lesson, LessonStep, boosters, lessons
from content.watching import watching
from study.calendar import calendar_chart

DOCS = Path(__file__).resolve().parent
ROOMS_THAT_RAISE = ("bot", "handlers", "scheduler", "coordinator", "study")
LONG_LIST = 12
MATRIX = re.compile(r"(<!-- generated: alert matrix -->\n).*?(<!-- end -->)", re.DOTALL)
ARM_TITLES = {"mbt": "Mindfulness (mbt)", "cbt": "CBT (cbt)"}
SETTINGS = DOCS / "settings.toml"
"""What each setting is for, unless its field says so itself."""


def cell(text: object) -> str:
    """A text as it may stand in a cell of a Markdown table."""
    plain = str(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")
    return plain.strip().replace("\n", "<br>")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; its cells are given as Markdown."""
    titles = list(head)
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def page(title: str, made_from: str, *parts: str) -> str:
    """A page with its title, where it comes from, and its parts."""
    note = f"Made from {made_from} by `make docs`; not edited by hand."
    return "\n".join([f"# {title}\n", f"{note}\n", *parts]).rstrip("\n") + "\n"


# --- commands ---------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command of `coach` with its arguments and options, and the commands of the chat."""
    words = catalogue().texts
    chat = [(f"`/{name}`", cell(words[f"profile.{KEY_OF.get(name, name)}"].en)) for name in COMMANDS]
    exits = "Exit status: 0 done, 1 refused with a reason on stderr, 2 wrong usage."
    return page(
        "Commands",
        "the program",
        f"{exits}\n",
        *(_command(path, command) for path, command in all_commands()),
        "## In the chat\n",
        "What stands in Telegram's menu of the bot, and `/start` with a code, which begins everything.\n",
        table(("command", "for"), chat),
    )


def all_commands() -> list[tuple[str, Any]]:
    """Every command that does something, by the words that call it: `coach participant add` and so on."""
    return list(_below("coach", get_command(app())))


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    below: Mapping[str, Any] = getattr(command, "commands", {})
    if not below:
        yield path, command
    for name, each in below.items():
        yield from _below(f"{path} {name}", each)


def _command(path: str, command: Any) -> str:
    usage = " ".join([path, *filter(None, map(_in_usage, command.params))])
    said = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
    rows = [(f"`{_called(param)}`", cell(param.help or ""), _default(param)) for param in command.params]
    listed = table(("argument or option", "meaning", "without it"), rows) if rows else ""
    return "\n".join([f"## {path}\n", f"{said}\n", f"```text\n{usage}\n```\n", listed])


def _in_usage(param: Any) -> str:
    if param.param_type_name == "argument":
        many = "..." if param.nargs == -1 else ""
        shown = f"{param.name.upper()}{many}"
        return shown if param.required else f"[{shown}]"
    return _called(param) if param.required else ""


def _called(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.name).upper()
    value = "" if param.is_flag else f" {param.name.upper()}"
    return " / ".join([*param.opts, *param.secondary_opts]) + value


def _default(param: Any) -> str:
    if param.required:
        return "needed"
    if param.default in (None, "", False):
        return ""
    return f"`{param.default}`"


# --- settings ---------------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every setting of an installation: variable, meaning, default."""
    meanings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    rows = [_setting(name, field, meanings) for name, field in Settings.model_fields.items()]
    reading = (
        "Read from the environment, or from a file `.env` in the folder where `coach` is started. "
        "A value that cannot be used ends the program and names the variable. "
        f"A secret can also be given as a file: `{PREFIX}SECRET_KEY_FILE` names the file that holds it.\n"
    )
    listed = table(("variable", "for", "default", "limits", "secret"), rows)
    return page("Settings", "`bot/settings.py`", reading, listed)


def _setting(name: str, field: FieldInfo, meanings: Mapping[str, str]) -> tuple[str, ...]:
    default = field.default
    shown = default.get_secret_value() if isinstance(default, SecretStr) else default
    limits = ", ".join(_limit(each) for each in field.metadata)
    secret = "or `…_FILE`" if name in SECRETS else ""
    meaning = field.description or meanings[name]
    return f"`{PREFIX}{name.upper()}`", meaning, "" if shown in ("", None) else f"`{shown}`", limits, secret


def _limit(constraint: Any) -> str:
    said = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    return " ".join(f"{word} {getattr(constraint, name)}" for name, word in said.items() if hasattr(constraint, name))


# --- what participants read -------------------------------------------------------------------------------------------


def messages_page() -> str:
    """Every text a participant can read outside the exercises, with what discreet mode shows instead."""
    texts = catalogue()
    reading = (
        "All that a participant can read in the chat: this page, the [exercises](exercises.md), and the [weekly "
        "sessions](sessions.md). "
        "Words in braces are filled in: an amount, a time, the number to call. `(one)`, `(other)`: forms for one and "
        "for more. Keys that end in `_button` are labels of buttons. Where the last column is empty, discreet mode "
        "shows the same text. A questionnaire's published words are not changed for it.\n"
    )
    version = f"Catalogue version `{texts.version}`: any change of a text is another version.\n"
    return page(
        "Messages: every text for participants",
        "`content/`",
        version,
        reading,
        *map(_consent, LANGUAGES),
        *(part for language in LANGUAGES for part in _rooms(texts.texts, language)),
        "## Questionnaires without text\n",
        "The site supplies their words where its licence allows; until then they are not asked: "
        + ", ".join(f"`{each.code}`" for each in instruments().values() if not each.text_included),
    )


def _consent(language: str) -> str:
    text = consent_text(language)
    approved = f"approved by {text.approved_by}" if text.approved_by else "**not approved by anybody yet**"
    quoted = "\n".join(f"> {line}".rstrip() for line in text.text.strip().splitlines())
    return f"## Consent ({language})\n\nVersion `{text.version}`, {approved}, SHA-256 `{text.sha256}`.\n\n{quoted}\n"


def _rooms(texts: Mapping[str, Text], language: str) -> Iterator[str]:
    shown = [(key, text) for key, text in sorted(texts.items()) if not key.startswith(("exercise.", "lesson."))]
    for room, of_room in groupby(shown, key=lambda pair: _room(pair[0])):
        rows = [row for key, text in of_room for row in _text(key, text, language)]
        yield f"## {room} ({language})\n\n{table(('key', 'text', 'in discreet mode'), rows)}"


def _room(key: str) -> str:
    first, second, *_ = key.split(".")
    return f"instrument {second}" if first == "instrument" else first


def _text(key: str, text: Text, language: str) -> Iterator[tuple[str, ...]]:
    discreet = cell(text.discreet.get(language, ""))
    forms = text.forms(language)
    for form, words in forms.items():
        yield f"`{key}`" + (f" ({form})" if len(forms) > 1 else ""), cell(words), discreet
    for place, words in enumerate(text.variants.get(language, ()), start=2):
        yield f"`{key}` (wording {place})", cell(words), discreet


def exercises_page() -> str:
    """Every exercise, arm by arm, step by step with its seconds."""
    reading = (
        "A step is one message. The next one comes after the seconds shown, or when the person goes on. Each step of a "
        "pause has the buttons *Take my dose now*, *Stop here* and *This is making it worse*.\n"
    )
    of_arm = {arm: "\n".join(_exercise(each) for each in exercises().values() if each.arm == arm) for arm in ARMS}
    parts = (f"## {ARM_TITLES[arm]}\n\n{steps}" for arm, steps in of_arm.items())
    return page("Exercises, step by step", "`content/exercises/`", reading, *parts)


def _exercise(exercise: Exercise) -> str:
    said = [f"{exercise.minutes} min ({exercise.seconds} s)", f"version {exercise.version}"]
    said += ["before a dose and as practice" if exercise.before_dose else "as practice only"]
    said += ["before a medicine taken as needed only"] if exercise.as_needed_only else []
    said += ["not offered at high pain"] if exercise.focuses_on_pain else []
    rows = [_step(step, language) for step in exercise.steps for language in LANGUAGES]
    titles = [*exercise.title.values(), *(f"{words} (in discreet mode)" for words in exercise.title_discreet.values())]
    head = f"### `{exercise.id}`: {' / '.join(map(cell, titles))}\n\n{'; '.join(said)}. Source: {exercise.source}.\n"
    return f"{head}\n{table(('step', 'seconds', 'kind', 'text', 'in discreet mode', 'buttons'), rows)}"


def _step(step: Step, language: str) -> tuple[str, ...]:
    labels = " ".join(f"[{cell(option.label[language])}]" for option in step.options)
    discreet = step.say_discreet.get(language, "")
    return f"`{step.key}`", str(step.seconds), step.kind, cell(step.say[language]), cell(discreet), labels


def sessions_page() -> str:
    """Every weekly session and booster, arm by arm, message by message."""
    reading = (
        "A row is one message. Under each are *Next* and *Enough for today*; a session is gone on with at the part "
        "where it was left. Minutes are an estimate: `content/sessions/pace.toml` says how they are counted. Codes of "
        "sessions and parts are the same in both arms, so that no export tells the arm. Exercises are on "
        "[their own page](exercises.md); what is said around the parts is under `session` in the "
        "[messages](messages.md).\n"
    )
    parts = (
        f"## {ARM_TITLES[arm]}\n\n{''.join(map(_lesson, lessons(arm).values()))}### Boosters, weeks 9 to 52\n\n"
        f"{''.join(map(_booster, boosters(arm)))}"
        for arm in ARMS
    )
    return page("Weekly sessions", "`content/sessions/` and `content/boosters/`", reading, *parts)


def _lesson(lesson: Lesson) -> str:
    head = f"### {lesson.code}: {cell(lesson.title['en'])}\n\n"
    about = f"About {lesson.minutes} min; version {lesson.version}. Source: {cell(lesson.source)}.\n\n"
    rows = [row for part in lesson.parts for row in _lesson_rows(f"`{part.code}` {part.minutes} min", part.steps)]
    return f"{head}{about}{table(('part', 'text', 'in discreet mode', 'asks or leads'), rows)}\n"


def _booster(booster: Booster) -> str:
    head = f"#### {cell(booster.title['en'])}\n\nAbout {booster.minutes} min; an idea of {booster.of}.\n\n"
    rows = _lesson_rows(f"`{booster.code}`", booster.steps)
    return f"{head}{table(('booster', 'text', 'in discreet mode', 'asks or leads'), rows)}\n"


def _lesson_rows(name: str, steps: Iterable[LessonStep]) -> Iterator[tuple[str, ...]]:
    for place, step in enumerate(steps):
        labels = " ".join(f"[{cell(option.label['en'])}]" for option in step.options)
        leads = f"exercise `{step.exercise}`" if step.exercise else "own words" if step.kind == "write" else labels
        yield name if place == 0 else "", cell(step.say["en"]), cell(step.say_discreet.get("en", "")), leads


# --- instruments ------------------------------------------------------------------------------------------------------


def instruments_page() -> str:
    """Every instrument: whether its words are here and by which licence, its items, and how it is scored."""
    reading = (
        "Where *words* says *the site's*, no wording is in this programme: it is asked once a site has brought the "
        "wording it may use, and answers from paper can be imported without it ([importing.md](importing.md)). "
        "Published wording is never changed, in discreet mode neither.\n"
    )
    rows = [_instrument(each) for each in shipped().values()]
    head = ("code", "instrument", "words", "items", "looks back over", "licence", "source")
    scores = [row for each in shipped().values() for row in _scores(each)]
    return page(
        "Instruments",
        "`content/instruments/`",
        reading,
        table(head, rows),
        "## Scores\n",
        "*Blanks*: how many items may have no answer. A score that cannot be made is missing with a reason, never 0.\n",
        table(("score", "made from", "range", "blanks", "bands and signs"), scores),
    )


def _instrument(each: Instrument) -> tuple[str, ...]:
    words = "here" if each.text_included else "the site's" if each.items else "none: scores as given"
    words += (
        ", to be compared by the site with the published form" if any(not item.verified for item in each.items) else ""
    )
    words += "; only with somebody on call" if each.needs_on_call else ""
    count = str(len(each.items)) if each.items else ""
    return f"`{each.code}`", cell(each.title["en"]), words, count, each.period, cell(each.licence), cell(each.source)


def _scores(each: Instrument) -> Iterator[tuple[str, ...]]:
    for rule in each.scores:
        made = f"{rule.method} of {len(rule.items)} items" if len(rule.items) > 1 else f"item {rule.items[0]}"
        signs = [f"{band.code} from {band.start:g}" for band in rule.bands]
        signs += [f"{flag.code}: {_beyond(flag)}" for flag in rule.flags]
        yield f"`{rule.name}`", made, f"{rule.low:g} to {rule.high:g}", str(rule.max_missing), cell("; ".join(signs))
    for given in each.given:
        yield f"`{given.name}`", f"as given: {cell(given.source)}", f"{given.low:g} to {given.high:g}", "", ""


def _beyond(flag: Flag) -> str:
    return f"{flag.at_least:g} or more" if flag.at_least is not None else f"{flag.at_most:g} or less"


# --- alerts -----------------------------------------------------------------------------------------------------------


def alerts_page() -> str:
    """Tiers and alert rules, and what is known about words and numbers."""
    tiers = [
        (tier, cell(each.name), cell(each.respond), str(each.escalate_minutes or ""), cell(each.source))
        for tier, each in alerts().tiers.items()
    ]
    rules = [_rule(name, rule) for name, rule in alerts().rules.items()]
    listed = [(f"`{c}`", *map(cell, (i.label, i.talk, i.source))) for c, i in checklist().items.items()]
    return page(
        "Alerts",
        "`content/safety/`",
        "## Tiers\n",
        table(("tier", "name", "what staff do", "next of the roster after minutes", "source"), tiers),
        "## Rules\n",
        "*Notice*: all that leaves by staff chat and mail, with study id, tier and where to look. *Reads*: the text "
        "the person gets at once, see [messages](messages.md). *Others wait*: nothing unsolicited goes out until the "
        "person is safe or staff close the alert.\n",
        table(("rule", "tier", "raised when", "found in", "reads", "others wait", "notice", "source"), rules),
        "## What is looked for in taken amounts\n",
        "On days that are known whole, as in the calendar of a check-in. A day that is not known is no zero and raises "
        "nothing; days on hold do not count; after an agreed taper a fall is held against what was agreed. "
        "After a fall the person is asked once, at a free hour: `safety.withdrawal_check`.\n",
        table(("what", "numbers", "source"), [map(cell, row) for row in watching().rows()]),
        "## Checklist of the beginning\n",
        "Expected states are talked about and alarm nobody: `coach checklist P0001`.\n",
        table(("item", "on the list for", "to talk about", "source"), listed),
        "## What nobody has confirmed\n",
        *_unconfirmed(),
    )


def _rule(name: str, rule: AlertRule) -> tuple[str, ...]:
    reads = f"`safety.{rule.text}`" if _says_its_text(name, rule) else ""
    found = rule.found_in if is_raised(name, rule) else f"{rule.found_in} (**nothing raises it in this release**)"
    waits = "yes" if rule.blocks_unsolicited else ""
    shown = f"`{name}` v{rule.version}"
    return shown, str(rule.tier), cell(rule.label), found, reads, waits, cell(rule.notice), cell(rule.source)


def _says_its_text(name: str, rule: AlertRule) -> bool:
    """The dose log and the program have words of their own, if any; so has what nothing raises."""
    return rule.text is not None and rule.found_in in ("words", "answer") and is_raised(name, rule)


def is_raised(name: str, rule: AlertRule) -> bool:
    """True when this release can raise the alert: by its words, an answer to an instrument, or code that names it."""
    asked = shipped().values()  # answers to one without text come by import
    flags = {flag.alert for each in asked for flag in each.item_flags}
    flags |= {flag.alert for each in asked for score in each.scores for flag in score.flags}
    return rule.found_in == "words" or name in flags or f'"{name}"' in _sources()


@cache
def _sources() -> str:
    files = (file for room in ROOMS_THAT_RAISE for file in Path(str(resources.files(room))).rglob("*.py"))
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))


def _unconfirmed() -> Iterator[str]:
    for language, words in safety_words().items():
        read = "were read by a clinician" if words.reviewed else "have **not** been read by a clinician"
        yield f"- The safety words in `{language}` (phrases: {sum(map(len, words.rules.values()))}) {read}."
    rows = all_numbers().numbers
    yield f"- Emergency and crisis numbers by country: {sum(row.verified for row in rows)} of {len(rows)} confirmed."
    yield "  The site sets its own in `COACH_EMERGENCY_NUMBER` and `COACH_CRISIS_NUMBER`.\n"


def alert_matrix() -> str:
    """The same rules for a review board: what happened, who answers and how fast, what the person reads."""
    rows = [
        (
            str(rule.tier),
            cell(rule.label),
            "a fixed text at once" if _says_its_text(name, rule) else "",
            "wait" if rule.blocks_unsolicited else "",
            cell(rule.respond or alerts().tiers[str(rule.tier)].respond),
        )
        for name, rule in alerts().rules.items()
        if is_raised(name, rule)
    ]
    return table(
        ("tier", "what happened", "the person reads", "other messages", "what the study's staff are to do"), rows
    )


# --- exports ----------------------------------------------------------------------------------------------------------


def dictionary_page() -> str:
    """Every table and column an export can have."""
    tables = exported(unblinded=True, free_text=True, since=True)
    reading = (
        "Blank means missing, never zero; *blank means* lists why, and the column that says which. 1 is yes, 0 is no. "
        "`…_at` is UTC, `…_local` the clock where the person was, with the `zone` as it was then. *Unblinded*: only "
        "with `--unblind`, or a neutral code stands for it. *Free text*: only with `--free-text`.\n"
    )
    names = sorted({column.values_from for each in tables for column in each.columns if column.values_from})
    lists = "".join(_named_list(name) for name in names if _is_long(name))
    return page("Data dictionary", "`content/exports.toml`", reading, *map(_table, tables), f"## Lists\n{lists}")


def _named_list(name: ListName) -> str:
    rows = ((f"`{code}`", cell(meaning)) for code, meaning in listed(name).items())
    return f"\n### List of {name}\n\n{table(('code', 'meaning'), rows)}"


def _is_long(name: ListName) -> bool:
    return len(listed(name)) > LONG_LIST


def _values(column: Column) -> str:
    if column.values_from in OF_THE_EXPORT:
        return f"the {column.values_from.replace('_', ' ')} of the export itself"
    if column.values_from and _is_long(column.values_from):
        return f"[{column.values_from}](#list-of-{column.values_from})"
    return _coded(column.meanings(unblinded=True))


def _table(each: Table) -> str:
    only = " Only with `--free-text`." if each.free_text else ""
    key = ", ".join(f"`{name}`" for name in each.key)
    rows = [_column(column) for column in each.columns]
    withheld = f" Left out when blinded: {cell(each.withheld['en'])}." if each.withheld else ""
    head = f"## {each.name}\n\n{cell(each.label['en'])}. One row for each {key}.{only}{withheld}\n"
    return f"{head}\n{table(('column', 'meaning', 'type', 'values', 'blank means', 'from', 'shown'), rows)}"


def _column(column: Column) -> tuple[str, ...]:
    kind = f"{column.type}, {cell(column.unit)}" if column.unit else column.type
    shown = {"same": "", "neutral": "neutral code; by name unblinded", "left_out": "unblinded", "day": _day(column)}[
        column.blinded
    ]
    values = "<br>".join(filter(None, [_range(column), _values(column)]))
    blank = _coded(column.missing) + (f"<br>which: `{column.reason_in}`" if column.reason_in else "")
    parts = [shown, "free text" if column.free_text else ""]
    sources = cell(", ".join(column.source))
    return f"`{column.name}`", cell(column.label["en"]), kind, values, blank, sources, ", ".join(filter(None, parts))


def _day(column: Column) -> str:
    return "blank; unblinded" if column.type == "instant" else "its day; unblinded the time too"


def _coded(meanings: Mapping[str, str]) -> str:
    return "<br>".join(f"`{code}` {cell(meaning)}" for code, meaning in meanings.items())


def _range(column: Column) -> str:
    if column.low is None:
        return ""
    return f"from {column.low:g}" + (f" to {column.high:g}" if column.high is not None else "")


# --- all of them ------------------------------------------------------------------------------------------------------

# --- the year ---------------------------------------------------------------------------------------------------------


def calendar_page() -> str:
    """The year of the protocol: a picture, and every message of a check-in with its day and hour."""
    rules = protocol()
    ladders = "\n".join(_ladder(name, ladder) for name, ladder in rules.ladders.items())
    visits = (
        (v.code, v.ladder, str(v.months), f"-{v.opens_before_days} / +{v.closes_after_days} days") for v in rules.visits
    )
    return page(
        "The year",
        "`content/protocols/stamp.toml`",
        f"What happens when, for somebody who joins on day 0 and is allocated that day ({rules.name}, version "
        f"{rules.version}). Both arms have the same days and codes.\n",
        "![The year of the protocol](pictures/calendar.svg)\n",
        "## Check-ins\n",
        table(("check-in", "messages", "months after its anchor", "window"), visits),
        ladders,
    )


def _ladder(name: str, ladder: Ladder) -> str:
    rows = []
    for step in ladder.steps:
        tries = ", ".join(f"+{t.day} at {t.at:%H:%M}" for t in step.tries)
        at = f"{step.at:%H:%M}" if step.at is not None else ""
        rows.append((step.code, step.does, f"+{step.day}", at, step.form or "", tries))
    return f"## Messages: {name}\n\n" + table(("step", "does", "day", "at", "form", "tries"), rows)


def calendar_picture() -> str:
    """The year as SVG."""
    drawn: str = vl_convert.vegalite_to_svg(calendar_chart(protocol(), "mbt"), allowed_base_urls=[])
    return drawn + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "messages.md": messages_page,
    "exercises.md": exercises_page,
    "sessions.md": sessions_page,
    "instruments.md": instruments_page,
    "alerts.md": alerts_page,
    "data-dictionary.md": dictionary_page,
    "calendar.md": calendar_page,
    "pictures/calendar.svg": calendar_picture,
}


def with_matrix(text: str) -> str:
    """A page with the alert matrix put between its two marks."""
    return MATRIX.sub(lambda found: f"{found[1]}{alert_matrix()}{found[2]}", text)


def documents() -> dict[str, str]:
    """File name → what it holds when it is up to date."""
    flow = (DOCS / "data-flow.md").read_text(encoding="utf-8")
    return {name: make() for name, make in PAGES.items()} | {"data-flow.md": with_matrix(flow)}


def stale() -> dict[str, str]:
    """The pages that are not what they would be if made now, as they would be."""
    return {name: text for name, text in documents().items() if _held(name) != text}


def _held(name: str) -> str | None:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    for name, text in stale().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
