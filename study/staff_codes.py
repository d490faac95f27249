"""Who writes something down, as it stands in the records and in every export: a code, never a name."""

from __future__ import annotations

import re

WHAT = "up to 20 letters, digits, . _ -"
_code = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")


class NoStaffCode(Exception):
    """Somebody was named by what is no code; the text says what to give."""

    def __init__(self, given: str) -> None:
        plain = "".join(c if c.isprintable() else " " for c in given)
        super().__init__(f"'{plain[:40]}' is no staff code, and names are exported: give {WHAT}, such as dana")


def is_staff_code(given: str) -> bool:
    """True for a text of the shape that codes have."""
    return _code.fullmatch(given) is not None


def checked(given: str) -> str:
    """The code that was given; raises NoStaffCode."""
    if not is_staff_code(given):
        raise NoStaffCode(given)
    return given
