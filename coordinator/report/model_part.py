"""The part of a report about the mixed models: text, estimates, contrasts, and whether they can be relied on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from coordinator.report.page import Block, Grid, Heading, Paragraph
from coordinator.report.words import decimal, interval, signed
from coordinator.scripts import analysis as script
from coordinator.scripts.showing import found_by_trial, shown, trial_contrasts

if TYPE_CHECKING:
    from content.analysis import Outcome
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
    found = [(outcome, _fitted(data, outcome, progress)) for outcome in data.plan.outcomes]
    for outcome, fitted in found:
        yield Heading(outcome.title, 3)
        yield from _of(data, outcome, fitted)


def _fitted(data: Data, outcome: Outcome, progress: Callable[[str], None]) -> script.Fitted | script.NotEstimated:
    progress(f"model of {outcome.title}")
    try:
        return data.counted.fitted(outcome.column)
    except script.NotEstimated as why:
        return why


def _of(data: Data, outcome: Outcome, fitted: script.Fitted | script.NotEstimated) -> Iterator[Block]:
    if isinstance(fitted, script.NotEstimated):
        yield Paragraph(f"Not estimated: {fitted}.")
        return
    done = "The estimation converged." if fitted.converged else "THE ESTIMATION DID NOT CONVERGE."
    remarks = "".join(f" {remark[0].upper()}{remark[1:]}." for remark in (*fitted.remarks, *_left_out(fitted)))
    yield Paragraph(
        f"{fitted.formula}. {fitted.people} people, {fitted.values} values. {done}{remarks} {_spreads(fitted)}"
    )
    yield from _estimates(data, fitted, outcome)
    terms = tuple((name, decimal(estimate, 3), decimal(se, 3)) for name, estimate, se in fitted.terms)
    yield Grid(("term of the model", "estimate", "standard error"), terms)
    if outcome.primary:
        yield from data.picture("residuals")


def _left_out(fitted: script.Fitted) -> Iterator[str]:
    """What the model does without, and why."""
    for row in fitted.rows:
        if row["what"] == script.LEFT_OUT:
            which = [row.get("arm", "").upper(), shown(row["visit"]) if row.get("visit") else "", row["reason"]]
            yield " ".join(filter(None, which))


def _estimates(data: Data, fitted: script.Fitted, outcome: Outcome) -> Iterator[Block]:
    columns = ("estimate", "standard error", f"{data.plan.model.percent} interval")
    changes = tuple(_line(row) for row in fitted.rows if row["what"] == "change")
    note = "Change from baseline by the model, as if everybody had been there."
    yield Grid(("adjusted change", *columns), changes, note)
    contrasts = [row for row in fitted.rows if row["what"] == "contrast"]
    if not contrasts:
        return
    trial = trial_contrasts(data.script, outcome.column)
    beside = (TRIAL,) if trial else ()
    rows = tuple((*_line(row), *([_beside(trial, row)] if trial else [])) for row in contrasts)
    yield Grid(
        ("arm less arm", *columns, *beside),
        rows,
        f"Below zero: the first arm fell by more.{found_by_trial(trial)}",
    )
    if outcome.primary:
        yield from data.picture("contrasts")


def _beside(trial: dict[str, float], row: dict[str, Any]) -> str:
    return signed(trial.get(shown(row["visit"])))


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    name = " ".join(filter(None, [shown(row["visit"]), row["arm"].upper().replace("-", "less")]))
    return (name, signed(row["estimate"]), decimal(row["se"]), interval(row["low"], row["high"]))


def _spreads(fitted: script.Fitted) -> str:
    names = {"sd_study_id": "people", "sd_therapy_group": "therapy groups", "sd_residual": "what is left"}
    spreads = [f"{names[row['what']]} {decimal(row['estimate'])}" for row in fitted.rows if row["what"] in names]
    return f"Standard deviations: {', '.join(spreads)}."
