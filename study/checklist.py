"""What is on a participant's checklist: states said at the beginning that are expected, and talked about by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content.checklist import checklist
from study import responses
from study.facts import MedicineEpisode
from study.responses import Answers
from study.watching import Found, agreed_mme

BASELINE = "baseline"
NALOXONE, OVER = "naloxone", "over_list"
WITHOUT = {"no": "no", "not_sure": "not sure"}


@dataclass(frozen=True, slots=True)
class ToTalkAbout:
    """An item of the list that applies, with what was said."""

    code: str
    detail: str


def to_talk_about(
    naloxone: str | None,
    baseline: Mapping[str, Answers],
    medicines: Iterable[MedicineEpisode],
    over: Found | None = None,
) -> tuple[ToTalkAbout, ...]:
    """The items that apply, in the order of the list; what was not asked or not answered puts nothing on it.

    `naloxone`: the answer of the set-up. `baseline`: the answers of the baseline, by instrument. `medicines`: in force.
    `over`: days of the first calendar with more than the list.
    """
    said = dict(_expected(baseline))
    if naloxone in WITHOUT:
        said[NALOXONE] = "; ".join([WITHOUT[naloxone], *_high_amount(medicines)])
    if over is not None:
        said[OVER] = over.detail
    return tuple(ToTalkAbout(code, said[code]) for code in checklist().items if code in said)


def _expected(baseline: Mapping[str, Answers]) -> Iterable[tuple[str, str]]:
    """Code and detail of what would be an alert at any other visit."""
    codes = {item.rule: code for code, item in checklist().items.items() if item.rule is not None}
    for instrument, answers in baseline.items():
        for signal in responses.signals(instrument, BASELINE, answers):
            if not signal.new and signal.rule in codes:
                yield codes[signal.rule], signal.detail


def _high_amount(medicines: Iterable[MedicineEpisode]) -> list[str]:
    limit, mme = checklist().items[NALOXONE].mme_from, agreed_mme(medicines)
    if limit is None:
        return []
    if mme is None:
        return ["MME of the list not known"]
    return [f"the list allows {mme:.4g} MME a day"] if mme >= limit else []
