"""Factor sets and names of medicines for the dose arithmetic: schema and loader of `content/factors/`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from content import loading

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "factors"
DEFAULT = "cdc2022"
NOT_A_SET = ("names.toml", "words.toml")

BETWEEN_PARTS = re.compile(r"\s*(?:\bw/|/|\+|&|-|\bwith\b|\band\b)\s*")

Per = Literal["daily_amount", "day_worn", "patch_applied"]
Mass = Literal["mg", "mcg"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(_Table):
    """The factor for a daily amount up to and with `up_to`; the last tier has no end."""

    up_to: Decimal | None = Field(default=None, gt=0)
    factor: Decimal = Field(gt=0)


class Factor(_Table):
    """What one medicine counts in the forms named, per unit: one number, or tiers by its whole daily amount.

    A patch has the unit mcg/h; its factor is per day worn, or per patch applied and worn `wear_hours`.
    """

    medicine: str
    forms: tuple[str, ...] = ("oral",)
    unit: Literal["mg", "mcg", "mcg/h"]
    factor: Decimal | None = Field(default=None, gt=0)
    tiers: tuple[Tier, ...] = ()
    per: Per = "daily_amount"
    wear_hours: int | None = Field(default=None, gt=0)
    wear_source: str | None = None

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Factor:
        if (self.factor is None) == (not self.tiers):
            raise ValueError("give either a factor or tiers")
        if (self.unit == "mcg/h") != (self.per != "daily_amount"):
            raise ValueError("mcg/h goes with per = day_worn or patch_applied, and only it")
        if (self.unit == "mcg/h") != (self.wear_hours is not None and self.wear_source is not None):
            raise ValueError("a patch, and only a patch, has wear_hours and wear_source")
        self._check_tiers()
        return self

    def _check_tiers(self) -> None:
        ends = [tier.up_to for tier in self.tiers]
        if ends and ends[-1] is not None:
            raise ValueError("the last tier has no up_to, or a high amount would have no factor")
        closed = [end for end in ends[:-1] if end is not None]
        if len(closed) != len(ends[:-1]) or closed != sorted(set(closed)):
            raise ValueError("the tiers rise, and all but the last have up_to")


class FactorSet(_Table):
    """A named, versioned list of factors; `source` says where the values are from."""

    id: str
    version: str
    title: str
    source: str
    factors: tuple[Factor, ...]

    @model_validator(mode="after")
    def _no_medicine_twice(self) -> FactorSet:
        seen = [(factor.medicine, form) for factor in self.factors for form in factor.forms]
        if twice := {f"{medicine} {form}" for medicine, form in seen if seen.count((medicine, form)) > 1}:
            raise ValueError(f"more than one factor for {', '.join(sorted(twice))}")
        return self

    def find(self, medicine: str, form: Form) -> Factor | None:
        """The factor of this medicine in this form, or in the group its form belongs to."""
        for factor in self.factors:
            if factor.medicine == medicine and {form.id, form.group} & set(factor.forms):
                return factor
        return None

    def holds(self, medicine: str) -> bool:
        """True when the set has a factor for the medicine in any form."""
        return any(factor.medicine == medicine for factor in self.factors)


class Form(_Table):
    """A form of a medicine and the words for it.

    Forms of one `group` share factors (a tablet and a liquid are both oral); without one, a form is its own.
    `parenteral` marks routes no oral factor holds for, `vague` words that leave open how it is taken up.
    """

    id: str
    group: str
    words: tuple[str, ...]
    parenteral: bool = False
    vague: bool = False

    @model_validator(mode="before")
    @classmethod
    def _alone_by_itself(cls, table: dict[str, Any]) -> dict[str, Any]:
        return {"group": table.get("id"), **table}


class Medicine(_Table):
    """An opioid; `also` are product names that hold it alone."""

    id: str
    also: tuple[str, ...] = ()
    partial_agonist: bool = False


class Product(_Table):
    """A product that combines substances, in the order of its label, or that fixes the form."""

    names: tuple[str, ...]
    parts: tuple[str, ...]
    form: str | None = None


class Label(_Table):
    """A printed strength that differs from the delivered one, both in the form's own unit."""

    medicine: str
    form: str
    printed: Decimal
    delivers: Decimal
    source: str


class Names(_Table):
    """Names of medicines, products and forms, and what stands beside an opioid in a combination."""

    version: str
    source: str
    salts: frozenset[str]
    partners: frozenset[str]
    bulky: frozenset[str]
    labels: tuple[Label, ...]
    forms: tuple[Form, ...]
    medicines: tuple[Medicine, ...]
    products: tuple[Product, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Names:
        names = [name for medicine in self.medicines for name in (medicine.id, *medicine.also)]
        names += [name for product in self.products for name in product.names]
        _refuse_twins("name", names)
        _refuse_twins("form word", [word for form in self.forms for word in form.words])
        for product in self.products:
            self._check_parts(product)
        return self

    def _check_parts(self, product: Product) -> None:
        if len([part for part in product.parts if self.medicine(part)]) != 1:
            raise ValueError(f"{product.names[0]} holds one opioid, no more and no fewer")
        if strange := [p for p in product.parts if not self.medicine(p) and p not in self.partners]:
            raise ValueError(f"{product.names[0]}: unknown part {strange[0]}")
        if product.form is not None:
            self.form(product.form)

    def medicine(self, id: str) -> Medicine | None:
        """The opioid with this id."""
        return next((medicine for medicine in self.medicines if medicine.id == id), None)

    def form(self, id: str) -> Form:
        """The form with this id; `ValueError` when there is none."""
        for form in self.forms:
            if form.id == id:
                return form
        raise ValueError(f"no form is called {id}")

    def product(self, name: str) -> Product | None:
        """What a name stands for: a product, a medicine, or parts named one by one (`codeine/aspirin`)."""
        bare = self._without_salts(name)
        return self._single(bare) or self._combined(bare)

    def _without_salts(self, name: str) -> str:
        words = re.findall(r"[^\s/+&-]+|[/+&-]|\s+", plain(name))
        return " ".join("".join(word for word in words if word not in self.salts).split())

    def _single(self, name: str) -> Product | None:
        for product in self.products:
            if name in product.names:
                return product
        for medicine in self.medicines:
            if name == medicine.id or name in medicine.also:
                return Product(names=(name,), parts=(medicine.id,))
        return None

    def _combined(self, name: str) -> Product | None:
        parts = [self._part(part.strip()) for part in BETWEEN_PARTS.split(name)]
        known = tuple(part for part in parts if part is not None)
        opioids = [part for part in known if self.medicine(part)]
        return Product(names=(name,), parts=known) if len(known) == len(parts) and len(opioids) == 1 else None

    def _part(self, name: str) -> str | None:
        alone = self._single(name)
        if alone is not None and len(alone.parts) == 1:
            return alone.parts[0]
        return name if name in self.partners else None

    def split_form(self, text: str) -> tuple[str, Form | None]:
        """A name without the words for its form, and the most telling form these words name."""
        rest, said, words = [], set(), plain(text).split()
        while words:
            form, length = self._form_ahead(words)
            if form is None:
                rest.append(words[0])
            else:
                said.add(form.id)
            words = words[length:]
        return " ".join(rest), next((form for form in self.forms if form.id in said), None)

    def _form_ahead(self, words: list[str]) -> tuple[Form | None, int]:
        for length in (2, 1):
            for form in self.forms:
                if " ".join(words[:length]) in form.words:
                    return form, length
        return None, 1

    def delivered(self, medicine: str, form: str, printed: Decimal) -> Decimal:
        """The strength a product gives off; nearly always the printed one."""
        for label in self.labels:
            if (label.medicine, label.form, label.printed) == (medicine, form, printed):
                return label.delivers
        return printed


class MmeWords(_Table):
    """What staff read beside a figure: the warnings, and words for every reason, note and refusal code."""

    version: str
    source: str
    warnings: tuple[str, ...] = Field(min_length=1)
    reasons: dict[str, str]
    notes: dict[str, str]
    refusals: dict[str, str]


def plain(text: str) -> str:
    """A name in small letters, single spaces, without brackets and the like."""
    return " ".join(re.sub(r"[(),;_]", " ", unicodedata.normalize("NFKC", text).casefold()).split())


def _refuse_twins(what: str, names: list[str]) -> None:
    if twins := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"the same {what} twice: {', '.join(sorted(twins))}")
    if wrong := [name for name in names if name != plain(name)]:
        raise ValueError(f"a {what} is written in small letters with single spaces, no brackets: {wrong[0]}")


@cache
def names() -> Names:
    """The names of this release."""
    return loading.one(Names, "factors/names.toml")


@cache
def words() -> MmeWords:
    """What `coach mme` says."""
    return loading.one(MmeWords, "factors/words.toml")


@cache
def factor_sets() -> Mapping[str, FactorSet]:
    """All factor sets by id; `ContentRefused` names the file, place and reason of a wrong one."""
    found = {}
    for file in loading.files(FOLDER):
        if file.name not in NOT_A_SET:
            found[file.name.removesuffix(".toml")] = read_factor_set(loading.read(file), file.name)
    return found


def factor_set(id: str = DEFAULT) -> FactorSet:
    """One factor set; `KeyError` when there is none with this id."""
    return factor_sets()[id]


def read_factor_set(tables: dict[str, Any], file: str) -> FactorSet:
    """A factor set from the tables of its file, whose medicines and forms have to be known names."""
    checked = loading.checked(FactorSet, tables, file)
    reasons = _strange(checked)
    if checked.id != file.removesuffix(".toml"):
        reasons.append(f"id: {checked.id} is not the name of the file")
    if reasons:
        raise loading.ContentRefused(file, reasons)
    return checked


def _strange(checked: FactorSet) -> list[str]:
    forms = {form.id for form in names().forms}
    reasons = []
    for at, factor in enumerate(checked.factors):
        if names().medicine(factor.medicine) is None:
            reasons.append(f"factors.{at}.medicine: {factor.medicine} is not in names.toml")
        if strange := set(factor.forms) - forms:
            reasons.append(f"factors.{at}.forms: no form is called {', '.join(sorted(strange))}")
    return reasons
