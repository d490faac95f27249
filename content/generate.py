"""Writes `content/say.py`: one typed function for every message of the catalogue.

Run `python -m content.generate` after a change in `content/messages/`; a test fails when the file is stale.
"""

from __future__ import annotations

from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from content.catalogue import AMBIENT, Text, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = '''"""Every message by name: generated from `content/messages/` by `python -m content.generate`, not edited."""

# ruff: noqa: D101, D102, E501

from __future__ import annotations

from content.message import Message, Param
'''


def _functions(texts: list[tuple[str, Text]]) -> Iterator[str]:
    for key, text in texts:
        names = sorted(text.placeholders - AMBIENT)
        arguments = [*(["variant: int | None = None"] if text.variants else []), *(f"{n}: Param" for n in names)]
        given = f"*, {', '.join(arguments)}" if arguments else ""
        filled = ", {" + ", ".join(f'"{n}": {n}' for n in names) + "}" if names else ""
        yield f"    @staticmethod\n    def {key.split('.', 1)[1]}({given}) -> Message:\n"
        chosen = (filled or ", {}") + ", variant" if text.variants else filled
        yield f'        return Message("{key}"{chosen})\n\n'


def source() -> str:
    """The text that `content/say.py` has when it is up to date."""
    ordered = sorted((k, t) for k, t in catalogue().texts.items() if k.count(".") == 1)
    parts = [HEAD]
    for room, texts in groupby(ordered, key=lambda pair: pair[0].split(".")[0]):
        parts.append(f"\n\nclass {room}:\n")
        parts.append("".join(_functions(list(texts))).rstrip("\n") + "\n")
    return "".join(parts)


if __name__ == "__main__":
    Path(str(resources.files("content").joinpath("say.py"))).write_text(source(), encoding="utf-8")
