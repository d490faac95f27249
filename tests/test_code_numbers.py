"""Numbers of codes in files of SPSS and Stata: what was given once stays, whatever a release or a site adds."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import pytest

from content import code_numbers
from content.code_numbers import MADE_FROM, MADE_TO, number_of
from content.export_lists import without_number
from content.exports import exported
from content.loading import ContentRefused, checked
from coordinator import labelled
from coordinator.export_folder import ExportRefused
from tests.databases import Clock, Fresh
from tests.exported import Export, Study, begun, led, medicine, said, window
from tests.protocols import living_by, put

GIVEN = Path(__file__).parent / "golden" / "code_numbers.txt"
"""Every number that was ever given, a line each; lines are added and never changed."""

BEFORE = '[[visits]]\ncode = "month_3"\n'
CHECK_IN = """[[visits]]
code = "{code}"
months = {months}
opens_before_days = 14
closes_after_days = 28
ladder = "follow_up"
core = ["peg"]
instruments = ["peg"]
proposal = true
source = "a test"
"""


def in_force() -> set[str]:
    """Every number of this release: of the lists with a registry, and of those written out in exports.toml."""
    found = {
        f"{name}.{code} = {number}"
        for name, numbers in code_numbers.code_numbers().items()
        for code, number in numbers.items()
    }
    for table in exported(unblinded=True, free_text=True):
        for column in table.columns if table.name != "wide" else ():  # its columns are of the protocol
            found |= {f"{table.name}.{column.name}.{code} = {number}" for code, number in column.numbers.items()}
    return found


def test_no_number_that_was_given_is_ever_changed_or_taken_back() -> None:
    given = set(GIVEN.read_text(encoding="utf-8").splitlines())
    assert given - in_force() == set(), "a code lost its number: codes come last, and stay when they are used no more"
    if os.environ.get("GOLDEN") == "write":
        GIVEN.write_text("".join(f"{line}\n" for line in sorted(in_force())), encoding="utf-8")
    else:
        assert in_force() - given == set(), "new codes: GOLDEN=write notes their numbers for ever"


def test_a_code_without_a_number_two_of_one_and_one_taken_out_are_found() -> None:
    known: dict[Any, Any] = {name: dict(numbers) for name, numbers in code_numbers.code_numbers().items()}
    with pytest.raises(ContentRefused, match="forms: the number 2 comes twice"):
        checked(code_numbers._Numbers, known | {"forms": {"tablet": 2, "patch": 2}}, code_numbers.FILE)
    with pytest.raises(ContentRefused, match="forms: no code has the number 1; one that is used no more keeps"):
        checked(code_numbers._Numbers, known | {"forms": {"patch": 2}}, code_numbers.FILE)
    less = known | {"instruments": {code: at for code, at in known["instruments"].items() if code != "tlfb"}}
    assert list(without_number(less)) == ["instruments: tlfb"]
    assert list(without_number(known)) == []


def loaded(export: Export) -> Any:
    spec = importlib.util.spec_from_file_location("load", export.folder / "load.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load_export(export.folder)


def with_check_ins(folder: Path, *more: tuple[str, int]) -> Path:
    """The shipped protocol with check-ins of a site's own before month 3."""
    own = "".join(f"{CHECK_IN.format(code=code, months=months)}\n" for code, months in more)
    return put(folder, "stamp.toml", {BEFORE: own + BEFORE})


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_check_ins_of_a_site_and_codes_of_old_keep_their_numbers_from_export_to_export(
    fresh: Fresh, clock: Clock, tmp_path: Path, kind: Literal["sav", "dta"]
) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat (extra `analysis`) is not installed")
    study = Study(fresh("sqlite"), clock, tmp_path)
    person = study.adds().enrols()
    for visit in ("halfway", "month_3"):
        person.logs(window(visit))
        person.logs(said("p", 4, visit))
    seen = []
    for nature, more in (("of_old", [("halfway", 2)]), ("older", [("sooner", 1), ("halfway", 2)])):
        person.logs(led(person.logs(begun(nature=nature))))
        with living_by(with_check_ins(tmp_path, *more)):
            export = study.exports(format=kind)
            assert list(without_number(code_numbers.code_numbers())) == []  # it is nothing for `coach check` to say
        _, meta = getattr(pyreadstat, f"read_{kind}")(str(export.folder / f"responses.{kind}"))
        _, pauses = getattr(pyreadstat, f"read_{kind}")(str(export.folder / f"pauses.{kind}"))
        seen.append(
            {
                **{label: number for number, label in meta.variable_value_labels["visit"].items()},
                **{label: number for number, label in pauses.variable_value_labels["nature"].items()},
            }
        )
        codebook = {(row["table"], row["column"]): row["numbers"] for row in export.rows("codebook")}
        assert f"{seen[0]['Check-in halfway']:.0f} = halfway | 2 = month_3 |" in codebook["responses", "visit"]
        data = loaded(export)
        assert set(data["responses"]["visit"]) == {"halfway", "month_3"}
        assert nature in set(data["pauses"]["nature"])
    assert seen[0].items() <= seen[1].items()
    assert MADE_FROM <= seen[0]["Check-in halfway"] < MADE_TO
    assert seen[0]["of_old (of an older release)"] == number_of("of_old", None)


def test_two_codes_that_one_number_would_be_made_of_are_refused_by_name(tmp_path: Path) -> None:
    met: dict[int, str] = {}
    codes = (f"visit_{at}" for at in itertools.count())
    one, other = next(
        (met[number], code)
        for code in codes
        for number in [number_of(code, "visits")]
        if met.setdefault(number, code) != code
    )
    table = next(table.listed(unblinded=False) for table in exported() if table.name == "visits")
    rows = [[visit if name == "visit" else None for name in table.names] for visit in (one, other)]
    with pytest.raises(ExportRefused, match=f"visits.visit: {one} and {other} would both be .* --format csv"):
        labelled.write(tmp_path / "visits.sav", table, rows, "sav", Counter())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_text_that_spss_cannot_hold_is_cut_and_the_manifest_says_so(
    fresh: Fresh, clock: Clock, tmp_path: Path, kind: Literal["sav", "dta"]
) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat (extra `analysis`) is not installed")
    study = Study(fresh("sqlite"), clock, tmp_path)
    person = study.adds().enrols()
    long = ("ä" * 200 + " ") * 250 + "end"
    person.logs(medicine(reason=long))
    person.logs(medicine(reason="short"))
    export = study.exports(format=kind, free_text=True)
    frame, _ = getattr(pyreadstat, f"read_{kind}")(str(export.folder / f"medicines.{kind}"))
    read, short = frame["reason"]
    whole = kind == "dta"
    assert (read == long, short) == (whole, "short")
    assert whole or (read.endswith("...") and long.startswith(read.removesuffix("...")) and len(read) > 15_000)
    remarks = export.on_disk["remarks"]
    assert remarks == [] if whole else "texts of medicines.reason (1) are cut to 32767 bytes" in remarks[0]
    assert loaded(export)["medicines"]["reason"].tolist() == [read, "short"]
