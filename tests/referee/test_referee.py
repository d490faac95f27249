"""One journey on a Telegram that was not written by us."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-referee/bin/python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="there is no referee on this machine; make referee")


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the journey left what was said, and the export."""
    folder = tmp_path_factory.mktemp("referee")
    command = [str(PYTHON), "-m", "tests.referee.journey", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


def table(journey: Path, name: str) -> list[dict[str, str]]:
    with (journey / "export" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_on_tg_auto_test_somebody_joins_pauses_and_logs_the_dose(journey: Path) -> None:
    talk = json.loads((journey / "talk.json").read_text(encoding="utf-8"))
    assert any("You are in" in said for said in talk)
    assert "Sit or lie down. Eyes open is fine. Not while driving or using machines." in talk
    assert talk[-1].startswith("Logged: 1 tablet of oxycodone")
    assert not any("went wrong" in said for said in talk)


def test_the_export_holds_that_journey_and_nothing_of_telegram(journey: Path) -> None:
    (person,), (pause,), (dose,) = (table(journey, name) for name in ("participants", "pauses", "doses"))
    assert (person["study_id"], person["zone"], person["status"]) == ("P0001", "America/New_York", "enrolled")
    ratings = ("pain_before", "urge_before", "pain_after", "urge_after")
    assert [pause[rating] for rating in ratings] == ["6", "4", "5", "3"]
    assert (pause["decision"], pause["completed"]) == ("took", "1")
    assert (dose["pause_id"], dose["product"], float(dose["count"])) == (pause["pause_id"], "oxycodone", 1.0)
    whole = "".join(file.read_text(encoding="utf-8") for file in (journey / "export").iterdir())
    assert re.search(r"\b9001\b", whole) is None
    assert "Alice" not in whole
