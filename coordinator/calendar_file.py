"""The CSV of a calendar that staff took down: its columns, one to fill in for a person, and the medicines by code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from coordinator.answer_file import Columns, written
from coordinator.projections.cut import medicine_codes
from records import looking_back, people
from records.fact_tables import TABLE_OF
from records.person import person_of
from records.tables import table
from study.facts import NO_MEDICINE, MedicineEpisode
from study.looking_back import ONE_DAY, allowed, days_asked, named
from study.person import local_at

if TYPE_CHECKING:
    from records.database import Tx

CALENDAR = Columns(
    every=(
        "study_id",
        "visit",
        "medicine",
        "label",
        "on",
        "value",
        "status",
        "answered_on",
        "answered_at",
        "mode",
        "taken_by",
        "allowed",
    ),
    needed=("study_id", "visit", "medicine", "on", "value", "answered_on", "mode", "taken_by"),
    printed_by="coach import template --calendar",
)


def codes_of(tx: Tx, participant_id: int) -> dict[str, str]:
    """Medicine episode -> its code M1, M2 ... as in the export, in the participant's order of first entry.

    `NO_MEDICINE`, of days on which none was on the list, comes last and stands for itself.
    """
    codes, rows = medicine_codes(), table(TABLE_OF[MedicineEpisode])
    mine = select(rows.c.entity).where(rows.c.participant_id == participant_id)
    found = tx.rows(select(codes.c.entity, codes.c.code).where(codes.c.entity.in_(mine)).order_by(codes.c.number))
    return {row.entity: row.code for row in found} | {NO_MEDICINE: NO_MEDICINE}


def calendar_template(tx: Tx, study_id: str, visit: str, answered_on: date | None) -> Iterator[str]:
    """The lines to fill in for one check-in of a participant, without the header: as the chat would ask, newest first.

    The days are those before `answered_on` (None: before today, where the person is), or those of which some are
    answered already. `NoSuchParticipant` when there is none.
    """
    row = people.by_study_id(tx, study_id)
    today = answered_on or local_at(tx.now, person_of(tx, row).zone_at(tx.now)).date()
    calendar, codes = looking_back.calendar_of(tx, row.id, visit, today - ONE_DAY), codes_of(tx, row.id)
    medicines = {span.medicine.id: span.medicine for span in calendar.spans}
    for medicine, days in days_asked(calendar).items():
        listed = medicines.get(medicine)
        cells = {"study_id": study_id, "visit": visit, "medicine": codes[medicine]}
        cells |= {"label": named(listed), "allowed": allowed(listed)}
        cells |= {"answered_on": answered_on.isoformat()} if answered_on is not None else {}
        for day in reversed(days):
            yield written([(cells | {"on": day.isoformat()}).get(column, "") for column in CALENDAR.every])
