"""Encryption at rest: names, chat ids, free text and raw updates are kept sealed under one secret key."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE_BYTES = 12
SHORTEST_KEY = 16


class WrongKey(ValueError):
    """Something sealed cannot be opened with this secret key."""


class Keyring:
    """The keys that one secret gives: AES-256-GCM for sealing, HMAC-SHA256 for look-ups."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_KEY:
            raise ValueError(f"the secret key needs at least {SHORTEST_KEY} characters")
        self._aead = AESGCM(self._derived(secret, b"seal"))
        self._lookup = self._derived(secret, b"lookup")

    @staticmethod
    def _derived(secret: str, purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"mindful-pause/" + purpose).derive(secret.encode())

    def seal(self, text: str) -> bytes:
        """`text` encrypted and authenticated; twice the same text gives different bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._aead.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; `WrongKey` when the key or the bytes are not the same any more."""
        if sealed[:1] != VERSION:
            raise WrongKey("sealed under another key, or altered")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, None).decode()
        except InvalidTag as error:
            raise WrongKey("sealed under another key, or altered") from error

    def seal_json(self, value: Any) -> bytes:
        """A JSON value, sealed."""
        return self.seal(json.dumps(value, separators=(",", ":")))

    def open_json(self, sealed: bytes) -> Any:
        """The JSON value that was sealed."""
        return json.loads(self.open(sealed))

    def hash(self, purpose: str, value: str | int) -> str:
        """A keyed hash for look-ups (chat ids, enrolment codes): 32 hexadecimal digits."""
        digest = hmac.new(self._lookup, f"{purpose}:{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]
