"""Loads every table of this export into pandas, with types, labels and why a value is missing.

    from load import load_export, reasons
    data = load_export("the folder of this file"); data["doses"].attrs["labels"]; reasons(data["scores"], "value")

Needs pandas; for .sav and .dta pyreadstat as well. A table is the same from CSV, .sav and .dta: the codebook says its
types. `attrs` of each table has `labels` (what a column means), `meanings` (what the codes of a column mean), `missing`
(why a cell of a column can be blank) and `reason_in` (which column says why). Blank is missing, never zero, and no
number stands for a reason: `reasons` tells why each cell of a column is blank. Instants are UTC; local times and times
of day stay text, since some are a date alone.
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

TYPES = {"integer": "Int64", "decimal": "Float64", "boolean": "boolean"}
OLDER = " (of an older release)"


def load_export(folder: str | Path = ".") -> dict[str, Any]:
    """Every table of an export by its name."""
    place = Path(folder)
    codebook = pd.read_csv(place / "codebook.csv", dtype="string", keep_default_na=False)
    return {str(name): _load(place, str(name), rows) for name, rows in codebook.groupby("table", sort=False)}


def reasons(table: Any, column: str) -> Any:
    """Why each cell of a column is blank, beside its rows; missing where there is a value or nothing is known."""
    known, why = table.attrs["missing"].get(column, {}), table.attrs["reason_in"].get(column)
    if why:  # where that is blank too, its own reason is the reason
        own = (reason for reason in table.attrs["missing"].get(why, {}) if reason in known)
        said = table[why].astype("string").fillna(next(own, pd.NA))
    else:
        said = pd.Series(next(iter(known)) if len(known) == 1 else pd.NA, index=table.index, dtype="string")
    return said.where(table[column].isna() & said.isin(list(known)))


def _load(place: Path, name: str, columns: Any) -> Any:
    path = next(path for path in (place / f"{name}{ending}" for ending in (".sav", ".dta", ".csv")) if path.exists())
    cells, labels = _read(path)
    if list(cells.columns) != list(columns["column"]):
        raise ValueError(f"{path.name} and the codebook differ in their columns")
    table = pd.DataFrame({c.column: _typed(cells[c.column], c, labels) for c in columns.itertuples()})
    table.attrs["labels"] = dict(zip(columns["column"], columns["label"], strict=True))
    table.attrs["meanings"] = {c.column: _listed(c.values) for c in columns.itertuples() if c.values}
    table.attrs["missing"] = {c.column: _listed(c.missing) for c in columns.itertuples() if c.missing}
    table.attrs["reason_in"] = {c.column: c.reason_in for c in columns.itertuples() if c.reason_in}
    return table


def _read(path: Path) -> Any:
    """The cells as text and None; or as numbers, missing where they say why, and the labels of the numbers."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""]), None
    import pyreadstat

    cells, meta = (pyreadstat.read_sav if path.suffix == ".sav" else pyreadstat.read_dta)(str(path))
    return cells, meta.variable_value_labels


def _typed(cells: Any, column: Any, labels: Any) -> Any:
    """A column as the codebook says; `labels` where its codes are numbers."""
    if column.type in TYPES:
        numbers = pd.to_numeric(cells)
        return (numbers.astype("Int64") if column.type == "boolean" else numbers).astype(TYPES[column.type])
    if column.type == "instant":
        return pd.to_datetime(cells, utc=True).astype("datetime64[ns, UTC]")
    if column.type == "date":
        return pd.to_datetime(cells).astype("datetime64[ns]")
    if column.type != "code":
        texts = cells.astype("string").replace("", pd.NA)
        # in CSV an apostrophe keeps a spreadsheet from calculating
        return texts.str.replace(r"^'('*[=+@\t-])", r"\1", regex=True) if labels is None else texts
    codes = cells.astype("string") if labels is None else _codes(cells, column, labels.get(column.column, {}))
    known = list(_listed(column.values))
    known += sorted(set(codes.dropna()) - set(known))  # of an older release, without a meaning here
    return codes.astype(pd.CategoricalDtype(known))


def _codes(cells: Any, column: Any, labels: Any) -> Any:
    """The codes that numbers stand for; the label of one of an older release says it."""
    of = {float(number): code for number, code in _listed(column.numbers).items()}
    of |= {number: label.removesuffix(OLDER) for number, label in labels.items() if label.endswith(OLDER)}
    return pd.to_numeric(cells).map(of).astype("string")


def _listed(text: str) -> dict[str, str]:
    """`took = Took the dose | later = Later` as meanings by code."""
    return dict(part.split(" = ", 1) for part in text.split(" | ")) if text else {}


if __name__ == "__main__":
    for name, table in load_export(Path(__file__).parent).items():
        sys.stdout.write(f"{name}: {len(table)} rows, {len(table.columns)} columns\n")
