"""Weekly sessions: parts gone through, sessions done as a whole, and who came to the meetings of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, Select, String, cast, func, literal, null, select, union_all

from content.export_lists import WHOLE as WHOLE
from coordinator.projections.cut import DATE_LONG, Query, facts_of, in_force, included, streamed
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import Attendance, GroupAssigned, PlanMade, SessionDone, SessionPartDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

GROUP = "group"

KEY = ("participant_id", "session", "part", "way")


def sessions(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Each part and each session once: of several the one done first."""
    # groups of two arms meet at their own pace: which of their sessions are done would tell one from the other
    done = [_parts(cut), _whole(cut), *([_met(cut)] if cut.unblinded else [])]
    every, person = union_all(*done).subquery("every"), included(cut)
    place = func.row_number().over(partition_by=[every.c[name] for name in KEY], order_by=(every.c.done_at, every.c.id))
    first = select(every, place.label("place")).subquery("first_done")
    columns: dict[str, ColumnElement[Any]] = {column.name: as_written(column) for column in first.c}
    columns["study_id"] = person.c.study_id
    columns["finished_on"] = func.substr(first.c.done_local, 1, DATE_LONG)
    order = [ByBytes(person.c.study_id), *(ByBytes(first.c[name]) for name in KEY[1:])]
    where = [first.c.place == 1]
    return streamed(tx, Query(columns, first.join(person, person.c.id == first.c.participant_id), where, order), wanted)


def _parts(cut: Cut) -> Select[Any]:
    rows = table(TABLE_OF[SessionPartDone])
    return _done(SessionPartDone, cut, rows.c.part, rows.c.status, rows.c.version, "chat")


def _whole(cut: Cut) -> Select[Any]:
    rows = table(TABLE_OF[SessionDone])
    return _done(SessionDone, cut, literal(WHOLE), literal("done"), rows.c.version, "chat")


def _met(cut: Cut) -> Select[Any]:
    rows = table(TABLE_OF[Attendance])
    came = _done(Attendance, cut, literal(WHOLE), literal("done"), cast(null(), Integer), GROUP)
    return came.where(rows.c.status == "present")


def _done(
    kind: type[Fact],
    cut: Cut,
    part: ColumnElement[Any],
    status: ColumnElement[Any],
    version: ColumnElement[Any],
    way: str,
) -> Select[Any]:
    rows = table(TABLE_OF[kind])
    when = "starts" if kind is Attendance else "done"
    return select(
        rows.c.id,
        rows.c.participant_id,
        rows.c.session,
        part.label("part"),
        literal(way).label("way"),
        status.label("status"),
        version.label("version"),
        rows.c[f"{when}_at"].label("done_at"),
        rows.c[f"{when}_local"].label("done_local"),
        rows.c.zone,
        rows.c.recorded_at,
    ).where(*in_force(kind, cut))


def meets_in_groups(tx: Tx, cut: Cut) -> bool:
    """Whether anybody of the cut was ever put into a therapy group, or entered at a meeting of one."""
    people = select(included(cut).c.id)
    found = [
        select(rows.c.id).where(rows.c.recorded_at <= cut.as_of, rows.c.participant_id.in_(people)).limit(1)
        for rows in (table(TABLE_OF[GroupAssigned]), table(TABLE_OF[Attendance]))
    ]
    return any(tx.connection.execute(each).first() is not None for each in found)


def plans(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """What people planned; made on request only."""
    return streamed(tx, facts_of(PlanMade, cut, "plan_id"), wanted)


def attendance(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Who came to which meeting; groups have numbers in place of the codes that staff gave them.

    A person's meetings are numbered in the order in which they were first entered: no later entry and no correction
    changes the number of one. A blinded export has no row: groups of two arms meet at their own pace.
    """
    if not cut.unblinded:
        return
    rows = table(TABLE_OF[Attendance])
    entered = (
        select(rows.c.participant_id, rows.c.meeting, func.min(rows.c.recorded_at).label("first"))
        .where(rows.c.recorded_at <= cut.as_of)
        .group_by(rows.c.participant_id, rows.c.meeting)
        .subquery("entered")
    )
    in_turn = (entered.c.first, entered.c.meeting)
    place = func.row_number().over(partition_by=entered.c.participant_id, order_by=in_turn).label("nth")
    every = select(entered.c.participant_id, entered.c.meeting, place).subquery("every_meeting")
    group = literal("G").concat(cast(rows.c.group, String))
    query = facts_of(Attendance, cut, "attendance_id", also={"therapy_group": group, "nth": every.c.nth})
    same = (every.c.participant_id == rows.c.participant_id) & (every.c.meeting == rows.c.meeting)
    source = query.source.join(every, same)
    order = [ByBytes(query.columns["study_id"]), every.c.nth]
    yield from streamed(tx, Query(query.columns, source, query.where, order), wanted)
