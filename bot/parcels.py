"""Letters with something in them: a picture drawn, or a file, made outside the event loop."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from telegram import InputFile


async def parcel(body: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """How a letter with a picture or document is sent: the field and PTB's arguments; None for a plain letter."""
    if "document" in body:
        name, _, content = str(body["document"]).partition("\n")
        return "document", {"document": InputFile(content.encode(), filename=name), "caption": body["text"]}
    if "picture" in body:
        from bot.pictures import png

        drawn = await asyncio.to_thread(png, json.loads(body["picture"]))
        return "photo", {"photo": InputFile(drawn, filename="picture.png"), "caption": body["text"]}
    return None
