"""Encryption at rest: names, chat ids, free text and raw updates are kept sealed under one secret key."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from records.cipher import Cipher

VERSION = b"\x01"
SHORTEST_KEY = 16


class WrongKey(ValueError):
    """Something sealed cannot be opened with this secret key."""


class Keyring:
    """What one secret seals and opens."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_KEY:
            raise ValueError(f"the secret key needs at least {SHORTEST_KEY} characters")
        self._secret = secret

    @cached_property
    def _cipher(self) -> Cipher:
        from records.cipher import Cipher  # takes memory, which what opens nothing can do without

        return Cipher(self._secret)

    def seal(self, text: str) -> bytes:
        """`text` encrypted and authenticated; twice the same text gives different bytes."""
        return VERSION + self._cipher.encrypted(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; `WrongKey` when the key or the bytes are not the same any more."""
        clear = self._cipher.decrypted(sealed[1:]) if sealed[:1] == VERSION else None
        if clear is None:
            raise WrongKey("sealed under another key, or altered")
        return clear.decode()

    def seal_json(self, value: Any) -> bytes:
        """A JSON value, sealed."""
        return self.seal(json.dumps(value, separators=(",", ":")))

    def open_json(self, sealed: bytes) -> Any:
        """The JSON value that was sealed."""
        return json.loads(self.open(sealed))

    def hash(self, purpose: str, value: str | int) -> str:
        """A keyed hash for look-ups (chat ids, enrolment codes): 32 hexadecimal digits."""
        return self._cipher.hashed(f"{purpose}:{value}")[:32]
