"""Text as Telegram shows it: HTML taken apart into plain text and entities, commands found."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bot.studio.params import Json, bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w+)?")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def utf16_length(text: str) -> int:
    """How many UTF-16 units `text` has: the unit in which entities are counted."""
    return len(text) + sum(1 for sign in text if ord(sign) > 0xFFFF)


def found_entities(text: str) -> list[Json]:
    """The bot commands and web addresses the server finds by itself in `text`."""
    entities: list[Json] = []
    if "/" not in text:
        return entities
    for kind, pattern in (("bot_command", _COMMAND), ("url", _WEB_ADDRESS)):
        for match in pattern.finditer(text):
            entities.append(_entity(kind, text, match.start(), match.end()))
    return sorted(entities, key=lambda entity: int(entity["offset"]))


def _entity(kind: str, text: str, start: int, end: int) -> Json:
    return {"type": kind, "offset": utf16_length(text[:start]), "length": utf16_length(text[start:end])}


@dataclass
class _Open:
    tag: str
    start: int
    url: str | None = None


@dataclass
class _Parts:
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)


class _Taker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = _Parts()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = tag in _TAGS or (tag == "span" and ("class", "tg-spoiler") in attrs)
        if not known:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.parts.open.append(_Open(tag, len(self.parts.text), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self.parts.open or self.parts.open[-1].tag != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        begun = self.parts.open.pop()
        entity = _entity(_TAGS.get(tag, "spoiler"), self.parts.text, begun.start, len(self.parts.text))
        if begun.url is not None:
            entity["url"] = begun.url
        if entity["length"]:
            self.parts.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.parts.text += data


def _from_html(markup: str) -> tuple[str, list[Json]]:
    taker = _Taker()
    taker.feed(markup)
    taker.close()
    if taker.parts.open:
        tag = taker.parts.open[-1].tag
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
    return taker.parts.text, taker.parts.entities


def shown_text(text: str, parse_mode: str, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """The text as shown and its entities, commands and web addresses among them.

    `parse_mode` is empty or HTML; Markdown is refused (400), for nothing here writes it.
    """
    mode = parse_mode.lower()
    if mode not in {"", "html"}:
        raise bad_request("unsupported parse_mode")
    given = list(entities or ())
    if mode == "html":
        text, given = _from_html(text)
    stripped = text.rstrip()
    return stripped, given + found_entities(stripped)
