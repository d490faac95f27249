"""Lists of allocation: reading an uploaded one, making one of permuted blocks, and which place comes next.

A list names for each stratum (the site) which arm the first, second, third person gets. Nothing here draws by chance:
permuted blocks follow from a seed, so that a list can be made again and compared.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

HEADER = ("sequence", "stratum", "arm")
ALSO_CALLED = {"site": "stratum"}
SEED_BYTES = 32
FEW = 5
"""How many reasons are told of a list that is refused."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a list: the person who takes it belongs to `stratum` and gets `arm`."""

    stratum: str
    sequence: int
    arm: str


Slots = tuple[Slot, ...]


class ListRefused(ValueError):
    """A list of allocation that cannot be used; carries the reasons, none of which names an arm of the list."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        more = f" and {len(reasons) - FEW} more" if len(reasons) > FEW else ""
        super().__init__("; ".join(reasons[:FEW]) + more)


def read(text: str, strata: Collection[str], arms: Collection[str]) -> Slots:
    """The places of a list as CSV with the header `sequence,stratum,arm` (or `site`); `ListRefused`.

    The sequence runs from 1 without a gap through the whole list, or within each stratum.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    header = tuple(ALSO_CALLED.get(name.strip().lower(), name.strip().lower()) for name in (rows[0] if rows else ()))
    if sorted(header) != sorted(HEADER):
        raise ListRefused([f"line 1: the header is {','.join(HEADER)}"])
    places = [header.index(name) for name in HEADER]
    found, reasons = [], []
    for line, cells in enumerate(rows[1:], start=2):
        slot = _slot(cells, places, strata, arms)
        if isinstance(slot, Slot):
            found.append(slot)
        else:
            reasons.append(f"line {line}: {slot}")
    reasons = reasons or [*_gaps(found), *_lacking(found, arms)]
    if reasons:
        raise ListRefused(reasons)
    return tuple(found)


def _slot(cells: Sequence[str], places: Sequence[int], strata: Collection[str], arms: Collection[str]) -> Slot | str:
    """The place on one line, or what is wrong with it."""
    if len(cells) != len(HEADER) or not all(cell.strip() for cell in cells):
        return f"{len(HEADER)} cells, none of them empty"
    sequence, stratum, arm = (cells[place].strip() for place in places)
    if not (sequence.isascii() and sequence.isdigit()) or int(sequence) < 1:
        return "the sequence is a whole number from 1 on"
    if stratum not in strata:
        return f"the protocol has no site {stratum}"
    if arm not in arms:
        return "the arm is none of the protocol"
    return Slot(stratum, int(sequence), arm)


def _gaps(found: Sequence[Slot]) -> Iterator[str]:
    if sorted(slot.sequence for slot in found) == list(range(1, len(found) + 1)):
        return
    for stratum in sorted({slot.stratum for slot in found}):
        numbers = Counter(slot.sequence for slot in found if slot.stratum == stratum)
        for expected in range(1, max(numbers) + 1):
            if numbers[expected] != 1:
                yield f"{stratum}: the sequence has {expected} {'twice' if numbers[expected] else 'nowhere'}"
                break


def _lacking(found: Sequence[Slot], arms: Collection[str]) -> Iterator[str]:
    if {slot.arm for slot in found} != set(arms):
        yield "not every arm of the protocol is in it"


def written(slots: Sequence[Slot]) -> str:
    """A list as CSV: what `read` takes."""
    lines = [",".join(HEADER), *(f"{slot.sequence},{slot.stratum},{slot.arm}" for slot in slots)]
    return "\n".join(lines) + "\n"


def permuted(
    ratio: Mapping[str, int], strata: Sequence[str], block_sizes: Sequence[int], places: int, seed: bytes
) -> Slots:
    """Permuted blocks for each stratum, at least `places` in each; the same seed gives the same list.

    Every block holds the arms in their ratio, in an order of its own; which size comes next is drawn too.
    """
    found: list[Slot] = []
    for stratum in strata:
        drawn = _Stream(seed, stratum)
        arms: list[str] = []
        while len(arms) < places:
            arms += _block(ratio, block_sizes[drawn.below(len(block_sizes))], drawn)
        found += (Slot(stratum, number, arm) for number, arm in enumerate(arms, start=1))
    return tuple(found)


def _block(ratio: Mapping[str, int], size: int, drawn: _Stream) -> list[str]:
    turns = size // sum(ratio.values())
    block = [arm for arm in sorted(ratio) for _ in range(ratio[arm] * turns)]
    for last in range(len(block) - 1, 0, -1):
        other = drawn.below(last + 1)
        block[last], block[other] = block[other], block[last]
    return block


class _Stream:
    """Numbers that follow from a seed and a stratum alone: SHA-256 over a counter, in any language the same."""

    def __init__(self, seed: bytes, stratum: str) -> None:
        self.seed = seed + stratum.encode()
        self.counter = count()

    def below(self, end: int) -> int:
        """The next number from 0 to `end` - 1, each as likely; what would favour the low ones is left out."""
        fair = 2**64 - 2**64 % end
        while True:
            digest = hashlib.sha256(self.seed + next(self.counter).to_bytes(8, "big")).digest()
            number = int.from_bytes(digest[:8], "big")
            if number < fair:
                return number % end


def next_slot(slots: Sequence[Slot], stratum: str, used: Collection[tuple[str, int]]) -> Slot | None:
    """The first place of a stratum that nobody has, None when the list has no more."""
    free = [slot for slot in slots if slot.stratum == stratum and (slot.stratum, slot.sequence) not in used]
    return min(free, key=lambda slot: slot.sequence, default=None)
