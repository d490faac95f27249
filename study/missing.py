"""Why a value is missing, kept beside the values: `urge:skipped nature:not_asked`, one word for each item."""

from __future__ import annotations


def without(missing: str, item: str) -> str:
    """The reasons without the one for `item`: it has a value now."""
    return " ".join(word for word in missing.split() if not word.startswith(f"{item}:"))


def because(missing: str, item: str, why: str) -> str:
    """The reasons with `why` for `item`."""
    return f"{without(missing, item)} {item}:{why}".strip()
