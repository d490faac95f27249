"""The watch over what was taken: an abrupt fall, nothing for many hours, more than the list says.

Only days that are known whole count, and a day that is not known is no zero: it can never raise anything. What a person
reads is not decided here; findings are for staff.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import ValidationError

from content.factors import FactorSet, factor_set
from content.medicines import forms
from content.watching import Watching, watching
from study.days import HOURS_A_DAY, ONE_DAY, ends_at
from study.facts import MedicineEpisode
from study.mme import MmeInput, daily_mme

MME = "MME"
Episodes: TypeAlias = Mapping[str, MedicineEpisode]
Amounts: TypeAlias = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class DayUse:
    """One medicine on one study day: units of its form in all (of a patch: days worn), None when that is not known.

    `complete`: the person said that this was all of it. `last_local`: the wall clock of the day's last dose, if known.
    """

    on: date
    medicine: str
    count: float | None
    complete: bool
    last_local: datetime | None = None

    @property
    def known(self) -> bool:
        """True when this can be counted; a said zero can."""
        return self.complete and self.count is not None


@dataclass(frozen=True, slots=True)
class Found:
    """Something to tell staff: by which rule, the days that show it (of a fall the last one), and the figures."""

    rule: Literal["dose_drop", "dose_excess"]
    days: tuple[date, ...]
    detail: str


def watch(
    episodes: Episodes,
    uses: Iterable[DayUse],
    today: date,
    *,
    held: Collection[date] = (),
    told_on: Collection[date] = (),
    factors: FactorSet | None = None,
) -> tuple[Found, ...]:
    """What the days before `today` show, at most one finding a rule.

    `held`: days on hold, which count for nothing. `told_on`: days whose excess was told already.
    """
    seen = [use for use in uses if use.on < today and use.on not in held]
    looked = _Looked(episodes, seen, today, factors or factor_set(), watching())
    more = [use for use in seen if use.on not in told_on]
    found = (looked.fall(), over_list(episodes, more))
    return tuple(each for each in found if each is not None)


# --- more than the list says


def agreed_count(episode: MedicineEpisode) -> float | None:
    """Units a day that the list allows: the most by the label, else the usual at its times; None when it says neither.

    A patch is one day worn each day.
    """
    if forms()[episode.form].patch:
        return episode.usual_count or 1
    if episode.max_per_day is not None:
        return episode.max_per_day
    times = [each for each in episode.times.split(",") if each]
    return episode.usual_count * len(times) if episode.usual_count is not None and times else None


def over_list(episodes: Episodes, uses: Iterable[DayUse]) -> Found | None:
    """Days on which one medicine was clearly more than the list says; None without any."""
    over_percent = watching().excess.over_percent
    days = tuple(sorted({use.on for use in uses if _is_over(episodes, use, over_percent)}))
    if not days:
        return None
    return Found("dose_excess", days, f"over {over_percent} % of the list on {', '.join(map(str, days))}")


def _is_over(episodes: Episodes, use: DayUse, over_percent: int) -> bool:
    episode = episodes.get(use.medicine)
    if episode is None or forms()[episode.form].patch or use.count is None or not use.complete:
        return False
    agreed = agreed_count(episode)
    return agreed is not None and 100 * use.count > over_percent * agreed


# --- less than before


class _Looked:
    """The days before today, as far as they are whole, and what falls in them."""

    def __init__(
        self, episodes: Episodes, uses: Iterable[DayUse], today: date, factors: FactorSet, rules: Watching
    ) -> None:
        self.episodes = {name: each for name, each in episodes.items() if not _was_left_off(each)}
        self.factors, self.rules = factors, rules
        self.last = today - ONE_DAY
        self.first_recent = today - timedelta(days=rules.fall.recent_days)
        self.whole = self._whole_days([use for use in uses if use.medicine in self.episodes])

    def _whole_days(self, uses: Iterable[DayUse]) -> dict[date, list[DayUse]]:
        days: dict[date, list[DayUse]] = defaultdict(list)
        for use in uses:
            days[use.on].append(use)
        return {on: each for on, each in days.items() if all(use.known for use in each) and self._nothing_lacks(each)}

    def _nothing_lacks(self, uses: list[DayUse]) -> bool:
        """True when every medicine of the list on that day is there."""
        listed = {name for name, each in self.episodes.items() if is_in_force(each, uses[0].on)}
        return listed <= {use.medicine for use in uses}

    def fall(self) -> Found | None:
        """A fall below half, or nothing at all for many hours; both are one finding."""
        said = [*self._nothing_taken(), *self._halved()]
        return Found("dose_drop", (self.last,), "; ".join(said)) if said else None

    def _nothing_taken(self) -> Iterable[str]:
        run = 0
        while self._taken_on(self.last - timedelta(days=run)) is False:
            run += 1
        if not run or not self._takes_it_daily(self.last - timedelta(days=run)):
            return
        hours = self._hours_since(self.last - timedelta(days=run))
        if hours >= self.rules.nothing.hours:
            yield f"nothing taken for at least {math.floor(hours)} hours"

    def _taken_on(self, on: date) -> bool | None:
        return any(use.count for use in self.whole[on]) if on in self.whole else None

    def _takes_it_daily(self, until: date) -> bool:
        days = self._window(until)
        used = sum(bool(self._taken_on(on)) for on in days)
        enough = len(days) >= self.rules.fall.complete_days
        return enough and 100 * used >= self.rules.nothing.used_on_percent * len(days)

    def _window(self, until: date) -> list[date]:
        """The whole days among those of the window that ends with `until`."""
        first = until - timedelta(days=self.rules.fall.window_days - 1)
        return [on for on in self.whole if first <= on <= until]

    def _hours_since(self, day_before: date) -> float:
        """Hours from the last dose to the end of the last day; from the end of its day for a dose without a time."""
        times = [use.last_local for use in self.whole.get(day_before, ()) if use.count]
        known = [at for at in times if at is not None]
        since = max(known) if known and len(known) == len(times) else _ends(day_before)
        return (_ends(self.last) - since) / timedelta(hours=1)

    def _halved(self) -> Iterable[str]:
        recent = [self.first_recent + timedelta(days=n) for n in range(self.rules.fall.recent_days)]
        before = self._window(self.first_recent - ONE_DAY)
        if any(on not in self.whole for on in recent) or len(before) < self.rules.fall.complete_days:
            return
        for measure, amounts in self._measured([*before, *recent]).items():
            was = _mean([amounts[on] for on in before])
            now = _mean([amounts[on] for on in recent])
            expected = self._expected(measure, was)
            if expected and 100 * now <= self.rules.fall.at_most_percent * expected:
                yield f"{measure} a day {now:.4g} over {len(recent)} days, {was:.4g} before"

    def _measured(self, days: list[date]) -> dict[str, Amounts]:
        """What was taken on each day: in MME where all of it has a factor, else each product on its own."""
        total = {on: self._mme([(self.episodes[use.medicine], use.count) for use in self.whole[on]]) for on in days}
        known = {on: mme for on, mme in total.items() if mme is not None}
        if len(known) == len(total):
            return {MME: known}
        names = sorted({_name(self.episodes[use.medicine]) for on in days for use in self.whole[on]})
        return {name: {on: self._of_product(name, on) for on in days} for name in names}

    def _of_product(self, name: str, on: date) -> float:
        taken = [(self.episodes[use.medicine], use.count or 0) for use in self.whole[on]]
        return sum(each.strength * count for each, count in taken if _name(each) == name)

    def _mme(self, taken: Iterable[tuple[MedicineEpisode, float | None]]) -> float | None:
        try:
            inputs = [_input(each, count or 0) for each, count in taken]
        except ValidationError:
            return None
        return daily_mme(inputs, self.factors).value

    def _expected(self, measure: str, was: float) -> float | None:
        """What the fall is held against: after a taper what was agreed, None where nobody can say what that is."""
        in_force = [each for each in self.episodes.values() if is_in_force(each, self.last)]
        since = self.first_recent - timedelta(days=self.rules.fall.window_days)
        if not any(each.change == "taper" and each.starts_on >= since for each in in_force):
            return was
        agreed = self._agreed(measure, in_force)
        return None if agreed is None else min(was, agreed)

    def _agreed(self, measure: str, in_force: list[MedicineEpisode]) -> float | None:
        mine = [each for each in in_force if measure in (MME, _name(each))]
        counts = [agreed_count(each) for each in mine]
        if any(count is None for count in counts):
            return None
        pairs = list(zip(mine, counts, strict=True))
        return self._mme(pairs) if measure == MME else sum(each.strength * (count or 0) for each, count in pairs)


def agreed_mme(episodes: Iterable[MedicineEpisode], factors: FactorSet | None = None) -> float | None:
    """MME a day of a list of medicines as it stands, by the most its labels allow; None where that cannot be said."""
    listed = [(each, agreed_count(each)) for each in episodes]
    if not listed or any(count is None for _, count in listed):
        return None
    try:
        return daily_mme([_input(each, count or 0) for each, count in listed], factors or factor_set()).value
    except ValidationError:
        return None


def _input(episode: MedicineEpisode, count: float) -> MmeInput:
    """A medicine of one day for its MME; of a patch `count` is days worn."""
    patch = forms()[episode.form].patch
    return MmeInput(
        name=episode.product,
        form=episode.form,
        strength=Decimal(str(episode.strength)),
        unit=episode.unit,
        count=Decimal(1) if patch else Decimal(str(count)),
        hours_worn=Decimal(str(count)) * HOURS_A_DAY if patch else None,
    )


def _name(episode: MedicineEpisode) -> str:
    return f"{episode.product} ({episode.unit})"


def _was_left_off(episode: MedicineEpisode) -> bool:
    """True for a medicine the person said they stopped: staff were told then, its fall is no news."""
    return episode.change == "stopped"


def is_in_force(episode: MedicineEpisode, on: date) -> bool:
    """True when a medicine was on the list on a day; the day of a change belongs to what came after it."""
    return episode.starts_on <= on and (episode.ends_on is None or on < episode.ends_on)


def _mean(amounts: list[float]) -> float:
    return sum(amounts) / len(amounts)


def _ends(on: date) -> datetime:
    """The wall clock at which a study day is over."""
    return datetime.combine(on + ONE_DAY, ends_at())
