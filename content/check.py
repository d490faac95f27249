"""The content check: everything a participant can read, held against the rules before anybody reads it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import product

from content.catalogue import LANGUAGES, Catalogue, catalogue
from content.code_numbers import code_numbers
from content.exercises import ARMS, LENGTHS, exercises, for_practice, offered
from content.export_lists import without_number
from content.frequent import frequent, is_frequent
from content.instruments import instruments
from content.medicines import limit
from content.sessions import told_apart
from content.wording import problems as wording_problems
from content.wording import wording

NOT_GRADED = ("enrol.consent", "help.text", "profile.")
"""Read once, at leisure, or a list of commands."""

STEP_WORDS = int(wording().limits.words.value)
"""The most words of one message of a session."""

NAMED = re.compile(r"say\.([a-z_]+)\.([a-z_0-9]+)|Message\(f?\"([a-z_]+)\.([a-z_0-9{}]+)")
ARM_WORDS = re.compile(r"\b(?:mindful\w*|meditat\w*|cognitive\w*|cbt|mbt|thought record)\b", re.IGNORECASE)
"""Words that belong to one arm: a text that both arms read must not have them."""

USING_ROOMS = ("bot", "handlers", "scheduler", "coordinator", "study")


def problems() -> tuple[str, ...]:
    """Every problem of the content in force, one line each; empty when it can be shown to people."""
    return (
        *_wording(catalogue()),
        *_wordings(catalogue()),
        *_arms(),
        *told_apart(),
        *_unnumbered(),
        *_unused(catalogue()),
    )


def _wording(texts: Catalogue) -> Iterator[str]:
    """What is wrong with the texts of our own; published questionnaires may not be worded otherwise."""
    published = tuple(f"instrument.{each.code}." for each in instruments().values() if each.fixed_wording)
    for key, text in sorted(texts.texts.items()):
        if key.startswith(published):
            continue
        graded = not key.startswith(NOT_GRADED)
        for language in LANGUAGES:
            for form in text.every_form(language):
                for found in wording_problems(
                    form,
                    limit_words=STEP_WORDS if key.startswith("lesson.") else None,
                    grade=6.0 if graded and not key.startswith("safety.") else None,
                    discreet=text.discreet.get(language),
                    language=language,
                ):
                    if found.rule != "discreet" or not text.plain:
                        yield f"{key} ({language}): {found.rule}: {found.found}: {found.reason}"


def _wordings(texts: Catalogue) -> Iterator[str]:
    """What is said every day or week has enough wordings not to wear out, each of them once."""
    enough = int(limit("wordings_of_a_frequent_line"))
    for key in frequent().openings:
        if key not in texts.texts:
            yield f"frequent.toml: openings: there is no text {key}"
    for key, text in sorted(texts.texts.items()):
        for language in LANGUAGES:
            said = text.every_form(language)
            if is_frequent(key, text) and text.wordings < enough:
                yield f"{key} ({language}): read often, has {text.wordings} of {enough} wordings and no `single`"
            if text.variants and len(set(said)) < len(said):
                yield f"{key} ({language}): has one wording twice"


def _arms() -> Iterator[str]:
    """One arm's texts must not be reachable from the other: only exercises differ, each offered to its own arm."""
    for arm in ARMS:
        for minutes, as_needed, high in product((None, *LENGTHS), (True, False), (True, False)):
            reachable = (*offered(arm, minutes, as_needed, high), *for_practice(arm, minutes, high))
            yield from (f"exercise.{e.id}: is offered in the arm {arm}" for e in reachable if e.arm != arm)
    for name in re.findall(rf"exercise\.({'|'.join(exercises())})\b", _sources()):
        yield f"exercise.{name}: named in code, where either arm may reach it"
    for name in re.findall(r"lesson\.(?:mbt|cbt)\b[a-z0-9_.]*", _sources()):
        yield f"{name}: named in code, where either arm may reach it"
    for key, text in catalogue().texts.items():
        if not key.startswith(("exercise.", "lesson.")):
            said = " ".join(form for language in LANGUAGES for form in text.every_form(language))
            yield from (f"{key}: a text of both arms says {word!r}" for word in ARM_WORDS.findall(said))


def _unnumbered() -> Iterator[str]:
    """Each code that an export can hold has its number for statistics programs."""
    yield from (f"code_numbers.toml: {found} has no number" for found in without_number(code_numbers()))


@cache
def _sources() -> str:
    parts = []
    for room in USING_ROOMS:
        for file in sorted(resources.files(room).rglob("*.py")):  # type: ignore[attr-defined]
            parts.append(file.read_text(encoding="utf-8"))
    return "\n".join(parts)


def _unused(texts: Catalogue) -> Iterator[str]:
    """Keys that no code names: texts nobody can ever read."""
    named, stems = set(), set()
    for room, name, by_key_room, by_key in NAMED.findall(_sources()):
        if room:
            named.add(f"{room}.{name}")
        elif "{" in by_key:
            stems.add(f"{by_key_room}.{by_key.split('{')[0]}")
        else:
            named.add(f"{by_key_room}.{by_key}")
    for key in sorted(texts.texts):
        if key.startswith(("exercise.", "lesson.", "instrument.", "safety.", "profile.")) or key in named:
            continue
        if not any(key.startswith(stem) for stem in stems):
            yield f"{key}: no code names it"


if __name__ == "__main__":
    found = problems()
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    sys.exit(f"{len(found)} problems in the content" if found else 0)
