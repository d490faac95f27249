"""What a call brings along: its parameters, its files, and how it is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"


class Refusal(Exception):
    """The server says no.

    `status` is the HTTP status and error code, `description` Telegram's words, `retry_after` in seconds.
    """

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        """Say no with `status` and `description`."""
        super().__init__(status, description, retry_after)
        self.status = status
        self.description = description
        self.retry_after = retry_after


def bad_request(reason: str) -> Refusal:
    """A 400 with Telegram's usual beginning."""
    return Refusal(400, f"Bad Request: {reason}")


class Params:
    """The parameters of one call, read with a type; text (form) and native (JSON) values alike."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        """Read from `values`, and uploads from `files` by the name of their part."""
        self.values = values
        self.files = files or {}

    def has(self, name: str) -> bool:
        """Whether the call names this parameter at all."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """The parameter as text; empty when missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The parameter as a whole number; `default` when missing or no number, as the server does."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def yes(self, name: str) -> bool:
        """Whether the parameter is true (`true`, `yes`, `1`)."""
        return str(self.values.get(name, "")).lower() in {"true", "yes", "1"}

    def json(self, name: str) -> Any:
        """The parameter as decoded JSON; None when missing. Raises Refusal (400) for broken JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file sent as `name`, directly or through `attach://`; None when there is none."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)
