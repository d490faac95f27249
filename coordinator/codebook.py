"""The codebook of an export: one row for each column of its files, as a table and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from content.instruments import instruments
from content.missing_codes import missing_code
from content.protocol import protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from content.exports import Column, Table
    from content.instruments import Instrument
    from coordinator.confirming import Comparison
    from coordinator.redcap.places import At, Place

LANGUAGE: Literal["en"] = "en"
NOWHERE: Mapping[Any, Any] = MappingProxyType({})
LONG = 12
"""A list of more is folded on the page."""

HEADER = (
    "table",
    "place",
    "column",
    "label",
    "type",
    "unit",
    "values",
    "numbers",
    "low",
    "high",
    "missing",
    "missing_codes",
    "reason_in",
    "key",
    "blinded",
    "free_text",
    "source",
    "redcap_field",
    "redcap_event",
)
"""`redcap_field`: the fields of the REDCap project of the same cut that hold the column, each as form.field;
`redcap_event`: the event, where all of them stand at one."""

ITEMS_HEADER = (
    "instrument",
    "version",
    "title",
    "item",
    "text",
    "low",
    "high",
    "values",
    "period",
    "scores",
    "wording",
    "confirmed_on",
    "scoring",
    "asked_at",
    "protocol",
    "redcap_field",
)
"""Of the list of questions. `scoring`: version of the rules; `asked_at`: the check-ins of the protocol named last.

A text is blank where its licence does not let it be handed on."""

READING = (
    "Blank means missing, never zero; why stands in the column named under reason_in, or is the one reason listed. "
    "Where the column named is blank too, its own reason is the reason.",
    "1 is yes and 0 is no. Numbers have a decimal point. Instants (_at) are UTC; _local is the clock where the person "
    "was, zone its time zone when it was written down.",
    "What an item of a questionnaire asks, and what its values mean, stands in questions.csv. Its column wording says "
    "whether the words were compared with the published form: not_compared until a site has (confirmed_by_site).",
    "A column in _day counts days since enrolment; it is blank, too, for who was not enrolled.",
    "In files of SPSS and Stata a code is the number listed under numbers, and a reason the one under missing_codes "
    "(Stata: the letter); dates, local times and texts are plainly blank there.",
    "A code has the same number in every export. For a check-in of a study's own protocol, and for a code that this "
    "release does not know, it is made of the letters, from 1000000; its label then says (of an older release).",
    "redcap_field names the fields of the REDCap project of the same cut that hold a column, each as form.field, and "
    "redcap_event their event where there is one; blank where it has none. questions.csv has the field of each item.",
    "A text that begins with = + - @ or a tab has an apostrophe before it; the manifest names such columns.",
)
TITLES = ("column", "meaning", "type", "values", "blank means", "source", "REDCap")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{border:1px solid #c9c9c9;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#f2f2f2;position:sticky;top:0}code{font-family:ui-monospace,monospace}"
    "td{overflow-wrap:anywhere}td:nth-child(4),td:nth-child(7){min-width:15rem}"
    "td:nth-child(5),td:nth-child(6){min-width:10rem}td:first-child,td:nth-child(3){overflow-wrap:normal}"
    "td p{margin:0 0 0 1rem;text-indent:-1rem}"
    "summary{cursor:pointer}details[open]>summary{margin-bottom:.3rem}"
    "@media print{details::details-content{content-visibility:visible;display:block}}"
)


def rows(
    tables: Sequence[Table], *, unblinded: bool, redcap: Mapping[At, Place] = NOWHERE
) -> Iterator[tuple[object, ...]]:
    """One row for each column of the tables, in their order, under `HEADER`; `redcap`: where REDCap has a column."""
    for table in tables:
        for place, column in enumerate(table.columns, start=1):
            yield _row(table, place, column, unblinded, redcap.get((table.name, column.name)))


def _row(table: Table, place: int, column: Column, unblinded: bool, redcap: Place | None) -> tuple[object, ...]:
    return (
        table.name,
        place,
        column.name,
        column.label[LANGUAGE],
        column.type,
        column.unit,
        _listed(column.meanings(unblinded=unblinded)),
        _listed({str(number): code for code, number in column.numbers.items()}),
        column.low,
        column.high,
        _listed(column.missing),
        _listed(_missing_codes(column)),
        column.reason_in,
        int(column.name in table.key),
        column.blinded,
        int(column.free_text),
        " | ".join(column.source),
        " | ".join(redcap.fields) if redcap else None,
        (redcap.event or None) if redcap else None,
    )


def items(
    compared: Mapping[str, Comparison], *, dated: bool = True, redcap: Mapping[At, Sequence[str]] = NOWHERE
) -> Iterator[tuple[object, ...]]:
    """One row for each question of each instrument, under `ITEMS_HEADER`: what `responses.item` and `value` mean.

    `compared`: how far each wording was held against its published form; `dated` says when a site did;
    `redcap`: the fields of each instrument and item.
    """
    for asked in instruments().values():
        mine = compared.get(asked.code)
        for item in asked.items:
            options = item.options or asked.options
            yield (
                asked.code,
                asked.version,
                asked.title[LANGUAGE],
                item.code,
                None if item.text is None else item.text[LANGUAGE],
                item.low,
                item.high,
                _listed({str(option.value): option.label[LANGUAGE] for option in options}),
                item.recall or asked.period,
                " | ".join(score.name for score in asked.scores if item.code in score.items),
                None if mine is None else mine.mark,
                None if mine is None or mine.on is None or not dated else mine.on.isoformat(),
                asked.scorer_version if asked.scores else None,
                " | ".join(_asked_at(asked, item.code)),
                f"{protocol().name} {protocol().version}",
                " | ".join(redcap.get((asked.code, item.code), ())) or None,
            )


def _asked_at(asked: Instrument, item: str) -> Iterator[str]:
    """The check-ins whose list has an instrument, or this item of it, or for which a site brought its wording."""
    for visit in protocol().visits:
        listed = {asked.code, f"{asked.code}.{item}"} & {*visit.instruments} or visit.code in asked.asked_at
        if listed and visit.code not in asked.not_at:
            yield visit.code


def _missing_codes(column: Column) -> dict[str, str]:
    """How the reasons are written in SPSS and Stata; dates and texts are plainly blank there."""
    codes = {reason: missing_code(reason) for reason in column.missing} if column.is_numeric else {}
    return {f".{code.letter} {code.number}": reason for reason, code in codes.items()}


def _listed(meanings: Mapping[str, str]) -> str:
    return " | ".join(f"{code} = {meaning}" for code, meaning in meanings.items())


def page(tables: Sequence[Table], *, unblinded: bool, redcap: Mapping[At, Place] = NOWHERE) -> str:
    """The codebook as one HTML page that needs nothing else."""
    reading = "".join(f"<p>{escape(line)}</p>\n" for line in READING)
    links = " · ".join(f'<a href="#{table.name}">{table.name}</a>' for table in tables)
    parts = "".join(_section(table, unblinded, redcap) for table in tables)
    return (
        f'<!doctype html>\n<html lang="{LANGUAGE}">\n<head>\n<meta charset="utf-8">\n<title>Codebook</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>Codebook</h1>\n{reading}<nav>{links}</nav>\n{parts}</body>\n</html>\n"
    )


def _section(table: Table, unblinded: bool, redcap: Mapping[At, Place]) -> str:
    head = "".join(f"<th>{name}</th>" for name in TITLES)
    body = "".join(_line(column, unblinded, redcap.get((table.name, column.name))) for column in table.columns)
    key = ", ".join(f"<code>{name}</code>" for name in table.key)
    left_out = table.withheld.get(LANGUAGE) if not unblinded else None
    withheld = f" Left out, as this export is blinded: {escape(left_out)}." if left_out else ""
    return (
        f'<h2 id="{table.name}">{table.name}</h2>\n<p>{escape(table.label[LANGUAGE])}. Sorted by {key}.{withheld}</p>\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
    )


def _line(column: Column, unblinded: bool, redcap: Place | None) -> str:
    cells = (
        f"<code>{column.name}</code>",
        escape(column.label[LANGUAGE]),
        escape(" ".join(filter(None, [column.type, column.unit and f"({column.unit})"]))),
        _range(column) + _list(column.meanings(unblinded=unblinded)),
        _list(column.missing) + (f"(which: <code>{column.reason_in}</code>)" if column.reason_in else ""),
        escape(", ".join(column.source)),
        _in_redcap(redcap) if redcap else "",
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _list(meanings: Mapping[str, str]) -> str:
    return _folded([f"<code>{escape(code)}</code> {escape(meaning)}" for code, meaning in meanings.items()])


def _in_redcap(place: Place) -> str:
    event = f"at <code>{escape(place.event)}</code>" if place.event else ""
    return _folded([f"<code>{escape(field)}</code>" for field in place.fields]) + event


def _folded(lines: Sequence[str]) -> str:
    """Lines below one another; a long one is folded until it is opened, or printed."""
    text = "".join(f"<p>{line}</p>" for line in lines)
    return text if len(lines) <= LONG else f"<details><summary>{len(lines)} of them</summary>{text}</details>"


def _range(column: Column) -> str:
    if column.low is None:
        return ""
    return f"from {column.low:g}" + (f" to {column.high:g}" if column.high is not None else "")
