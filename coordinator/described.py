"""The tables of one export as its codebook describes them: with the lists that only the export itself knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, union

from coordinator.projections import corrections
from coordinator.projections.cut import in_study, site_then
from coordinator.projections.screening import looked_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from content.export_columns import Column, Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

OTHER_SITE = "A site the protocol in use does not name"


def described(tx: Tx, cut: Cut, tables: Sequence[Table]) -> tuple[Table, ...]:
    """The tables with every list written out."""
    own = corrections.lists(tables, unblinded=cut.unblinded) | {"changing_tables": _changing(tables)}
    sites = _sites(tx, cut)
    return tuple(
        table.model_copy(update={"columns": tuple(_listed(column, cut, own, sites) for column in table.columns)})
        for table in tables
    )


def _changing(tables: Sequence[Table]) -> dict[str, str]:
    return {table.name: table.label["en"] for table in tables if table.since == "changed"}


def _listed(column: Column, cut: Cut, own: Mapping[str | None, dict[str, str]], sites: list[str]) -> Column:
    if column.values_from in own:
        return column.model_copy(update={"values": own[column.values_from], "values_from": None})
    listed = column.listed(unblinded=cut.unblinded)
    if column.values_from != "sites":
        return listed
    others = {site: OTHER_SITE for site in sites if site not in listed.values}
    return listed.model_copy(update={"values": listed.values | others})


def _sites(tx: Tx, cut: Cut) -> list[str]:
    """Sites of participants and of screenings by the cut."""
    people, screenings = select(site_then(cut.moved).label("site")).where(*in_study(cut)), looked_at(cut)
    return sorted(row.site for row in tx.rows(union(people, screenings)))
