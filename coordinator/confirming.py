"""Shipped wordings nobody has compared with their published form: a site does, and says so; what stands open."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from content.instruments import Instrument, instruments, shipped
from content.protocol import protocol
from records import confirmed
from records.database import Database, Tx

Mark = Literal["own_wording", "compared", "brought_by_site", "confirmed_by_site", "not_compared"]
"""Words of our own; compared when they were shipped; a site's own copy; compared by a site; by nobody so far."""


class NothingToConfirm(Exception):
    """There is no wording of this name to compare; the text says which there are."""


@dataclass(frozen=True)
class Comparison:
    """How far the wording of an instrument was compared with its published form; `on`: confirmed by the site."""

    instrument: str
    mark: Mark
    on: date | None = None


def comparisons(tx: Tx, at: datetime | None = None) -> dict[str, Comparison]:
    """Every instrument with a wording, by code, with what a site has confirmed by now or by an instant.

    A confirmation counts for the words it was given for, and for no others of a later release.
    """
    standing, found = confirmed.in_force(tx, at), {}
    for code, each in instruments().items():
        mine = standing.get(code)
        if each.text_included and _to_be_compared(each) and mine is not None and mine.sha256 == _digest(each):
            found[code] = Comparison(code, "confirmed_by_site", mine.at.date())
        elif each.text_included:
            found[code] = Comparison(code, _mark(each))
    return found


def _to_be_compared(each: Instrument) -> bool:
    return any(not item.verified for item in each.items)


def _mark(each: Instrument) -> Mark:
    if not shipped()[each.code].text_included:
        return "brought_by_site"
    if _to_be_compared(each):
        return "not_compared"
    return "compared" if each.fixed_wording else "own_wording"


def waiting(tx: Tx) -> list[Comparison]:
    """Those of the check-ins in use that nobody has compared yet."""
    asked = {name.split(".")[0] for visit in protocol().visits for name in visit.instruments}
    return [each for code, each in comparisons(tx).items() if code in asked and each.mark == "not_compared"]


def confirm(db: Database, code: str, actor: str) -> bool:
    """The actor has compared the wording with its published form. False when that is kept. Raises NothingToConfirm."""
    asked = _to_compare(code)
    with db.write(actor) as tx:
        return confirmed.confirm(tx, code, _digest(asked))


def take_back(db: Database, code: str, actor: str) -> bool:
    """The wording counts as not compared again; False when nobody had confirmed it."""
    with db.write(actor) as tx:
        return confirmed.take_back(tx, code)


def _to_compare(code: str) -> Instrument:
    known = {each.code: each for each in shipped().values() if _to_be_compared(each)}
    if code not in known:
        raise NothingToConfirm(f"{code} is not waiting for a comparison; to compare: {', '.join(sorted(known))}")
    return known[code]


def _digest(asked: Instrument) -> str:
    """The SHA-256 of all words of an instrument that somebody reads."""
    labels = [option.label for option in asked.options]
    items = [
        (item.code, item.text, item.low_anchor, item.high_anchor, [option.label for option in item.options])
        for item in asked.items
    ]
    words = json.dumps([asked.stem, asked.stem_since, labels, items], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()
