"""Reading the TOML of this room: one way in, refused with file, place and reason."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=BaseModel)


class ContentRefused(ValueError):
    """A content file cannot be used; carries the file and a list of `place: reason`."""

    def __init__(self, file: str, reasons: list[str]) -> None:
        self.file = file
        self.reasons = reasons
        super().__init__(f"{file}: " + "; ".join(reasons))


def files(folder: str) -> Iterator[Traversable]:
    """The TOML files of one folder of this room, sorted by name."""
    place = resources.files("content").joinpath(folder)
    yield from sorted((f for f in place.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def read(file: Traversable) -> dict[str, Any]:
    """The tables of one TOML file; `ContentRefused` when it is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentRefused(file.name, [str(error)]) from error


def checked(model: type[M], data: dict[str, Any], file: str) -> M:
    """`data` as `model`; `ContentRefused` with every place and reason otherwise."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        reasons = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise ContentRefused(file, reasons) from error


def one(model: type[M], path: str) -> M:
    """One file of this room (`limits.toml`, `safety/numbers.toml`) as `model`."""
    file = resources.files("content").joinpath(path)
    return checked(model, read(file), path)


def read_path(path: str) -> dict[str, Any]:
    """The tables of one file of this room."""
    return read(resources.files("content").joinpath(path))
