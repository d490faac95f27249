"""The content check: everything a participant can read, held against the rules before anybody reads it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources

from content.catalogue import LANGUAGES, Catalogue, catalogue
from content.exercises import exercises
from content.instruments import instruments
from content.wording import problems as wording_problems

NOT_GRADED = ("enrol.consent", "help.text", "profile.")
"""Read once, at leisure, or a list of commands."""

NAMED = re.compile(r"say\.([a-z_]+)\.([a-z_0-9]+)|Message\(f?\"([a-z_]+)\.([a-z_0-9{}]+)")
USING_ROOMS = ("bot", "handlers", "scheduler", "coordinator", "study")


def problems() -> tuple[str, ...]:
    """Every problem of the content in force, one line each; empty when it can be shown to people."""
    return (*_wording(catalogue()), *_arms(), *_unused(catalogue()))


def _wording(texts: Catalogue) -> Iterator[str]:
    """What is wrong with the texts of our own; published questionnaires may not be worded otherwise."""
    published = tuple(f"instrument.{each.code}." for each in instruments().values() if each.fixed_wording)
    for key, text in sorted(texts.texts.items()):
        if key.startswith(published):
            continue
        graded = not key.startswith(NOT_GRADED)
        for language in LANGUAGES:
            for form in text.forms(language).values():
                for found in wording_problems(
                    form,
                    limit_words=None,
                    grade=6.0 if graded and not key.startswith("safety.") else None,
                    discreet=text.discreet.get(language),
                    language=language,
                ):
                    if found.rule != "discreet" or not text.plain:
                        yield f"{key} ({language}): {found.rule}: {found.found}: {found.reason}"


def _arms() -> Iterator[str]:
    """A message of one arm must not be reachable from the other: exercises are the only texts that differ."""
    by_arm: dict[str, set[str]] = {"mbt": set(), "cbt": set()}
    for exercise in exercises().values():
        by_arm[exercise.arm].add(exercise.id)
    for shared in sorted(by_arm["mbt"] & by_arm["cbt"]):
        yield f"exercise.{shared}: stands in both arms"


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
        if key.startswith(("exercise.", "instrument.", "safety.", "profile.")) or key in named:
            continue
        if not any(key.startswith(stem) for stem in stems):
            yield f"{key}: no code names it"


if __name__ == "__main__":
    found = problems()
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    sys.exit(f"{len(found)} problems in the content" if found else 0)
