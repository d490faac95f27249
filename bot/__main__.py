"""The `coach` command, also `python -m bot`."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

ROOMS = ("handlers", "scheduler", "coordinator", "records", "study", "content")


def misplaced_room() -> str | None:
    """A reason not to start: a room of another distribution stands where ours belongs."""
    home = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        found = importlib.util.find_spec(room)
        place = Path(found.origin).resolve().parent if found is not None and found.origin else None
        if place != home / room:
            return (
                f"the package '{room}' is not ours: found {place}, expected {home / room}. "
                "Another distribution has the same name; install this one into a fresh virtual environment."
            )
    return None


def main() -> None:
    """Run the command line."""
    # before PTB is imported: its times are then timedelta, as it asks for
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    reason = misplaced_room()
    if reason is not None:
        sys.exit(f"coach: {reason}")
    from bot.commands.app import app

    app(sys.argv[1] if len(sys.argv) > 1 else None)()


if __name__ == "__main__":
    main()
