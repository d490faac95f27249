"""Who the protocol has no room for: the hours and doses of the people in it, held against what it wants to send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from content.loading import ContentRefused
from content.protocol import Protocol
from records import people
from records.database import Tx
from records.person import person_of, protocol_of
from study.protocol_check import Problem, of_person


def to_look_at(tx: Tx) -> list[Row[Any]]:
    """Everybody who is in the study now, by study id, test people too."""
    return [row for row in people.everyone(tx) if row.status in ("enrolled", "prompts_stopped")]


def problems_of_people(tx: Tx, rows: Iterable[Row[Any]], rules: Protocol | None = None) -> list[Problem]:
    """What their hours and doses leave no room for, under `rules` or, without, the version each lives by."""
    found: list[Problem] = []
    for row in rows:
        try:
            found += of_person(rules or protocol_of(row), person_of(tx, row))
        except ContentRefused:
            found.append(Problem(row.study_id, f"no file has version {row.protocol_version} of the protocol"))
    return found
