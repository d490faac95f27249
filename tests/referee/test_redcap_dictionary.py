"""The REDCap data dictionary as somebody else understands it: linkml-redcap, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from content.instruments import instruments
from coordinator.redcap.dictionary import Answered, plan

PYTHON = Path(__file__).parents[2] / ".venv-referee/bin/python"
NAMES = (
    "variable_field_name",
    "form_name",
    "section_header",
    "field_type",
    "field_label",
    "choices_calculations_slider_labels",
    "field_note",
    "text_validation_type_or_show_slider_number",
    "text_validation_min",
    "text_validation_max",
    "identifier",
    "branching_logic",
    "required_field",
    "custom_alignment",
    "question_number",
    "matrix_group_name",
    "matrix_ranking",
    "field_annotation",
)
"""What linkml-redcap calls the 18 columns, in their order."""

WHERE = "import linkml_redcap; print(linkml_redcap.schema_path())"
needs_tools = pytest.mark.skipif(not PYTHON.exists(), reason="linkml-redcap is not on this machine; make referee")


def told(*words: object) -> subprocess.CompletedProcess[str]:
    """What the environment's own Python says; its scripts name a folder that may have moved."""
    return subprocess.run([str(PYTHON), *map(str, words)], capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def schema() -> str:
    """Where linkml-redcap keeps its schema; an environment that cannot run is a failure, with what it says."""
    found = told("-c", WHERE)
    assert found.returncode == 0, f"linkml-redcap cannot run here (make referee makes it anew): {found.stderr}"
    return found.stdout.strip()


def judged(schema: str, folder: Path, *dictionaries: list[dict[str, str]]) -> str:
    """What linkml-validate says of dictionaries, all in one run."""
    files = [folder / f"{number}.json" for number, _ in enumerate(dictionaries)]
    for file, rows in zip(files, dictionaries, strict=True):
        cells = [{name: cell for name, cell in zip(NAMES, row.values(), strict=True) if cell} for row in rows]
        file.write_text(json.dumps({"fields": cells}), encoding="utf-8")
    done = told("-m", "linkml.validator.cli", "-s", schema, "-C", "DataDictionary", *files)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@needs_tools
def test_linkml_redcap_has_nothing_to_say_about_the_dictionaries_and_finds_a_planted_fault(
    schema: str, tmp_path: Path
) -> None:
    every = frozenset(instruments())
    imported = Answered(every, every)
    small, large = (
        plan(unblinded=unblinded, free_text=unblinded, beyond=beyond).project.dictionary()
        for unblinded, beyond in ((False, None), (True, imported))
    )
    assert judged(schema, tmp_path, small, large).strip() == "No issues found"
    small[1]["Field Type"] = "select"
    assert "field_type" in judged(schema, tmp_path, small)
