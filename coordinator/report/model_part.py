"""The part of a report about the mixed models: text, estimates, contrasts, and whether they can be relied on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from coordinator.report import pictures
from coordinator.report.page import Block, Grid, Heading, Paragraph, Picture
from coordinator.report.words import decimal, interval, shown, signed
from coordinator.scripts import analysis as script

if TYPE_CHECKING:
    from content.analysis import Analysis, Outcome
    from coordinator.report.figures import Data

TRIAL = "STAMP trial"


def modelled(data: Data, progress: Callable[[str], None]) -> Iterator[Block]:
    """The model of each outcome; where there is none, why."""
    plan = data.plan.model
    yield Heading("Linear mixed model")
    yield Paragraph(
        f"The plan: {plan.text(by_arm=data.by_arm)}, by restricted maximum likelihood, everybody as allocated, whoever "
        "has a baseline and at least one follow-up value. Intervals are normal ones, a little narrow with few people. "
        "It takes what is missing to depend on what was seen only, which nobody can check."
    )
    for outcome in data.plan.outcomes:
        progress(f"model of {outcome.title}")
        yield Heading(outcome.title, 3)
        yield from _of(data, outcome)


def _of(data: Data, outcome: Outcome) -> Iterator[Block]:
    try:
        fitted = data.counted.fitted(outcome.column)
    except script.NotEstimated as why:
        yield Paragraph(f"Not estimated: {why}.")
        return
    done = "The estimation converged." if fitted.converged else "THE ESTIMATION DID NOT CONVERGE."
    remarks = "".join(f" {remark[0].upper()}{remark[1:]}." for remark in fitted.remarks)
    yield Paragraph(
        f"{fitted.formula}. {fitted.people} people, {fitted.values} values. {done}{remarks} {_spreads(fitted)}"
    )
    yield from _estimates(fitted, data.plan, outcome)
    terms = tuple((name, decimal(estimate, 3), decimal(se, 3)) for name, estimate, se in fitted.terms)
    yield Grid(("term of the model", "estimate", "standard error"), terms)
    if outcome.primary:
        yield Picture(
            pictures.residuals(fitted.fits, fitted.residuals),
            "What the model leaves over",
            "Left: a band without a shape is what the model takes for granted. Right: points on the line are normal.",
        )


def _estimates(fitted: script.Fitted, plan: Analysis, outcome: Outcome) -> Iterator[Block]:
    columns = ("estimate", "standard error", f"{plan.model.percent} interval")
    changes = tuple(_line(row) for row in fitted.rows if row["what"] == "change")
    note = "Change from baseline by the model, as if everybody had been there."
    yield Grid(("adjusted change", *columns), changes, note)
    contrasts = [row for row in fitted.rows if row["what"] == "contrast"]
    if not contrasts:
        return
    trial = trial_contrasts(plan, outcome)
    beside = (TRIAL,) if trial else ()
    rows = tuple((*_line(row), *([_beside(trial, row)] if trial else [])) for row in contrasts)
    yield Grid(("arm less arm", *columns, *beside), rows, f"Below zero: the first arm fell by more.{_found(trial)}")
    if outcome.primary:
        yield Picture(
            pictures.contrasts(contrasts, trial, shown),
            "Difference between the arms",
            f"Adjusted change of one arm less the other, with {plan.model.percent} interval; below zero the first "
            f"fell by more.{_found(trial)}",
        )


def _beside(trial: dict[str, float], row: dict[str, Any]) -> str:
    return signed(trial.get(shown(row["visit"])))


def _found(trial: dict[str, float]) -> str:
    """What the trial's figures are, where there are any."""
    return (
        " STAMP: the difference of the two changes it published, on the BPI; it found no significant difference, "
        "and no interval could be read."
        if trial
        else ""
    )


def trial_contrasts(plan: Analysis, outcome: Outcome) -> dict[str, float]:
    """Check-in → the other arm's published change less that of the arm of reference."""
    told = {(each.visit, each.arm): each.change for each in plan.published if each.outcome == outcome.column}
    reference = plan.model.reference
    return {
        shown(visit): change - told[visit, reference]
        for (visit, arm), change in told.items()
        if arm != reference and (visit, reference) in told
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    name = " ".join(filter(None, [shown(row["visit"]), row["arm"].upper().replace("-", "less")]))
    return (name, signed(row["estimate"]), decimal(row["se"]), interval(row["low"], row["high"]))


def _spreads(fitted: script.Fitted) -> str:
    names = {"sd_study_id": "people", "sd_therapy_group": "therapy groups", "sd_residual": "what is left"}
    spreads = [f"{names[row['what']]} {decimal(row['estimate'])}" for row in fitted.rows if row["what"] in names]
    return f"Standard deviations: {', '.join(spreads)}."
