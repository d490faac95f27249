"""Places as people name them."""

from __future__ import annotations


def city_of(zone: str) -> str:
    """The city that names an IANA zone: `America/New_York` is New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
