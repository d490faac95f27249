"""Drafts the next revision after a change of the tables: `python -m records.migrations "visits and responses"`.

The draft holds what Alembic sees. It sees no CHECK rules: add those by hand. A test compares revisions and models.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from records.schema import FOLDER, head
from records.upgrade import config


def draft(message: str, folder: Path = FOLDER) -> Path:
    """Write the next revision into the `versions` of `folder`; gives the file."""
    settings, number = config(folder), f"{int(head()) + 1:04d}"
    engine = create_engine("sqlite://")
    with engine.connect() as conn:
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")
        command.revision(settings, message, autogenerate=True, rev_id=number)
    engine.dispose()
    return next((folder / "versions").glob(f"{number}_*.py"))


if __name__ == "__main__":
    sys.stdout.write(f"{draft(' '.join(sys.argv[1:]))}\n")
