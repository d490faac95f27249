"""A report as a row of blocks, which a page and a PDF both print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from coordinator.scripts.pictures import Picture as Picture


@dataclass(frozen=True)
class Heading:
    """A heading; the sections of a report are of level 2."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table: every row as long as its header, the first column words, the others figures."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


Block: TypeAlias = Heading | Paragraph | Grid | Picture


@dataclass(frozen=True)
class Report:
    """A title and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
