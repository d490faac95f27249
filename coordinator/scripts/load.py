"""Loads every table of this export into pandas, with types, labels and why a value is missing.

    from load import load_export
    data = load_export("the folder of this file"); data["doses"].attrs["labels"]

Needs pandas; for .sav and .dta pyreadstat as well. `attrs` of each table has `labels` (what a column means) and
`meanings` (what the codes of a column mean). Blank is missing, never zero: the codebook says which column tells why.
Instants are UTC; local times and times of day stay text, since some are a date alone.
"""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

TYPES = {"integer": "Int64", "decimal": "Float64", "boolean": "boolean"}


def load_export(folder: str | Path = ".") -> dict[str, Any]:
    """Every table of an export by its name."""
    place = Path(folder)
    codebook = pd.read_csv(place / "codebook.csv", dtype="string", keep_default_na=False)
    return {str(name): _load(place, str(name), rows) for name, rows in codebook.groupby("table", sort=False)}


def _load(place: Path, name: str, columns: Any) -> Any:
    for suffix, reader in ((".sav", "read_sav"), (".dta", "read_dta")):
        if (place / f"{name}{suffix}").exists():
            return _labelled(place / f"{name}{suffix}", reader)
    texts = pd.read_csv(place / f"{name}.csv", dtype="string", keep_default_na=False, na_values=[""])
    if list(texts.columns) != list(columns["column"]):
        raise ValueError(f"{name}.csv and the codebook differ in their columns")
    table = pd.DataFrame({column.column: _typed(texts[column.column], column) for column in columns.itertuples()})
    table.attrs["labels"] = dict(zip(columns["column"], columns["label"], strict=True))
    table.attrs["meanings"] = {c.column: _listed(c.values) for c in columns.itertuples() if c.values}
    return table


def _labelled(path: Path, reader: str) -> Any:
    import pyreadstat

    table, meta = getattr(pyreadstat, reader)(str(path), user_missing=True)
    table.attrs["labels"] = meta.column_names_to_labels
    table.attrs["meanings"] = meta.variable_value_labels
    return table


def _typed(texts: Any, column: Any) -> Any:
    if column.type in TYPES:
        numbers = pd.to_numeric(texts)
        return (
            numbers.astype("Int64").astype("boolean")
            if column.type == "boolean"
            else numbers.astype(TYPES[column.type])
        )
    if column.type == "instant":
        return pd.to_datetime(texts, format="%Y-%m-%dT%H:%M:%SZ", utc=True)
    if column.type == "date":
        return pd.to_datetime(texts, format="%Y-%m-%d")
    if column.type == "code" and column.values:
        codes = list(_listed(column.values))
        codes += sorted(set(texts.dropna()) - set(codes))  # of an older release, without a meaning here
        return texts.astype(pd.CategoricalDtype(codes))
    return texts.str.replace(r"^'('*[=+@\t-])", r"\1", regex=True)


def _listed(text: str) -> dict[str, str]:
    """`took = Took the dose | later = Later` as meanings by code."""
    return dict(part.split(" = ", 1) for part in text.split(" | "))


if __name__ == "__main__":
    for name, table in load_export(Path(__file__).parent).items():
        sys.stdout.write(f"{name}: {len(table)} rows, {len(table.columns)} columns\n")
