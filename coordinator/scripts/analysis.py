"""The tables of change and the mixed models of this export, from its CSV files alone.

    python analysis.py [folder of the export] [folder for results]

Needs pandas and statsmodels. The plan is the file analysis.dcf; analysis.R does the same in R, with lme4. Writes
change.csv (change from baseline of who has both, with t intervals) and model.csv (restricted maximum likelihood, with
normal intervals). What cannot be estimated is blank, and `reason` says why; rows `left_out` of model.csv say what a
model does without. `arm` is empty where none is shown.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from patsy import build_design_matrices, dmatrix
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

CHANGE = ("outcome", "arm", "visit", "n", "baseline", "value", "change", "sd", "se", "low", "high", "reason")
MODEL = ("outcome", "what", "arm", "visit", "n", "estimate", "se", "low", "high", "reason")
LEFT_OUT = "left_out"
NAMES = ("visit", "arm", "baseline", "site")
"""What a formula may speak of, joined by +, * and :."""
BOUNDARY = 1e-4
"""A standard deviation below this part of the residual one is called zero."""
EXACT = 1e-16
"""Values are taken to follow from the fixed part alone where it leaves no more than this part of their squares."""

Plan = Mapping[str, str]


class NotEstimated(Exception):
    """A model that is not estimated; says why."""


def read_plan(folder: Path) -> Plan:
    """The plan of analysis: key and value of each line."""
    lines = (folder / "analysis.dcf").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def read_table(file: Path, text: Mapping[str, str]) -> Any:
    """A CSV file of the export, with these columns as text; blank alone is missing: a site may be called NA."""
    return pd.read_csv(file, dtype=dict(text), keep_default_na=False, na_values=[""])


def read_people(folder: Path) -> Any:
    """One row for each participant: the wide file, with their therapy group where they are in one."""
    text = {"study_id": "str", "site": "str", "arm": "str", "therapy_group": "str"}
    people = read_table(folder / "wide.csv", text)
    people = people[people["status"] != "invited"].copy()
    for name in ("arm", "therapy_group"):
        if name not in people:
            people[name] = ""  # a blinded export has neither
    # who is in no group is a group of one
    alone = people["therapy_group"].isna() | (people["therapy_group"] == "")
    people["therapy_group"] = people["therapy_group"].where(~alone, people["study_id"])
    people["arm"] = [arm if isinstance(arm, str) else "" for arm in people["arm"]]
    return people.sort_values("study_id").reset_index(drop=True)


def follow_up(people: Any, plan: Plan, outcome: str) -> Any:
    """One row for each follow-up value of who has a baseline: `value`, `baseline`, `visit` and who it is."""
    rows = []
    for visit in plan["visits"].split():
        if f"{outcome}_{visit}" not in people:
            continue  # not asked at that check-in
        value = pd.to_numeric(people[f"{outcome}_{visit}"])
        if int(plan["in_window_only"]):
            value = value.where(people[f"in_window_{visit}"] == 1)
        baseline = pd.to_numeric(people[f"{outcome}_{plan['baseline']}"])
        who = people[["study_id", "site", "arm", "therapy_group"]]
        rows.append(who.assign(visit=visit, baseline=baseline, value=value))
    return pd.concat(rows, ignore_index=True).dropna(subset=["baseline", "value"])


def arms_of(people: Any, plan: Plan) -> list[str]:
    """The arms, the one of reference first; one without a name where no arm is shown."""
    if "reference" not in plan:
        return [""]
    found = sorted(set(people["arm"]) - {""})
    return sorted(found, key=lambda arm: arm != plan["reference"])


def change_table(people: Any, plan: Plan) -> Any:
    """Change from baseline of who has both values, by outcome, arm and visit, under `CHANGE`."""
    rows = [
        _change(plan, data[(data["arm"] == arm) | (arm == "")], outcome, arm, visit)
        for outcome in plan["outcomes"].split()
        for data in [follow_up(people, plan, outcome)]
        for arm in arms_of(people, plan)
        for visit in plan["visits"].split()
    ]
    return pd.DataFrame(rows, columns=list(CHANGE))


def _change(plan: Plan, data: Any, outcome: str, arm: str, visit: str) -> dict[str, Any]:
    data = data[data["visit"] == visit]
    n, change = len(data), data["value"] - data["baseline"]
    row = {"outcome": outcome, "arm": arm, "visit": visit, "n": n}
    if not n:
        return row | {"reason": "nobody has both values"}
    row |= {"baseline": data["baseline"].mean(), "value": data["value"].mean(), "change": change.mean()}
    if n == 1:
        return row | {"reason": "one person has no spread"}
    se = change.std(ddof=1) / np.sqrt(n)
    reach = stats.t.ppf(0.5 + float(plan["level"]) / 2, n - 1) * se
    spread = {"sd": change.std(ddof=1), "se": se, "low": change.mean() - reach, "high": change.mean() + reach}
    return row | spread


# --- the mixed model


@dataclass(frozen=True)
class Fitted:
    """A model that was estimated, with what its diagnostics need."""

    outcome: str
    formula: str
    people: int
    values: int
    rows: list[dict[str, Any]]
    terms: list[tuple[str, float, float]]
    residuals: Any
    fits: Any
    converged: bool
    remarks: list[str] = field(default_factory=list)


def fit(people: Any, plan: Plan, outcome: str) -> Fitted:
    """The model of one outcome by restricted maximum likelihood; NotEstimated says why there is none."""
    data, arms, visits, left_out = _compared(people, plan, follow_up(people, plan, outcome))
    data = data.assign(visit=pd.Categorical(data["visit"], visits), arm=pd.Categorical(data["arm"], arms or [""]))
    right, alone = _right_side(plan["formula"], data)
    design = dmatrix(right, data, return_type="dataframe")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NotEstimated("some combination of arm, check-in and site has no values")
    _refuse_exact(data["value"].to_numpy(), design.to_numpy())
    result, remarks = _result(data, design, plan)
    cover = _cover(result, design, data, plan)
    grid = _grid(result, cover, design, data, arms, visits)
    reach = stats.norm.ppf(0.5 + float(plan["level"]) / 2)
    n = data["study_id"].nunique()
    left_out += [{"what": LEFT_OUT, "reason": f"left out of the model: {name} has one value only"} for name in alone]
    rows = [{"outcome": outcome, "n": n} | row for row in (*_of(grid, reach), *_spread(result, plan), *left_out)]
    named = zip(design.columns, result.fe_params, np.sqrt(np.diag(cover)), strict=True)
    return Fitted(
        outcome,
        f"value ~ {right} + {' + '.join(f'(1 | {name})' for name in plan['random'].split())}",
        n,
        len(data),
        rows,
        [(name, float(estimate), float(se)) for name, estimate, se in named],
        np.asarray(result.resid),
        np.asarray(result.fittedvalues),
        bool(result.converged),
        remarks,
    )


def _compared(people: Any, plan: Plan, data: Any) -> tuple[Any, list[str], list[str], list[dict[str, Any]]]:
    """The values that can be compared, of which arms and check-ins; a row for each check-in or arm that is left out.

    An arm is compared where it has any values, a check-in where every such arm has some at it.
    """
    allocated = [arm for arm in arms_of(people, plan) if arm]
    data = data[data["arm"].isin(allocated)] if allocated else data
    arms = [arm for arm in allocated if (data["arm"] == arm).any()]
    there = set(zip(data["arm"], data["visit"], strict=True))
    known = [visit for visit in plan["visits"].split() if (data["visit"] == visit).any()]
    visits = [visit for visit in known if all((arm, visit) in there for arm in arms)]
    kept = data[data["visit"].isin(visits)]
    _refuse_too_little(data, kept, plan, arms, visits)
    left_out: list[dict[str, Any]] = [
        {"what": LEFT_OUT, "arm": arm, "reason": "left out: this arm has no follow-up value"}
        for arm in allocated
        if arm not in arms
    ]
    left_out += [
        {"what": LEFT_OUT, "visit": visit, "reason": "left out: not every arm has values at this check-in"}
        for visit in known
        if visit not in visits
    ]
    return kept, arms, visits, left_out


def _refuse_too_little(data: Any, kept: Any, plan: Plan, arms: list[str], visits: list[str]) -> None:
    least = int(plan["least_people"])
    if data["study_id"].nunique() < least:
        raise NotEstimated(f"fewer than {least} people have a baseline and a follow-up value")
    if "reference" in plan and (len(arms) < 2 or plan["reference"] not in arms):
        raise NotEstimated("there are not two arms with follow-up values to compare")
    if len(visits) < 2:
        every = " of every arm" if arms else ""
        raise NotEstimated(f"fewer than two check-ins have follow-up values{every}: people cannot be told from chance")
    if kept["study_id"].nunique() < least:
        raise NotEstimated(f"fewer than {least} people have a value at a check-in that every arm has values at")
    if kept["value"].nunique() < 2:
        raise NotEstimated("all values are the same")


def _refuse_exact(values: Any, columns: Any) -> None:
    left = values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    if left @ left <= EXACT * np.sum((values - values.mean()) ** 2):
        raise NotEstimated("the values follow from the rest without any spread")


def _right_side(formula: str, data: Any) -> tuple[str, list[str]]:
    """The fixed part without the names that have one value only, and these names."""
    terms = [[part.split(":") for part in term.split("*")] for term in formula.split("~", 1)[1].split("+")]
    names = [name.strip() for term in terms for part in term for name in part]
    if strange := [name for name in names if name not in NAMES]:
        raise ValueError(f"analysis.dcf: formula: '{strange[0]}' is none of {', '.join(NAMES)}, joined by + * or :")
    alone = [name for name in dict.fromkeys(names) if data[name].nunique() < 2]
    left = [[[name.strip() for name in part if name.strip() not in alone] for part in term] for term in terms]
    kept = [" * ".join(":".join(part) for part in term if part) for term in left]
    return " + ".join(filter(None, kept)) or "1", alone


def _result(data: Any, design: Any, plan: Plan) -> tuple[Any, list[str]]:
    """The estimates, and what is to be said about how they were found."""
    grouped = "therapy_group" in plan["random"].split()
    within = {"exog_re": np.ones((len(data), 1)), "exog_vc": _people_within(data)} if grouped else {}
    groups = data["therapy_group" if grouped else "study_id"]
    model = MixedLM(data["value"].to_numpy(), design.to_numpy(), groups.to_numpy(), **within)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is said plainly below
        try:
            result = model.fit(reml=True, method=["bfgs", "lbfgs", "powell"], gtol=1e-8)
        except (np.linalg.LinAlgError, ValueError) as error:
            raise NotEstimated("the estimation broke down") from error
    remarks = [] if result.converged else ["the estimation did not converge: the figures are not to be relied on"]
    small = [name for name, sd in _spreads(result, plan) if sd == 0]
    return result, [*remarks, *(f"the spread of {name} came out as zero" for name in small)]


def _people_within(data: Any) -> Any:
    """People as a variance component within their therapy group."""
    from statsmodels.regression.mixed_linear_model import VCSpec

    names, matrices = [], []
    for _, rows in data.groupby("therapy_group"):
        who = pd.get_dummies(rows["study_id"], dtype=float)
        names.append([str(name) for name in who.columns])
        matrices.append(who.to_numpy())
    return VCSpec(["study_id"], [names], [matrices])


def _spreads(result: Any, plan: Plan) -> list[tuple[str, float]]:
    """Standard deviations of the random parts, the residual one last."""
    first = float(np.sqrt(max(result.cov_re.item(), 0)))
    grouped = "therapy_group" in plan["random"].split()
    within = [("study_id", float(np.sqrt(max(result.vcomp.item(), 0))))] if grouped else []
    residual = float(np.sqrt(result.scale))
    found = [("therapy_group" if grouped else "study_id", first), *within]
    return [*((name, sd if sd >= BOUNDARY * residual else 0.0) for name, sd in found), ("residual", residual)]


def _spread(result: Any, plan: Plan) -> Iterator[dict[str, Any]]:
    yield from ({"what": f"sd_{name}", "estimate": sd} for name, sd in _spreads(result, plan))


def _cover(result: Any, design: Any, data: Any, plan: Plan) -> Any:
    """Covariance of the fixed part, given the spreads, as lme4 has it; statsmodels adds what the spreads share."""
    spreads = dict(_spreads(result, plan))
    groups = data["therapy_group" if "therapy_group" in spreads else "study_id"].to_numpy()
    people, columns = data["study_id"].to_numpy(), design.to_numpy()
    precision = np.zeros((design.shape[1], design.shape[1]))
    for group in np.unique(groups):
        rows = groups == group
        same = people[rows][:, None] == people[rows][None, :]
        shared = spreads.get("therapy_group", 0.0) ** 2 + same * spreads["study_id"] ** 2
        variance = shared + np.eye(rows.sum()) * spreads["residual"] ** 2
        precision += columns[rows].T @ np.linalg.solve(variance, columns[rows])
    return np.linalg.inv(precision)


def _grid(
    result: Any, cover: Any, design: Any, data: Any, arms: list[str], visits: list[str]
) -> dict[tuple[str, str], Any]:
    """For each arm and visit: everybody's adjusted change from baseline, were they all there; estimate and variance."""
    everybody = data.drop_duplicates("study_id")
    grid = {}
    for arm in arms or [""]:
        for visit in visits:
            there = everybody.assign(
                visit=pd.Categorical([visit] * len(everybody), visits),
                arm=pd.Categorical([arm] * len(everybody), arms or [""]),
            )
            weights = np.asarray(build_design_matrices([design.design_info], there)[0]).mean(axis=0)
            grid[arm, visit] = (weights, float(everybody["baseline"].mean()), result.fe_params, cover)
    return grid


def _of(grid: dict[tuple[str, str], Any], reach: float) -> Iterator[dict[str, Any]]:
    """Adjusted change by arm and visit; then each other arm less the one of reference."""
    reference = next(iter(grid))[0]
    for (arm, visit), (weights, baseline, beta, cover) in grid.items():
        yield {"what": "change", "arm": arm, "visit": visit} | _figure(weights, -baseline, beta, cover, reach)
    for (arm, visit), (weights, _, beta, cover) in grid.items():
        if arm != reference:
            differing = weights - grid[reference, visit][0]
            name = f"{arm} - {reference}"
            yield {"what": "contrast", "arm": name, "visit": visit} | _figure(differing, 0.0, beta, cover, reach)


def _figure(weights: Any, shift: float, beta: Any, cover: Any, reach: float) -> dict[str, float]:
    estimate, se = float(weights @ beta) + shift, float(np.sqrt(weights @ cover @ weights))
    return {"estimate": estimate, "se": se, "low": estimate - reach * se, "high": estimate + reach * se}


def model_table(people: Any, plan: Plan, fitted: Callable[[Any, Plan, str], Fitted] = fit) -> Any:
    """The models of all outcomes, under `MODEL`."""
    rows: list[dict[str, Any]] = []
    for outcome in plan["outcomes"].split():
        try:
            rows += fitted(people, plan, outcome).rows
        except NotEstimated as why:
            rows.append({"outcome": outcome, "what": "none", "reason": str(why)})
    return pd.DataFrame(rows, columns=list(MODEL))


def main(folder: Path, results: Path) -> None:
    """Write both tables."""
    people, plan = read_people(folder), read_plan(folder)
    results.mkdir(parents=True, exist_ok=True)
    for name, table in (("change", change_table(people, plan)), ("model", model_table(people, plan))):
        table.to_csv(results / f"{name}.csv", index=False)
        sys.stdout.write(f"{results / name}.csv: {len(table)} rows\n")


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    main(here, Path(sys.argv[2]) if len(sys.argv) > 2 else Path("results"))
