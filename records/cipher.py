"""The keys that one secret gives, and the cipher: AES-256-GCM for sealing, HMAC-SHA256 for look-ups.

Imported when something is first sealed, opened or looked up: the library takes seven megabytes, and most exports open
nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Cipher:
    """Encrypts, decrypts and hashes under the keys of one secret."""

    def __init__(self, secret: str) -> None:
        self._aead = AESGCM(self._derived(secret, b"seal"))
        self._lookup = self._derived(secret, b"lookup")

    @staticmethod
    def _derived(secret: str, purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"mindful-pause/" + purpose).derive(secret.encode())

    def encrypted(self, clear: bytes) -> bytes:
        """A fresh nonce and what is encrypted and authenticated under it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, clear, None)

    def decrypted(self, body: bytes) -> bytes | None:
        """What was encrypted; None when the key or the bytes are not the same any more."""
        try:
            return self._aead.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], None)
        except InvalidTag:
            return None

    def hashed(self, text: str) -> str:
        """The keyed hash of a text: 64 hexadecimal digits."""
        return hmac.new(self._lookup, text.encode(), hashlib.sha256).hexdigest()
