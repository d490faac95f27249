"""The consent text in force: versioned, hashed, and approved or not."""

from __future__ import annotations

import hashlib
from functools import cache

from pydantic import BaseModel, ConfigDict

from content import loading


class ConsentText(BaseModel):
    """One consent text; `approved_by` is empty while no ethics board has approved it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    approved_by: str
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the text as shown, 64 hexadecimal digits."""
        return hashlib.sha256(self.text.strip().encode()).hexdigest()


@cache
def consent_text(language: str) -> ConsentText:
    """The text in a language; English where there is no other."""
    known = {file.name.removesuffix(".toml"): file for file in loading.files("consent")}
    file = known.get(language, known["en"])
    return loading.checked(ConsentText, loading.read(file), f"consent/{file.name}")
