"""What a report says, in its order: pictures first, then the tables behind them, then how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from content.protocol import protocol
from coordinator.report import figures, pictures
from coordinator.report.model_part import modelled
from coordinator.report.page import Block, Grid, Heading, Paragraph, Picture, Report
from coordinator.report.words import DECISIONS, decimal, interval, shown, signed

if TYPE_CHECKING:
    from content.analysis import Outcome
    from coordinator.report.figures import Data

Progress = Callable[[str], None]
"""Called with what is being worked on."""

PATTERNS_SHOWN = 10
MISSING_IS = (
    "Missing is never counted as zero: who did not answer is in no mean, and the number of people stands beside it."
)
PERIODS = ((1, 8), (9, 26), (27, 52))
"""Weeks since enrolment: the sessions, the rest of the half year, and of the year."""


@dataclass
class Written:
    """A report being written."""

    data: Data
    cut: str
    progress: Progress

    @cached_property
    def people(self) -> Any:
        """One row for each enrolled person."""
        return self.data.people()

    @cached_property
    def arms(self) -> list[str]:
        """The arms shown."""
        return self.data.arms(self.people)

    @cached_property
    def completed(self) -> list[figures.Completeness]:
        """Who answered, by arm and check-in."""
        return figures.completeness(self.data, self.people)

    @cached_property
    def changed(self) -> list[dict[str, Any]]:
        """The change table."""
        return figures.changes(self.data, self.people)

    def report(self) -> Report:
        """All of it."""
        parts = (
            ("who came how far", self._flow), ("who answered", self._completeness), ("changes", self._changes),
            ("responders", self._responders), ("models", self._models), ("missing answers", self._patterns),
            ("who takes part", self._baseline), ("sessions and practice", self._done),
            ("pauses", self._pauses), ("how it was made", self._made),
        )  # fmt: skip
        drawn: list[Block] = []
        tables: list[Block] = []
        for name, part in parts:
            self.progress(name)
            blocks = list(part())
            drawn += [block for block in blocks if isinstance(block, Picture) and not _is_diagnostic(block)]
            tables += [block for block in blocks if not isinstance(block, Picture) or _is_diagnostic(block)]
        return Report("The study so far", (*self._opening(), *drawn, Heading("The figures"), *tables))

    def _told_apart(self) -> str:
        """How the arms are told apart in a picture; nothing where there are none."""
        shapes = [f"{shape}s are {arm.upper()}" for shape, arm in zip(pictures.SHAPES, self.arms, strict=False)]
        return "" if len(self.arms) < 2 else f" {shapes[0][0].upper()}{', '.join(shapes)[1:]}."

    def _opening(self) -> Iterator[Block]:
        how = "by arm; not for anybody who is blinded" if self.data.by_arm else "all arms together"
        yield Paragraph(
            f"Data as of {self.cut}, {how}. {len(self.people)} people enrolled; test people are in no figure."
        )
        yield Paragraph(
            f"{MISSING_IS} Figures of fewer than {self.data.few} people are not shown. Means of who answered "
            "say nothing about who did not."
        )

    # --- from screening on

    def _flow(self) -> Iterator[Block]:
        counts = figures.flow(self.data, self.people)
        yield Picture(
            pictures.flow(counts, self.completed, shown),
            "From screening on" if counts.screened is not None else "From the invitation on",
            f"At each check-in: who gave the primary figure ({self.data.plan.primary.title}), of those whose window is "
            "over.",
        )
        rows = [("Screened", str(counts.screened))] if counts.screened is not None else []
        rows += [(f"{why}", str(number)) for why, number in counts.sent_away.items()]
        rows += [("Invited", str(counts.joined)), ("Enrolled", str(counts.enrolled))]
        rows += [(f"Allocated: {pictures.named(arm)}", str(number)) for arm, number in counts.arms.items() if arm]
        rows += [("Enrolled, not allocated", str(counts.not_allocated))] if counts.not_allocated else []
        rows += [(" ".join(["Left the study", pictures.named(arm) if arm else ""]), str(number))
                 for arm, number in counts.left.items()]  # fmt: skip
        note = (
            ""
            if counts.screened is not None
            else "Nobody was screened in this system, so the count begins with the invitation."
        )
        yield Heading("Who came how far")
        yield Grid(("", "people"), tuple(rows), note + " Totals are shown whole, however small.")

    # --- who answered

    def _completeness(self) -> Iterator[Block]:
        plan, due = self.data.plan, [row for row in self.completed if row.over]
        trial = "; ".join(f"{each.percent:g} % at {shown(each.visit)}" for each in plan.completeness)
        yield Heading("Who answered")
        if due:
            yield Picture(
                pictures.completeness(due, plan, shown),
                "Who gave the primary figure",
                f"Percent of those whose window is over. The strokes are the STAMP trial: about {trial}.",
            )
        rows = tuple(
            (
                " ".join(filter(None, [shown(row.visit), row.arm.upper()])), str(row.over),
                _percent(row.given, row.over), _percent(row.whole, row.over), str(row.open),
            )
            for row in self.completed
        )  # fmt: skip
        unplanned = len(self.people) - self.data.table("visits").query("visit != 'baseline'")["study_id"].nunique()
        never = (
            f" {unplanned} enrolled people have no follow-up planned and are in no denominator."
            if unplanned > 0
            else ""
        )
        yield Grid(
            ("check-in", "window is over", "primary figure", "whole list", "window not over"),
            rows,
            f"The trial: about {trial} of all allocated. Primary figure: {plan.primary.title.lower()}; late answers "
            f"count.{never}",
        )

    def _patterns(self) -> Iterator[Block]:
        found = figures.patterns(self.data, self.people)
        if not found:
            return
        common = [each for each in found if each[1] >= self.data.few][:PATTERNS_SHOWN]
        rest = sum(number for _, number in found) - sum(number for _, number in common)
        visits = [shown(visit.code) for visit in protocol().visits]
        if common:
            states = [(f"{number} people", n, pattern) for n, (pattern, number) in enumerate(common, start=1)]
            rows = [(f"{n}.  {label}", tuple(_state(s) for s in pattern), n) for label, n, pattern in states]
            yield Picture(
                pictures.patterns(rows, visits),
                "Which check-ins are missing",
                "Each row is a pattern of who gave the primary figure when, the most frequent first.",
            )
        yield Heading("Patterns of missing answers")
        lines = [(str(number), *map(_state, pattern)) for pattern, number in common]
        others = f"People with other patterns: {figures.count(rest, self.data.few)}." if rest else ""
        yield Grid(("people", *visits), tuple(lines), others)

    # --- who takes part

    def _baseline(self) -> Iterator[Block]:
        yield Heading("Who takes part")
        rows: list[tuple[str, ...]] = []
        for asked in self.data.plan.baseline:
            text = (asked.of[1].text or {}).get("en", asked.item)
            lines = figures.trait(self.data, self.people, asked)
            if len(lines) == 1:
                rows.append((f"{text} {lines[0][0]}", *lines[0][1]))
                continue
            rows.append((text, *[""] * len(self.arms)))
            rows += [(f"–  {what}", *cells) for what, cells in lines]
        for outcome in self.data.plan.outcomes:
            known = [figures.of(self.people, arm)[f"{outcome.column}_m0"].dropna() for arm in self.arms]
            rows.append((f"{outcome.title}, mean (SD)", *[figures.mean_sd(each, self.data.few) for each in known]))
        yield Grid(
            ("at baseline", *map(pictures.named, self.arms)),
            tuple(rows),
            "Counts with percent of who answered. Where one count is too small, a second is left out with it.",
        )

    # --- what they did

    def _done(self) -> Iterator[Block]:
        goal = self.data.plan.practice.minutes_a_week
        if points := figures.by_session(self.data, self.people):
            words = "Percent present, of the people for whom staff entered that session." + self._told_apart()
            yield Picture(pictures.attendance(points, self.arms), "Who came to the sessions", words)
        yield Heading("Sessions and practice")
        yield from self._attended()
        if weeks := figures.by_week(self.data, self.people):
            words = (
                f"Median and middle half of people, weeks they looked back on. Dashed: the {goal} minutes asked for."
            )
            yield Picture(pictures.practice(weeks, goal, self.arms), "Home practice", words)
        known, rows = figures.practice(self.data, self.people), []
        for arm in self.arms:
            for first, last in PERIODS:
                here = figures.of(known, arm)
                here = here[here["week"].between(first, last)]
                rows.append(
                    (" ".join(filter(None, [f"Weeks {first} to {last}", arm.upper()])), *self._weeks(here, goal))
                )
        header = ("practice", "people", "weeks known", "median minutes", f"weeks of {goal} or more")
        note = f"Asked for: {goal} minutes a week. Self-report; a week that was not looked back on is missing."
        yield Grid(header, tuple(rows), note)

    def _weeks(self, here: Any, goal: int) -> tuple[str, ...]:
        people = here["study_id"].nunique()
        if people < self.data.few:
            return (figures.count(people, self.data.few), "–", "–", "–")
        enough = float((here["value"] >= goal).mean())
        return (str(people), str(len(here)), f"{here['value'].median():.0f}", f"{100 * enough:.0f} %")

    def _attended(self) -> Iterator[Block]:
        plan, few = self.data.plan.attendance, self.data.few
        rows = []
        for row in figures.attended(self.data, self.people):
            cells = [row.any, row.enough] if row.people >= few else []
            shares = [_share(number, row.people, few) for number in cells] or ["–", "–"]
            median = f"{row.median:g}" if cells else "–"
            rows.append((pictures.named(row.arm), figures.count(row.people, few), *shares, median))
        header = ("attendance", "people", "came at least once", f"{plan.enough} or more of {plan.sessions}", "median")
        yield Grid(header, tuple(rows), f"People for whom staff entered attendance. {plan.beside}")

    # --- how it changed

    def _changes(self) -> Iterator[Block]:
        plan = self.data.plan
        if any(row["change"] is not None and row["change"] == row["change"] for row in self.changed):
            yield Picture(
                pictures.changes(self.changed, plan, self.arms, shown),
                "Change from baseline",
                f"Mean of who gave both values, with {plan.model.percent} interval; below zero is a fall. The strokes "
                f"at pain are what the two arms of the STAMP trial published, on the BPI.{self._told_apart()}",
            )
        yield Heading("Change from baseline")
        for outcome in plan.outcomes:
            yield Heading(f"{outcome.title} ({outcome.scale})", 3)
            mine = [row for row in self.changed if row["outcome"] == outcome.column]
            if not any(row["n"] for row in mine):
                yield Paragraph(
                    " ".join(["Nobody has a baseline and a follow-up value.", self._beside(outcome)]).strip()
                )
                continue
            yield Grid(
                ("check-in", "people", "baseline", "then", "change", f"{plan.model.percent} interval"),
                tuple(self._change(row) for row in mine),
                self._beside(outcome),
            )

    def _change(self, row: dict[str, Any]) -> tuple[str, ...]:
        name = " ".join(filter(None, [shown(row["visit"]), row["arm"].upper()]))
        cells = decimal(row["baseline"]), decimal(row["value"]), signed(row["change"])
        reach = interval(row["low"], row["high"])
        return (name, figures.count(row["n"], self.data.few), *cells, reach)

    def _beside(self, outcome: Outcome) -> str:
        mine = [each for each in self.data.plan.published if each.outcome == outcome.column]
        if not mine:
            return ""
        if self.data.by_arm:
            each = "; ".join(f"{one.arm.upper()} {shown(one.visit)} {signed(one.change)}" for one in mine)
            return f"The STAMP trial, BPI average pain: {each}. No intervals could be read."
        visits = dict.fromkeys(one.visit for one in mine)
        both = "; ".join(
            f"{shown(visit)} {' and '.join(signed(one.change) for one in mine if one.visit == visit)}"
            for visit in visits
        )
        return f"The STAMP trial, BPI average pain, its two arms: {both}. No intervals could be read."

    def _responders(self) -> Iterator[Block]:
        yield Heading("Responders")
        rows = []
        for outcome in self.data.plan.outcomes:
            for arm in self.arms:
                found = [row for row in figures.responders(self.data, self.people, outcome) if row.arm == arm]
                if any(row.people for row in found):
                    name = " ".join(filter(None, [outcome.title, arm.upper()]))
                    rows.append(
                        (f"{name}, {outcome.responder} % or more", *[row.shown(self.data.few) for row in found])
                    )
        visits = [shown(visit) for visit in self.data.script["visits"].split()]
        note = (
            "Fell by at least that share of their baseline, of those with both values and a baseline above 0. Outcomes "
            "without a published share are not here."
        )
        yield Grid(("a fall of", *visits), tuple(rows), note)

    def _models(self) -> Iterator[Block]:
        yield from modelled(self.data, self.people, self.progress)

    # --- around a pause

    def _pauses(self) -> Iterator[Block]:
        rows = figures.around(self.data, self.people)
        no_claim = (
            "Before and after the same pause, without anything to compare it with: ratings also change by themselves, "
            "and with the dose. This says nothing about what a pause does."
        )
        if rows:
            yield Picture(pictures.around(rows), "Around a pause", f"Means of people's own means. {no_claim}")
        yield Heading("Around a pause")
        names = {"pain": "Pain, 0 to 10", "urge": "Wish for a dose, 0 to 10"}
        lines = tuple(
            (names[row.what], str(row.people), str(row.pauses), decimal(row.before), decimal(row.after)) for row in rows
        )
        none = "" if rows else f" Fewer than {self.data.few} people have pauses with both ratings."
        yield Grid(("all arms together", "people", "pauses", "before", "after"), lines, no_claim + none)
        people, pauses, chosen = figures.decisions(self.data, self.people)
        if people >= self.data.few:
            decided = [(name, _percent(chosen.get(code, 0), pauses)) for code, name in DECISIONS.items()]
            yield Grid(
                ("what people decided", f"of {pauses} pauses"),
                tuple(decided),
                "Each decision is as good as the others.",
            )

    def _made(self) -> Iterator[Block]:
        plan = self.data.plan
        yield Heading("How it was made")
        yield Paragraph(
            f"Plan {plan.name}, version {plan.version}; protocol {protocol().name}, version {protocol().version}. The "
            "folder data holds the export this was made from, with its codebook and a manifest of checksums; "
            "analysis.py and analysis.R there make the change tables and the models again, from the CSV files alone."
        )
        yield Paragraph(
            "The opioid dose is in morphine milligram equivalents, an estimate for research: never for converting one "
            "opioid into another, and no advice on a dose."
        )


def _is_diagnostic(block: Picture) -> bool:
    return block.title.startswith("What the model")


def _percent(number: int, whole: int) -> str:
    return f"{number} ({100 * number / whole:.0f} %)" if whole else "–"


def _share(number: int, whole: int, few: int) -> str:
    """A count with its percent, unless it or its rest is too small."""
    return "not shown" if 0 < number < few or 0 < whole - number < few else _percent(number, whole)


def _state(state: str) -> str:
    return "not yet due" if state == figures.NOT_YET else state
