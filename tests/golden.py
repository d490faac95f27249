"""Golden transcripts: a talk as a clinician can read it, compared word by word.

`GOLDEN=write make test` writes them anew; then read them aloud.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, transcript: str) -> None:
    """Hold a transcript against `tests/golden/<name>.txt`."""
    file = FOLDER / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(transcript, encoding="utf-8")
    assert file.exists(), f"no golden transcript {name}; write it with GOLDEN=write"
    assert transcript == file.read_text(encoding="utf-8"), f"{name} reads differently; GOLDEN=write, then read it"
