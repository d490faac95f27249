"""A report as one HTML page that needs nothing else, and as a PDF."""

from __future__ import annotations

import base64
import io
from functools import singledispatchmethod
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coordinator.report.page import Grid, Heading, Paragraph, Picture
from coordinator.scripts.pictures import png, svg

if TYPE_CHECKING:
    from coordinator.report.page import Block, Report

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;margin:.5rem 0;font-size:.9rem}"
    "th,td{border-bottom:1px solid #d0d0d0;padding:.25rem .7rem;text-align:right;vertical-align:top}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #888}"
    "figure{margin:1.5rem 0}figcaption,.note{color:#444;font-size:.9rem}img{max-width:100%;height:auto}"
    "h2{margin-top:2.5rem}@media print{figure,table{break-inside:avoid}}"
)
SCALE = 2.5
"""Pixels of a picture in the PDF for each unit of its chart."""
POINTS = 0.62
"""Points on paper for each unit of a chart."""
KEPT_TOGETHER, MOST_POINTS = 14, 6.5
"""Rows of a table that is not broken over two pages; points for each letter of a cell."""


def page(report: Report) -> str:
    """The HTML page."""
    body = "".join(map(_Html().of, report.blocks))
    title = escape(report.title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )


class _Html:
    """Blocks as HTML."""

    @singledispatchmethod
    def of(self, block: Block) -> str:
        """One block."""
        raise TypeError(block)

    @of.register
    def _(self, block: Heading) -> str:
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>\n"

    @of.register
    def _(self, block: Paragraph) -> str:
        return f"<p>{escape(block.text)}</p>\n"

    @of.register
    def _(self, block: Grid) -> str:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.header)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in block.rows)
        note = f'<p class="note">{escape(block.note)}</p>\n' if block.note else ""
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{note}"

    @of.register
    def _(self, block: Picture) -> str:
        drawn = svg(block.chart)
        data = base64.b64encode(drawn.encode()).decode()
        caption = f"<figcaption><b>{escape(block.title)}.</b> {escape(block.words)}</figcaption>"
        return f'<figure><img alt="{escape(block.title)}" src="data:image/svg+xml;base64,{data}">\n{caption}</figure>\n'


def pdf(report: Report, path: Path) -> None:
    """Write the PDF; the same report gives the same bytes."""
    _Paper(path).print(report)


class _Paper:
    """Blocks as what reportlab lays out; its own Vera fonts have the signs that the built-in ones of PDF lack."""

    def __init__(self, path: Path) -> None:
        from reportlab import rl_config
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.platypus import SimpleDocTemplate

        rl_config.invariant = 1
        for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
            pdfmetrics.registerFont(TTFont(name, file))
        pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="VeraBd", italic="Vera", boldItalic="VeraBd")
        self.file = SimpleDocTemplate(
            str(path), pagesize=A4, leftMargin=50, rightMargin=50, topMargin=50, bottomMargin=50, author="", title=""
        )
        self.text = ParagraphStyle("text", fontName="Vera", fontSize=9, leading=13, spaceAfter=6)
        self.small = ParagraphStyle("small", parent=self.text, fontSize=7.5, leading=10.5, textColor="#444444")
        self.cell = ParagraphStyle("cell", parent=self.small, spaceAfter=0, textColor="#1b1b1b")
        self.head = ParagraphStyle("head", parent=self.text, fontName="VeraBd", spaceBefore=12, keepWithNext=1)

    def print(self, report: Report) -> None:
        """Write the file."""
        from reportlab.platypus import KeepTogether
        from reportlab.platypus import Paragraph as Text

        self.file.title = report.title
        story = [Text(escape(report.title), self._heading(1))]
        waiting: list[Any] = []
        for block in report.blocks:
            laid_out = [*waiting, *self.of(block)]
            waiting = laid_out if isinstance(block, Heading) else []
            if not waiting:
                story += [KeepTogether(laid_out)] if _fits(block) else laid_out
        self.file.build(story, onFirstPage=self._number, onLaterPages=self._number)

    def _heading(self, level: int) -> Any:
        from reportlab.lib.styles import ParagraphStyle

        size = {1: 18, 2: 13}.get(level, 10)
        return ParagraphStyle(f"h{level}", parent=self.head, fontSize=size, leading=size * 1.4)

    def _number(self, canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7)
        canvas.drawRightString(self.file.pagesize[0] - 50, 28, f"page {canvas.getPageNumber()}")

    @singledispatchmethod
    def of(self, block: Block) -> list[Any]:
        """One block."""
        raise TypeError(block)

    @of.register
    def _(self, block: Heading) -> list[Any]:
        from reportlab.platypus import Paragraph as Text

        return [Text(escape(block.text), self._heading(block.level))]

    @of.register
    def _(self, block: Paragraph) -> list[Any]:
        from reportlab.platypus import Paragraph as Text

        return [Text(escape(block.text), self.text)]

    @of.register
    def _(self, block: Grid) -> list[Any]:
        from reportlab.platypus import Paragraph as Text
        from reportlab.platypus import Spacer, Table

        head = [Text(f"<b>{escape(cell)}</b>", self.cell) for cell in block.header]
        rows = [head, *([Text(escape(cell), self.cell) for cell in row] for row in block.rows)]
        table = Table(rows, colWidths=self._widths(block), repeatRows=1, hAlign="LEFT")
        table.setStyle([
            ("LINEBELOW", (0, 0), (-1, 0), 1, "#888888"),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, "#d0d0d0"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ])  # fmt: skip
        note = [Text(escape(block.note), self.small)] if block.note else []
        return [Spacer(0, 4), table, Spacer(0, 6), *note]

    def _widths(self, block: Grid) -> list[float]:
        """Room by the longest cell of each column, the first one at most half."""
        longest = [max(len(row[n]) for row in (block.header, *block.rows)) + 2 for n in range(len(block.header))]
        longest[0] = max(12, min(longest[0], sum(longest[1:]) if len(longest) > 2 else 60))
        return [min(self.file.width / sum(longest), MOST_POINTS) * each for each in longest]

    @of.register
    def _(self, block: Picture) -> list[Any]:
        from reportlab.platypus import Image, Spacer
        from reportlab.platypus import Paragraph as Text

        drawn = png(block.chart, SCALE)
        image = Image(io.BytesIO(drawn), hAlign="LEFT")
        points = min(POINTS / SCALE, self.file.width / image.imageWidth)
        image.drawWidth, image.drawHeight = image.imageWidth * points, image.imageHeight * points
        caption = Text(f"<b>{escape(block.title)}.</b> {escape(block.words)}", self.small)
        return [Spacer(0, 6), image, Spacer(0, 3), caption, Spacer(0, 6)]


def _fits(block: Block) -> bool:
    """Whether a block stands on one page, with the headings over it."""
    return not isinstance(block, Grid) or len(block.rows) < KEPT_TOGETHER
