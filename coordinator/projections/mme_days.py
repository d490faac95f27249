"""Morphine milligram equivalents of each study day as rows: each source by itself, the sources never added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from content.factors import factor_set
from coordinator.projections.day_figures import figures_of
from coordinator.projections.mme_summary import summed_up
from coordinator.projections.people import at_the_cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx


def mme_days(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each day of each person that a source says something of, in the order of days.

    The averages before each check-in are made of the same figures here, for the tables that come after this one.
    """
    factors, names = factor_set(cut.factors), wanted.names
    for person in at_the_cut(tx, cut):
        found = figures_of(tx, cut, person, factors)
        summed_up(tx, cut, person, found)
        for on, source in sorted((on, source) for source, figures in found.items() for on in figures):
            each = found[source][on]
            values = {"study_id": person.study_id, "on": on, "mme": each.mme, "mme_known": each.known}
            values |= {"complete": int(each.complete), "factor_set": factors.id, "source": source}
            values |= {"reason": each.reason}
            yield [values[name] for name in names]
