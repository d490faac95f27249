"""The REDCap data dictionary as somebody else understands it: linkml-redcap, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from coordinator.redcap.dictionary import plan

TOOLS = Path(__file__).parents[2] / ".venv-referee/bin"
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
needs_tools = pytest.mark.skipif(
    not (TOOLS / "linkml-validate").exists(), reason="linkml-redcap is not on this machine; make referee"
)


def judged(rows: list[dict[str, str]], folder: Path) -> str:
    """What linkml-validate says of a dictionary."""
    asked = [str(TOOLS / "python"), "-c", WHERE]
    schema = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    cells = [{name: cell for name, cell in zip(NAMES, row.values(), strict=True) if cell} for row in rows]
    (folder / "dictionary.json").write_text(json.dumps({"fields": cells}), encoding="utf-8")
    validate, file = str(TOOLS / "linkml-validate"), str(folder / "dictionary.json")
    command = [validate, "-s", schema, "-C", "DataDictionary", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@needs_tools
def test_linkml_redcap_has_nothing_to_say_about_the_dictionary_and_finds_a_planted_fault(tmp_path: Path) -> None:
    rows = plan(unblinded=True, free_text=True).project.dictionary()
    assert "No issues found" in judged(rows, tmp_path)
    rows[1]["Field Type"] = "select"
    assert "field_type" in judged(rows, tmp_path)
