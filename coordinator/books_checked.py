"""What the last nightly look at the books found: kept for the morning, until the next look."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from coordinator.row_books import Finding
from records import meta
from records.database import Tx

NAME = "books"
_findings = TypeAdapter(tuple[Finding, ...])


def keep(tx: Tx, found: Sequence[Finding]) -> bool:
    """Keep what a look found; False when it is what the one before found."""
    news = tuple(found) != last(tx)
    if news:
        meta.put(tx, NAME, _findings.dump_json(tuple(found)).decode())
    return news


def last(tx: Tx) -> tuple[Finding, ...]:
    """What the last look found; nothing before the first one."""
    kept = meta.get(tx, NAME)
    return _findings.validate_json(kept) if kept else ()
