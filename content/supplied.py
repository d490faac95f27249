"""Wordings of instruments that a site holds the rights to: the file it brings, held against the instrument's schema.

    instrument = "gad7"
    language = "en"
    recall = "past 2 weeks"                 # as the schema has it
    licence = "who permits this use, and where that is written"
    source = "which published form this is"
    stem = "..."                            # read before each question; may be left out
    options = ["...", "...", "...", "..."]  # the labels of the answers, the lowest first
    asked_at = ["baseline"]                 # check-ins at which it is asked, beside those the protocol names

    [items]
    q1 = "..."

An item with answers of its own has `[item_options]`, a scale of numbers `low_anchor` and `high_anchor`.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from content import catalogue, instruments, loading
from content.instruments import Instrument, read_instrument, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 1000
"""Characters of a question: with its stem and place it still is one message."""


class Wording(BaseModel):
    """A file as a site brings it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instrument: str
    language: str
    recall: str
    licence: str = Field(min_length=10)
    source: str = Field(min_length=5)
    stem: str | None = None
    options: tuple[str, ...] = ()
    low_anchor: str | None = None
    high_anchor: str | None = None
    asked_at: tuple[str, ...] = ()
    items: dict[str, str]
    item_options: dict[str, tuple[str, ...]] = {}

    def texts(self) -> Iterator[tuple[str, str, int]]:
        """Every text with its place and the most characters it may have."""
        yield from ((f"items.{code}", text, LONGEST) for code, text in self.items.items())
        labels = [*self.item_options.items(), *((("", self.options),) if self.options else ())]
        for code, each in labels:
            place = f"item_options.{code}" if code else "options"
            yield from ((place, text, catalogue.BUTTON_LIMIT) for text in each)
        for name in ("stem", "low_anchor", "high_anchor"):
            text: str | None = getattr(self, name)
            if text is not None:
                yield name, text, LONGEST


def read_wording(body: str, file: str) -> Instrument:
    """The instrument with the wording in `body`, the text of a TOML file; `ContentRefused` with every reason."""
    try:
        tables = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise loading.ContentRefused(file, [f"file: this is no TOML: {error}"]) from error
    wording = loading.checked(Wording, tables, file)
    known = shipped().get(wording.instrument)
    without_text = ", ".join(code for code, each in shipped().items() if each.items and not each.text_included)
    if known is None or known.text_included or not known.items:
        reason = f"instrument: {wording.instrument} takes no wording; allowed: {without_text}"
        raise loading.ContentRefused(file, [reason])
    if wrong := list(_wrong(wording, known)):
        raise loading.ContentRefused(file, wrong)
    return read_instrument(_merged(wording, known), f"{known.code}.toml")


def _wrong(wording: Wording, known: Instrument) -> Iterator[str]:
    if wording.language not in catalogue.LANGUAGES:
        yield f"language: {wording.language}; allowed: {', '.join(catalogue.LANGUAGES)}"
    if not known.recall_by_site and _plain(wording.recall) != _plain(known.recall):
        yield f"recall: {wording.recall}; {known.code} looks back over: {known.recall}"
    codes = [item.code for item in known.items]
    missing = [code for code in codes if code not in wording.items]
    if missing:
        yield f"items: {known.code} has {len(codes)} items; missing: {', '.join(missing)}"
    strange = [code for code in (*wording.items, *wording.item_options) if code not in codes]
    if strange:
        yield f"items: there is no item {', '.join(dict.fromkeys(strange))}; allowed: {', '.join(codes)}"
    yield from _wrong_options(wording, known)
    for place, text, most in wording.texts():
        if not text.strip() or len(text) > most or "{" in text or "}" in text:
            yield f"{place}: a text is blank, over {most} characters, or has braces"
    yield from (
        f"asked_at: {visit} is a check-in at which {known.code} is not asked"
        for visit in known.not_at
        if visit in wording.asked_at
    )


def _wrong_options(wording: Wording, known: Instrument) -> Iterator[str]:
    for item in known.items:
        labels, wanted = wording.item_options.get(item.code, wording.options), item.high - item.low + 1
        if known.kind == "choice" and len(labels) != wanted:
            yield f"options: {item.code} has {wanted} answers, {item.low} to {item.high}; labels: {len(labels)}"
    if known.kind == "number" and (wording.low_anchor is None or wording.high_anchor is None):
        yield "low_anchor, high_anchor: a scale says what its ends mean"
    if known.kind == "number" and (wording.options or wording.item_options):
        yield f"options: {known.code} is answered by a number"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _merged(wording: Wording, known: Instrument) -> dict[str, Any]:
    tables = known.model_dump(by_alias=True, exclude_none=True)
    language = wording.language
    stem = {"stem": {language: wording.stem}} if wording.stem else {}
    items = [item | _words(wording, known, item) for item in tables["items"]]
    named = {"licence": wording.licence, "source": wording.source, "recall": wording.recall}
    return tables | stem | named | {"items": items, "text_included": True, "asked_at": wording.asked_at}


def _words(wording: Wording, known: Instrument, item: dict[str, Any]) -> dict[str, Any]:
    code, language = item["code"], wording.language
    words: dict[str, Any] = {"text": {language: wording.items[code]}}
    labels = wording.item_options.get(code, wording.options)
    if known.kind == "choice":
        words["options"] = [{"value": item["low"] + n, "label": {language: text}} for n, text in enumerate(labels)]
    elif known.kind == "number":
        words |= {"low_anchor": {language: wording.low_anchor}, "high_anchor": {language: wording.high_anchor}}
    return words


@contextmanager
def supplied_with(bodies: Mapping[str, str]) -> Iterator[tuple[loading.ContentRefused, ...]]:
    """`supply` for the length of a block; what was there before is there again after it."""
    before = instruments.supplied()
    try:
        yield supply(bodies)
    finally:
        _take(before)


def supply(bodies: Mapping[str, str]) -> tuple[loading.ContentRefused, ...]:
    """Take these wordings (code to the text of the file) into the instruments and the catalogue of this process.

    Gives those that do not fit the schema of this release any more: they are left out, and not asked.
    """
    found, refused = {}, []
    for code, body in bodies.items():
        try:
            found[code] = read_wording(body, f"{code} as imported")
        except loading.ContentRefused as error:
            refused.append(error)
    _take(found)
    return tuple(refused)


def _take(found: Mapping[str, Instrument]) -> None:
    if found != instruments.supplied():
        instruments.supply(found)
        catalogue.catalogue.cache_clear()
