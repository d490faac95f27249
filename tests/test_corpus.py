"""Talks of every released version can be gone on with: their stored logs are replayed by today's code.

`CORPUS=write` adds the logs of the present release; logs of earlier releases are never written again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.world import World
from handlers.book import talks
from records import talks as stored_talks
from records.tables import ConversationRow, table
from study import conversation
from study.conversation import Reply
from study.steps import Look
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, START, Clinic, clinic_over, fresh_sqlite

FOLDER = Path(__file__).parent / "corpus"
NEVER_CALLED = "a replay asked the records for something that is not in the log"

SCRIPTS: tuple[tuple[str, ...], ...] = (
    (">/pause", "white"),
    (">/pause", "white", "6", "4", "Both", "1 minute"),
    (">/pause", "white", "6", "4", "Both", "1 minute", "One quiet minute", "Next"),
    (">/pause", "white", "6", "4", "Both", "No exercise, log only", "5", "3", "Later", "In 30 minutes"),
    (">/dose", "white", "1 tablet (usual)"),
    (">/dose", "white", "1 tablet (usual)", "Now"),
    (">/dose", "morning tablet", "I missed one", "Earlier today"),
    (">/dose", "patch", "Put a new one on", "Now"),
    (">/pain",),
    (">/practice",),
    (">/medicines",),
    (">/settings",),
    (">/break",),
    (">/stop",),
    (">/team",),
    (">/pain", "6", ">/undo"),
    (">/pain", "6", ">/fix"),
    (">/progress",),
    (">/urgent", "Something else"),
    (">i want to kill myself",),
)


async def lived(clinic: Clinic) -> list[dict[str, Any]]:
    """The stored talks of people who each live one script."""
    found = []
    oxycodone = OXYCODONE.model_copy(update={"nickname": "white"})
    for number, script in enumerate(SCRIPTS):
        ann = await clinic.enrolled("mbt", f"Ann {number}", oxycodone, MORPHINE, FENTANYL)
        await ann.does(*script)
    eve = clinic.stranger("Eve")
    await eve.says(f"/start {clinic.invited().code}")
    await eve.does("I agree to take part", "New York", "9 pm to 8 am")
    rows = table(ConversationRow)
    for row in clinic.rows(rows.select().order_by(rows.c.id)):
        with clinic.database.read() as tx:
            stored = stored_talks.by_id(tx, row.id)
        assert stored is not None
        log = [r.model_dump(mode="json") for r in stored.log]
        found.append({"talk": stored.talk, "open": stored.ask_key, "log": log, "id": f"{row.participant_id}/{row.id}"})
    return found


async def test_the_corpus_of_this_release_is_there(tmp_path: Path) -> None:
    file = FOLDER / f"{World(bot='1').release}.json"
    if os.environ.get("CORPUS") == "write":
        async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(await lived(clinic), indent=0, sort_keys=True) + "\n", encoding="utf-8")
    assert file.exists(), "write it with CORPUS=write"


def stored() -> list[Any]:
    return [
        pytest.param(each, id=f"{file.stem}-{number}-{each['talk']}")
        for file in sorted(FOLDER.glob("*.json"))
        for number, each in enumerate(json.loads(file.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("each", stored())
def test_a_talk_of_a_released_version_stands_where_it_stood(each: dict[str, Any]) -> None:
    def look(step: Look) -> Any:
        raise AssertionError(f"{NEVER_CALLED}: {step.key}")

    log = tuple(Reply.model_validate(reply) for reply in each["log"])
    again = conversation.reopen(talks()[each["talk"]], each["id"], log, START, look)
    assert (again.open.key if again.open is not None else None) == each["open"]
    assert again.said == ()
    assert again.wrote == ()
    assert len(again.log) == again.used == len(log)
