"""Understanding what people type: ratings, amounts, times. What is unclear is asked again, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from content import say
from content.medicines import limit
from study.steps import NotUnderstood

WORDS = {
    "zero": 0, "none": 0, "nothing": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
HALVES = {"half": 0.5, "a half": 0.5, "half a": 0.5, "quarter": 0.25, "a quarter": 0.25}
FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
SENTENCE_WORDS = 4

_number = r"(\d{1,4}(?:[.,]\d{1,3})?)"
_about = r"(?:about|around|maybe|roughly|approx\.?|ca\.?|~|i(?:'d| would) say|probably|like|it'?s|is|a)?\s*"
_rating = re.compile(rf"^{_about}{_number}\s*(?:/\s*10|out of (?:10|ten)|of 10)?\s*[.!]*$")
_rating_word = re.compile(rf"^{_about}([a-z]+)\s*(?:out of ten|of ten)?\s*[.!]*$")
_amount = re.compile(
    rf"^{_about}{_number}\s*(?:ml|mls|tablets?|tabs?|pills?|capsules?|caps?|patch(?:es)?|drops?|sprays?|puffs?)?\s*[.!]*$"
)
_mixed = re.compile(r"^(?:(\d{1,3})\s+)?(\d)\s*/\s*(\d)\s*[a-z]*[.!]*$")
_clock = re.compile(r"^(?:at\s+)?(\d{1,2})(?:[:.h](\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?[.!]*$")
_minutes = re.compile(r"^(?:about\s+)?(\d{1,4})\s*(m|min|mins|minutes?)?[.!]*$")
_hours = re.compile(
    r"^(?:about\s+)?(\d{1,2}(?:[.,]\d)?)\s*(?:h|hours?)(?:\s*(\d{1,2})\s*(?:m|min|mins|minutes?)?)?[.!]*$"
)


def _plain(text: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if c not in "\ufe0f\u20e3\u200b\u200d")
    kept = kept.replace("⁄", "/").replace("’", "'").replace("🔟", "10")
    return " ".join(kept.lower().split())


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= SENTENCE_WORDS


def ratings() -> range:
    """Every rating there is, lowest first."""
    return range(int(limit("highest_rating")) + 1)


def rating(text: str) -> int | NotUnderstood:
    """A rating 0-10 as typed ("7/10", "about 6", "seven", "7.", emoji digits); 11, -1, 7.5 and "7-8" are not."""
    typed = _plain(text)
    if found := _rating.match(typed):
        value = float(found.group(1).replace(",", "."))
        if value in ratings():
            return int(value)
        return NotUnderstood(say.reading.rating_whole())
    if (found := _rating_word.match(typed)) and found.group(1) in WORDS:
        return WORDS[found.group(1)]
    if re.search(r"\d\s*(?:-|–|to|or)\s*\d", typed):
        return NotUnderstood(say.reading.rating_one())
    return NotUnderstood(say.reading.rating_whole(), keep=_is_sentence(typed))


def amount(text: str) -> float | NotUnderstood:
    """An amount in units of the form, above zero: "2", "1,5", "half", "1 1/2", "two tablets"."""
    typed = _plain(_halves_written(text))
    value = _amount_value(typed)
    if value is None or not 0 < value <= limit("most_units"):
        return NotUnderstood(say.reading.amount(), keep=_is_sentence(typed))
    return value


def _halves_written(text: str) -> str:
    return re.sub(r"(\d?)\s*([½¼¾])", lambda m: (m.group(1) or "0") + FRACTIONS[m.group(2)], text)


def _amount_value(typed: str) -> float | None:
    if found := _amount.match(typed):
        return float(found.group(1).replace(",", "."))
    if (found := _mixed.match(typed)) and found.group(3) != "0":
        return int(found.group(1) or 0) + int(found.group(2)) / int(found.group(3))
    first = typed.split(" ")[0] if typed else ""
    if typed in HALVES or first == "half":
        return HALVES.get(typed, 0.5)
    return float(WORDS[first]) if first in WORDS and not _is_sentence(typed) else None


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_month = rf"({'|'.join(MONTHS)})[a-z]*\.?"
_weekday, _year = r"(?:[a-z]+day,?\s+)?(?:the\s+)?", r"(?:,?\s+(\d{4}))?"
_of_month = r"(\d{1,2})(?:st|nd|rd|th)?\.?"
_day_month = re.compile(rf"^{_weekday}{_of_month}\s+(?:of\s+)?{_month}{_year}$")
_month_day = re.compile(rf"^{_weekday}{_month}\s+{_of_month}{_year}$")
_iso_day = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")


def day(text: str, first: date) -> str | NotUnderstood:
    """A day as `YYYY-MM-DD`: "5 March", "March 5th, 2027", "2027-03-05"; without a year the next one from `first` on.

    Days written in numbers alone (3/5) are not taken: which is the month differs by country.
    """
    typed = _plain(text).rstrip(".!")
    if found := _iso_day.match(typed):
        year, month, of_month = (int(part) for part in found.groups())
    elif found := _day_month.match(typed) or _month_day.match(typed):
        parts = [part for part in found.groups() if part is not None]
        month = 1 + next(MONTHS.index(part[:3]) for part in parts if part[:3] in MONTHS)
        numbers = [int(part) for part in parts if part.isdigit()]
        of_month, year = numbers[0], numbers[1] if len(numbers) > 1 else 0
    else:
        return NotUnderstood(say.travel.not_a_day(), keep=_is_sentence(typed))
    try:
        given = date(year or first.year, month, of_month)
        return (given if year or given >= first else given.replace(year=first.year + 1)).isoformat()
    except ValueError:
        return NotUnderstood(say.travel.not_a_day())


def clock_time(text: str) -> str | NotUnderstood:
    """A time of day as `HH:MM`: "8:30", "8.30 pm", "20:30", "8pm", "noon"."""
    typed = _plain(text)
    if typed in ("noon", "midday", "midnight"):
        return "00:00" if typed == "midnight" else "12:00"
    found = _clock.match(typed)
    if found is None:
        return NotUnderstood(say.reading.clock(), keep=_is_sentence(typed))
    hour, minute, half = (
        int(found.group(1)),
        int(found.group(2) or 0),
        (found.group(3) or "").replace(".", ""),
    )
    if half:
        if not 1 <= hour <= 12:
            return NotUnderstood(say.reading.clock())
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        return NotUnderstood(say.reading.clock())
    return f"{hour:02d}:{minute:02d}"


def clock_times(text: str) -> str | NotUnderstood:
    """Several times of day, separated by commas, "and" or spaces: `08:00,20:00`, in order, each once."""
    typed = re.sub(r"\s+(am|pm)\b", r"\1", _plain(text))
    parts = [p for p in re.split(r"\s*(?:,|;|\band\b|\s)\s*", typed) if p]
    times = [clock_time(part) for part in parts]
    if not parts or any(isinstance(t, NotUnderstood) for t in times):
        return NotUnderstood(say.reading.clocks(), keep=_is_sentence(typed))
    return ",".join(sorted({str(t) for t in times}))


def minutes(text: str) -> int | NotUnderstood:
    """A number of minutes, 1 to 1440: "20", "20 min", "half an hour", "1 h 15"."""
    typed = _plain(text)
    value = 30 if typed in ("half an hour", "half hour") else 60 if typed in ("an hour", "one hour") else None
    if value is None and (found := _minutes.match(typed)):
        value = int(found.group(1))
    elif value is None and (found := _hours.match(typed)):
        value = round(float(found.group(1).replace(",", ".")) * 60) + int(found.group(2) or 0)
    elif value is None and typed in WORDS:
        value = WORDS[typed]
    if value is None or not 1 <= value <= limit("most_minutes_a_day"):
        return NotUnderstood(say.reading.minutes(), keep=_is_sentence(typed))
    return value


def words(text: str) -> str | NotUnderstood:
    """Words as typed, trimmed; empty ones are not understood."""
    trimmed = text.strip()
    return trimmed or NotUnderstood(say.reading.words())


def short_name(text: str) -> str | NotUnderstood:
    """A name of at most 30 characters in one line."""
    trimmed = " ".join(text.split())
    return trimmed if 0 < len(trimmed) <= 30 else NotUnderstood(say.reading.short_name())


def safe_words(text: str) -> str | NotUnderstood:
    """Whether a person says they are safe; anything unclear is asked again."""
    typed = _plain(text).rstrip(".!")
    if typed in (
        "yes",
        "y",
        "i am safe",
        "i'm safe",
        "im safe",
        "safe",
        "yes i am",
        "ok",
        "i am ok",
        "i'm ok",
    ):
        return "safe"
    if typed in ("no", "n", "not safe", "i am not safe", "i'm not safe", "im not safe", "no i am not"):
        return "not_safe"
    return NotUnderstood(say.reading.choose(), keep=True)
