"""Keyboards under messages: checked as Telegram checks them, found by what a person sees."""

import re
from dataclasses import dataclass
from typing import Any

from bot.studio.params import Json, bad_request

MAX_DATA_BYTES = 64
_ADDRESS = re.compile(r"(https?|tg|ton)://|(?![a-z]+:)[\w-]+\.", re.IGNORECASE)
_ACTIONS = ("callback_data", "url", "web_app", "switch_inline_query", "copy_text", "login_url", "pay")


@dataclass(frozen=True)
class Button:
    """A button as seen: its text and either what it sends (`data`) or where it leads (`url`)."""

    text: str
    data: str | None = None
    url: str | None = None

    def as_json(self) -> Json:
        """The button for the page."""
        return {"text": self.text, "data": self.data, "url": self.url}


ButtonRows = tuple[tuple[Button, ...], ...]


def checked_markup(markup: Any) -> Json | None:
    """A `reply_markup` that Telegram would take; None for none. Raises Refusal (400)."""
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    for row in _rows(markup, "inline_keyboard"):
        for button in row:
            _check_inline(button)
    for row in _rows(markup, "keyboard"):
        for key in row:
            if not (key if isinstance(key, str) else key.get("text")):
                raise bad_request("keyboard button text must be non-empty")
    return markup


def _rows(markup: Json, name: str) -> list[list[Any]]:
    rows = markup.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    return rows


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not any(button.get(action) is not None for action in _ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    address = button.get("url")
    if address is not None and not _ADDRESS.match(address):
        problem = f"inline keyboard button URL '{address}' is invalid: Unsupported URL protocol"
        raise bad_request(problem)
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def inline_rows(markup: Json | None) -> ButtonRows:
    """The buttons under a message, row by row."""
    if not markup:
        return ()
    return tuple(
        tuple(Button(b["text"], b.get("callback_data"), b.get("url")) for b in row)
        for row in markup.get("inline_keyboard", ())
        if row
    )


def keyboard_rows(markup: Json | None) -> tuple[tuple[str, ...], ...]:
    """The texts of a reply keyboard, row by row."""
    if not markup:
        return ()
    return tuple(
        tuple(key if isinstance(key, str) else key["text"] for key in row) for row in markup.get("keyboard", ())
    )


def find_button(rows: ButtonRows, wanted: str) -> Button | None:
    """The button whose text, else whose data, is `wanted`."""
    flat = [button for row in rows for button in row]
    by_text = [button for button in flat if button.text == wanted]
    return next(iter(by_text or [button for button in flat if button.data == wanted]), None)
