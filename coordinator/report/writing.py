"""What a report says, in its order: pictures first, then the tables behind them, then how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from content.protocol import protocol
from coordinator.report import figures
from coordinator.report.model_part import modelled
from coordinator.report.page import Block, Grid, Heading, Paragraph, Picture, Report
from coordinator.report.words import DECISIONS, decimal, interval, people, signed
from coordinator.scripts import pictures, showing
from coordinator.scripts.drawing import named
from coordinator.scripts.pictures import NO_CLAIM
from coordinator.scripts.showing import shown

if TYPE_CHECKING:
    from content.analysis import Outcome
    from coordinator.report.figures import Data

Progress = Callable[[str], None]
"""Called with what is being worked on."""

MISSING_IS = (
    "Missing is never counted as zero: who did not answer is in no mean, and the number of people stands beside it."
)
NO_MEETINGS = (
    "Who did which session is not shown: people of this study meet in therapy groups, and a blinded report leaves "
    "their meetings out, as each group is of one arm. An unblinded report has them."
)


@dataclass
class Written:
    """A report being written."""

    data: Data
    cut: str
    progress: Progress

    @property
    def arms(self) -> list[str]:
        """The arms shown."""
        return self.data.arms

    @cached_property
    def completed(self) -> list[figures.Completeness]:
        """Who answered, by arm and check-in."""
        return figures.completeness(self.data)

    @cached_property
    def changed(self) -> list[dict[str, Any]]:
        """The change table."""
        return figures.changes(self.data)

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

    def _sent_away(self) -> Iterator[tuple[str, int]]:
        return pictures.excluded(self.data.rows("flow"), self.data.script)

    def _opening(self) -> Iterator[Block]:
        how = "by arm; not for anybody who is blinded" if self.data.by_arm else "all arms together"
        yield Paragraph(
            f"Data as of {self.cut}, {how}. {people(len(self.data.people()))} enrolled; test people are in no figure."
        )
        yield Paragraph(
            f"{MISSING_IS} Figures of fewer than {self.data.few} people are not shown, but for the totals of who "
            "came how far. Means of who answered say nothing about who did not."
        )

    # --- from screening on

    def _flow(self) -> Iterator[Block]:
        counts, few = figures.flow(self.data), self.data.few
        sent_away = [(name, number) for name, number in self._sent_away() if number]
        yield from self.data.picture("flow")
        rows: list[tuple[str, int | str]]
        rows = [("Screened", counts.screened), *sent_away] if counts.screened is not None else []
        rows += [("Invited", counts.invited), ("Declined", counts.declined)]
        rows += [("Not enrolled yet", counts.not_enrolled), ("Enrolled", counts.enrolled)]
        rows += [("Enrolled, not allocated", counts.not_allocated)] if counts.not_allocated else []
        for arm, of_arm in counts.arms.items():
            name = f": {named(arm)}" if arm else ""
            rows += [(f"Allocated{name}", of_arm.allocated)] if arm else []
            rows += [(f"Left the study{name}", of_arm.left), (f"Data removed{name}", of_arm.removed)]
            rows += [(f"Missed {shown(each.visit)}{name}", each.due - each.given if each.is_shown(few) else "not shown")
                     for each in self.completed if each.arm == arm and each.due]  # fmt: skip
            rows += [(f"Analysed{name}", of_arm.analysed)]
        begins = (
            "" if counts.screened else "Nobody was screened in this system, so the count begins with the invitation. "
        )
        yield Heading("Who came how far")
        yield Grid(
            ("", "people"),
            tuple((name, str(number)) for name, number in rows),
            f"{begins}Totals are shown whole, however small; who missed a check-in, of {few} people or more. "
            "Who declined, and whose data were removed, are counted, and nothing else of them is known; "
            "several criteria can be against one person.",
        )

    # --- who answered

    def _completeness(self) -> Iterator[Block]:
        plan, few = self.data.plan, self.data.few
        trial = "; ".join(f"{each.percent:g} % at {shown(each.visit)}" for each in plan.completeness)
        yield Heading("Who answered")
        yield from self.data.picture("completeness")
        rows = tuple(
            (
                " ".join(filter(None, [shown(row.visit), row.arm.upper()])), figures.count(row.due, few),
                _share(row.given, row.due, few), _share(row.whole, row.due, few),
                str(row.removed) if row.is_shown(few) else figures.count(row.removed, few),
                figures.count(row.open, few),
            )
            for row in self.completed
        )  # fmt: skip
        later = self.data.counted.table("visits").query("visit != 'baseline'")["study_id"].nunique()
        unplanned = len(self.data.people()) - later
        never = (
            f" {people(unplanned)} enrolled without a planned follow-up, in no denominator." if unplanned > 0 else ""
        )
        yield Grid(
            ("check-in", "window is over", "primary figure", "whole list", "data removed", "window not over"),
            rows,
            f"The trial: about {trial} of all allocated. Primary figure: {plan.primary.title.lower()}; late answers "
            f"count; whose data were removed gave none.{never}",
        )

    def _patterns(self) -> Iterator[Block]:
        found = self.data.rows("patterns")
        if not found:
            return
        common = showing.common(found, self.data.few)
        rest = sum(row["people"] for row in found) - sum(number for number, _ in common)
        visits = [shown(visit.code) for visit in protocol().visits]
        yield from self.data.picture("patterns")
        yield Heading("Patterns of missing answers")
        lines = [(str(number), *pattern) for number, pattern in common]
        others = f"People with other patterns: {figures.count(rest, self.data.few)}." if rest else ""
        yield Grid(("people", *visits), tuple(lines), others)

    # --- who takes part

    def _baseline(self) -> Iterator[Block]:
        yield Heading("Who takes part")
        rows: list[tuple[str, ...]] = []
        known = self.data.rows("baseline")
        for asked in self.data.plan.baseline:
            text = (asked.of[1].text or {}).get("en", asked.item)
            lines = figures.trait(self.data, known, asked)
            if len(lines) == 1:
                rows.append((f"{text} {lines[0][0]}", *lines[0][1]))
                continue
            rows.append((text, *[""] * len(self.arms)))
            rows += [(f"–  {what}", *cells) for what, cells in lines]
        for outcome in self.data.plan.outcomes:
            cells = [figures.mean_sd(row, self.data.few) for row in known if row["what"] == outcome.column]
            rows.append((f"{outcome.title}, mean (SD)", *cells))
        yield Grid(
            ("at baseline", *map(named, self.arms)),
            tuple(rows),
            "Counts with percent of who answered. Where one count is too small, a second is left out with it.",
        )

    # --- what they did

    def _done(self) -> Iterator[Block]:
        goal = self.data.plan.practice.minutes_a_week
        yield from self.data.picture("sessions")
        yield Heading("Sessions and practice")
        yield from self._attended()
        yield from self.data.picture("practice")
        rows = [
            (" ".join(filter(None, [f"Weeks {row['first']} to {row['last']}", row["arm"].upper()])), *self._weeks(row))
            for row in self.data.rows("practice")
        ]
        header = ("practice", "people", "weeks known", "median minutes", f"weeks of {goal} or more")
        note = f"Asked for: {goal} minutes a week. Self-report; a week that was not looked back on is missing."
        yield Grid(header, tuple(rows), note)

    def _weeks(self, row: dict[str, Any]) -> tuple[str, ...]:
        if row["people"] < self.data.few:
            return (figures.count(row["people"], self.data.few), "–", "–", "–")
        enough = f"{100 * row['enough'] / row['weeks']:.0f} %"
        return (str(row["people"]), str(row["weeks"]), f"{row['median']:.0f}", enough)

    def _attended(self) -> Iterator[Block]:
        plan, few = self.data.plan.attendance, self.data.few
        rows, found = [], figures.attended(self.data)
        for row in found:
            cells = [f"{row.median:g}"] if row.median is not None and row.people >= few else []
            shares = [_share(number or 0, row.people, few) for number in (row.any, row.enough)] if cells else ["–", "–"]
            rows.append((named(row.arm), figures.count(row.people, few), *shares, *(cells or ["–"])))
        header = ("sessions done", "people", "at least one", f"{plan.enough} or more of {plan.sessions}", "median")
        whose = "of the people whose weeks for all of them are over, counted from enrolment."
        where = "In the chat or at a meeting of a therapy group" if self.data.knows_meetings else "In the chat"
        if self.data.counted.knows_sessions:
            yield Grid(header, tuple(rows), f"{where}, {whose} {plan.beside}")
        else:
            yield Paragraph(NO_MEETINGS)
        met = self.data.rows("meetings")
        if any(row["entries"] for row in met):
            lines = [(" ".join(filter(None, [row["status"], row["arm"].upper()])), *self._entered(row)) for row in met]
            yield Grid(("meetings of therapy groups", "people", "entries"), tuple(lines), "As staff entered them.")

    def _entered(self, row: dict[str, Any]) -> tuple[str, str]:
        few = self.data.few
        return (figures.count(row["people"], few), str(row["entries"]) if row["people"] >= few else "–")

    # --- how it changed

    def _changes(self) -> Iterator[Block]:
        plan = self.data.plan
        yield from self.data.picture("changes")
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
        plan, few = self.data.plan, self.data.few
        names = {(each.column, f"fall_{fall}"): f"{each.title}, down by {fall} % or more"
                 for each in plan.outcomes for fall in each.responder}  # fmt: skip
        names |= {(each.column, f"at_most_{each.at_most}"): each.title for each in plan.steps}
        found: dict[tuple[str, str], list[figures.Responders]] = {}
        for row in figures.responders(self.data):
            name = " ".join(filter(None, [names[row.outcome, row.rule], row.arm.upper()]))
            found.setdefault((name, row.arm), []).append(row)
        visits = self.data.script["visits"].split()
        lines = []
        for (name, _), rows in found.items():
            at = {row.visit: row.shown(few) for row in rows}
            if any(row.people for row in rows):
                lines.append((name, *[at.get(visit, "–") for visit in visits]))
        note = (
            "A fall is in percent of a person's own baseline, of those with both values and a baseline above 0; a step "
            "of the PGIC, of those who answered it then. Outcomes without a published share are not here."
        )
        yield Grid(("responders", *map(shown, visits)), tuple(lines), note)

    def _models(self) -> Iterator[Block]:
        yield from modelled(self.data, self.progress)

    # --- around a pause

    def _pauses(self) -> Iterator[Block]:
        rows = figures.around(self.data)
        yield from self.data.picture("around")
        yield Heading("Around a pause")
        names = {"pain": "Pain, 0 to 10", "urge": "Wish for a dose, 0 to 10"}
        lines = tuple(
            (names[row.what], str(row.people), str(row.pauses), decimal(row.before), decimal(row.after)) for row in rows
        )
        if lines:
            yield Grid(("all arms together", "people", "pauses", "before", "after"), lines, NO_CLAIM)
        else:
            yield Paragraph(f"Fewer than {self.data.few} people have pauses with both ratings.")
        people, pauses, chosen = figures.decisions(self.data)
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
            "folder data holds the export this was made from, with its codebook and a manifest of checksums, the "
            "folder figures the tables behind every picture. analysis.py, figures.py and pictures.py there, and "
            "their twins in R, make tables and pictures again from the CSV files alone."
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
    """A count with its percent, unless it is of too few."""
    return "not shown" if 0 < whole < few else _percent(number, whole)
