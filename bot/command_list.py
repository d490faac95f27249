"""The list of commands Telegram shows beside the typing field: one for everybody, a plainer one in discreet chats."""

from __future__ import annotations

from content.catalogue import catalogue
from content.message import Message

COMMANDS = ("pause", "dose", "pain", "practice", "session", "diary", "checkin", "progress", "undo", "fix", "medicines",
            "settings", "team", "break", "mydata", "stop", "help", "urgent")  # fmt: skip
KEY_OF = {"break": "rest", "rate": "pain"}
DISCREET = {"pain": "rate"}
"""Command → the one that does the same and can be seen by anybody."""


def listed(language: str = "en", *, discreet: bool = False) -> list[dict[str, str]]:
    """Commands with their descriptions, as the Bot API takes them."""
    names = [DISCREET.get(name, name) if discreet else name for name in COMMANDS]
    return [{"command": name, "description": _description(name, language, discreet)} for name in names]


def _description(name: str, language: str, discreet: bool) -> str:
    return catalogue().render(Message(f"profile.{KEY_OF.get(name, name)}"), language, discreet=discreet)
