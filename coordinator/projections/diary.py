"""The diary: its days, and the medicines on each.

A day may be answered again: the answer recorded last counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func

from coordinator.projections.cut import Query, included, medicine_codes, streamed
from coordinator.projections.looked_back import last as last_of
from coordinator.projections.sql import ByBytes, as_written
from study.facts import DiaryDay, DiaryDose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

NOT_LISTED = "unlisted"
"""Stands for an episode that is not there; never needed while the records are whole."""
DAY = ("participant_id", "on")


def diary_days(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Days whose diary was answered."""
    last, person = last_of(DiaryDay, cut, DAY), included(cut)
    columns = {column.name: as_written(column) for column in last.c} | {"study_id": person.c.study_id}
    source = last.join(person, person.c.id == last.c.participant_id)
    order = [ByBytes(person.c.study_id), last.c.on]
    return streamed(tx, Query(columns, source, (), order), wanted)


def diary(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Each medicine on each day of the diary."""
    last, person, codes = last_of(DiaryDose, cut, (*DAY, "medicine")), included(cut), medicine_codes()
    columns = {column.name: as_written(column) for column in last.c}
    columns |= {"study_id": person.c.study_id, "medicine": func.coalesce(codes.c.code, NOT_LISTED)}
    source = last.join(person, person.c.id == last.c.participant_id).outerjoin(codes, codes.c.entity == last.c.medicine)
    order = [ByBytes(person.c.study_id), last.c.on, codes.c.number]
    return streamed(tx, Query(columns, source, (), order), wanted)
