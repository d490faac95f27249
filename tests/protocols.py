"""A study with protocol files of its own, in a folder: the shipped one with what a test changes in its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from content import protocol as protocols


def stamp_text(changes: Mapping[str, str] | None = None) -> str:
    """The text of the shipped protocol with replacements; each must hit something."""
    text = resources.files("content").joinpath("protocols", "stamp.toml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def put(folder: Path, name: str, changes: Mapping[str, str] | None = None) -> Path:
    """Write a protocol file into a folder."""
    file = folder / name
    file.write_text(stamp_text(changes), encoding="utf-8")
    return file


@contextmanager
def living_by(file: Path) -> Iterator[None]:
    """This process lives by a protocol file, and by the shipped one again afterwards."""
    protocols.use(str(file))
    try:
        yield
    finally:
        protocols.use(protocols.DEFAULT)


NORTH = """[[sites]]
code = "north"
country = "US"
zone = "America/Chicago"
languages = ["en"]
proposal = true
source = "a test"

# --- check-ins ---"""
TWO_SITES = {"# --- check-ins ---": NORTH}
