"""Places and their time zones: the cities offered, and what a typed place means."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict

from content import loading


class Places(BaseModel):
    """Cities offered as buttons, and places people type, each with an IANA zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    offered: dict[str, str]
    typed: dict[str, str]


@cache
def places() -> Places:
    """The places of `places.toml`; `ContentRefused` when a zone is unknown."""
    found = loading.one(Places, "places.toml")
    unknown = sorted({*found.offered.values(), *found.typed.values()} - available_timezones())
    if unknown:
        raise loading.ContentRefused("places.toml", [f"{zone}: no such zone" for zone in unknown])
    return found


@cache
def _cities() -> dict[str, str]:
    cities = {z.rsplit("/", 1)[1].replace("_", " ").lower(): z for z in sorted(available_timezones()) if "/" in z}
    plain = {name: zone for name, zone in cities.items() if not zone.startswith(("Etc/", "posix/", "right/"))}
    offered = {name.lower(): zone for name, zone in places().offered.items()}
    return plain | {z.lower(): z for z in available_timezones() if "/" in z} | places().typed | offered


def zone_of(place: str) -> str | None:
    """The IANA zone of a place as typed ("Boston", "new york", "Europe/Berlin"), or None."""
    typed = " ".join(place.replace("_", " ").lower().replace(".", "").split())
    return _cities().get(typed) or _cities().get(typed.split(",")[0].strip()) or _cities().get(typed.replace(" ", "_"))
