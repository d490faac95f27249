"""The dose arithmetic: published examples as a table, and what must hold for every dose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from content import factors as content
from content.loading import ContentRefused
from study.mme import DailyMme, MmeInput, daily_mme, patch_mme, read_unit

CDC2022 = content.factor_set()
CLINICAL_2016 = content.factor_set("cdc2016_clinical")
FILE_2016 = content.factor_set("cdc2016_file")
FILE_2018 = content.factor_set("cdc2018_file")


def took(name: str, strength: float, count: float, unit: str = "mg", **more: Any) -> MmeInput:
    return MmeInput(name=name, strength=strength, unit=unit, count=count, **more)


def patch(strength: float, count: float = 1, name: str = "fentanyl", **more: Any) -> MmeInput:
    return took(name, strength, count, "mcg/h", form="patch", **more)


PUBLISHED = [
    ("hydrocodone 5/325 x4", "cdc2022", [took("hydrocodone/acetaminophen", 5, 4)], 20),
    ("oxycodone ER 10 mg x2", "cdc2022", [took("oxycodone", 10, 2, form="ER")], 30),
    ("oxycodone 10 mg x4", "cdc2022", [took("oxycodone", 10, 4)], 60),
    ("oxycodone 10 mg, 120 tablets in 30 days", "cdc2022", [took("oxycodone", 10, 120, per_days=30)], 60),
    ("oxycodone ER 30 mg x2", "cdc2022", [took("oxycodone", 30, 2, form="ER")], 90),
    ("fentanyl patch 25 mcg/h", "cdc2022", [patch(25)], 60),
    ("fentanyl patch 37.5 mcg/h", "cdc2022", [patch(37.5)], 90),
    ("fentanyl patch 12 mcg/h delivers 12.5", "cdc2022", [patch(12)], 30),
    ("fentanyl patch 25, 10 in 30 days, file formula", "cdc2016_file", [patch(25, 10, per_days=30)], 60),
    ("fentanyl patch 25, 10 in 30 days, 2018 file", "cdc2018_file", [patch(25, 10, per_days=30)], 60),
    ("fentanyl patch 25, on the skin, file", "cdc2018_file", [patch(25)], 60),
    ("fentanyl patch 25, 10 in 30 days", "cdc2022", [patch(25, 10, per_days=30)], 60),
    ("buprenorphine patch 5, 4 in 28 days", "cdc2016_file", [patch(5, 4, "buprenorphine", per_days=28)], 9),
    ("buprenorphine patch 5, on the skin", "cdc2016_file", [patch(5, 1, "buprenorphine")], 9),
    ("buprenorphine 2 mg film", "cdc2016_file", [took("buprenorphine", 2, 1, form="film")], 60),
    ("buprenorphine 300 mcg film", "cdc2016_file", [took("belbuca", 300, 1, "mcg")], 9),
    (
        "butorphanol 10 mg/mL, 2.5 mL in 30 days",
        "cdc2018_file",
        [took("butorphanol", 10, 2.5, "mg/mL", form="nasal spray", count_is_ml=True, per_days=30)],
        70 * 2.5 / 30,
    ),
    ("methadone 60 mg", "cdc2016_clinical", [took("methadone", 10, 6)], 600),
    ("methadone 60 mg", "cdc2022", [took("methadone", 10, 6)], 282),
    ("methadone 60 mg", "cdc2018_file", [took("methadone", 10, 6)], 180),
    ("methadone 25 mg", "cdc2016_clinical", [took("methadone", 25, 1)], 200),
    ("methadone 25 mg", "cdc2022", [took("methadone", 25, 1)], 117.5),
    ("methadone 20 mg", "cdc2016_clinical", [took("methadone", 20, 1)], 80),
    ("methadone 20 mg", "cdc2022", [took("methadone", 20, 1)], 94),
    ("hydromorphone 1 mg every 12 h", "cdc2016_clinical", [took("hydromorphone", 1, 2)], 8),
    ("hydromorphone 1 mg every 12 h", "cdc2022", [took("hydromorphone", 1, 2)], 10),
    ("hydromorphone 4 mg x4", "cdc2016_clinical", [took("hydromorphone", 4, 4)], 64),
    ("hydromorphone 4 mg x4", "cdc2022", [took("hydromorphone", 4, 4)], 80),
    ("tramadol 50 mg x4", "cdc2018_file", [took("tramadol", 50, 4)], 20),
    ("tramadol 50 mg x4", "cdc2022", [took("tramadol", 50, 4)], 40),
    ("tapentadol 100 mg x2", "cdc2022", [took("tapentadol", 100, 2)], 80),
    ("codeine 30 mg x4", "cdc2022", [took("codeine", 30, 4)], 18),
    ("oxymorphone 10 mg x2", "cdc2022", [took("oxymorphone", 10, 2)], 60),
    (
        "morphine ER 15 mg x2 + hydrocodone 5 x2",
        "cdc2022",
        [took("morphine", 15, 2, form="ER"), took("hydrocodone", 5, 2)],
        40,
    ),
    ("fentanyl 50 mcg/h + oxycodone 5 mg x4", "cdc2022", [patch(50), took("oxycodone", 5, 4)], 150),
    ("levorphanol 2 mg x3", "cdc2018_file", [took("levorphanol", 2, 3)], 66),
    ("oxycodone 33 mg is under 50", "cdc2022", [took("oxycodone", 33, 1)], 49.5),
    ("oxycodone 10 mg a day is the least to enter", "cdc2022", [took("oxycodone", 10, 1)], 15),
    ("oxycodone 7.5 mg a day is not enough to enter", "cdc2022", [took("oxycodone", 7.5, 1)], 11.25),
    ("dihydrocodeine", "cdc2018_file", [took("dihydrocodeine", 16, 4)], 16),
    ("meperidine", "cdc2018_file", [took("meperidine", 50, 4)], 20),
    ("pentazocine", "cdc2018_file", [took("talwin nx", 50, 2)], 37),
    ("opium", "cdc2018_file", [took("opium", 10, 1, form="tincture")], 10),
    ("levomethadyl", "cdc2018_file", [took("levomethadyl", 10, 1)], 80),
]


@pytest.mark.parametrize(("what", "factors", "doses", "mme"), PUBLISHED)
def test_the_published_examples(what: str, factors: str, doses: list[MmeInput], mme: float) -> None:
    day = daily_mme(doses, content.factor_set(factors))
    assert (day.value, day.complete, day.reason) == (mme, True, None), what


@pytest.mark.parametrize(
    ("dose", "factors", "reason"),
    [
        (took("levorphanol", 2, 3), CDC2022, "no_factor"),
        (took("tramadol", 50, 4), CLINICAL_2016, "no_factor"),
        (took("tapentadol", 50, 4), CLINICAL_2016, "no_factor"),
        (patch(5, 4, "buprenorphine", per_days=28), CDC2022, "partial_agonist"),
        (patch(5, 4, "buprenorphine", per_days=28), FILE_2018, "partial_agonist"),
        (took("suboxone", 8, 2, form="film"), CDC2022, "partial_agonist"),
        (took("morphine", 10, 1, form="injection"), CDC2022, "route"),
        (took("hydromorphone", 1, 1, form="IV"), CDC2022, "route"),
        (took("morphine", 10, 1, form="suppository"), CDC2022, "route"),
        (took("fentanyl", 25, 1, "mcg/h", form="infusion"), CDC2022, "route"),
        (took("fentanyl", 100, 1, "mcg", form="lozenge"), CDC2022, "no_factor"),
        (took("fentanyl", 100, 1, "mcg"), FILE_2018, "form_needed"),
        (took("fentanyl", 100, 1, "mcg", form="spray"), FILE_2018, "form_needed"),
        (took("oxycodone", 10, 1, form="as a powder"), CDC2022, "form_needed"),
        (took("oxycodonee", 10, 4), CDC2022, "unknown_medicine"),
        (took("tylenol", 500, 4), CDC2022, "unknown_medicine"),
        (took("kratom", 500, 4), CDC2022, "unknown_medicine"),
        (took("fentanyl", 25, 1, form="patch"), CDC2022, "unit"),
        (took("oxycodone", 5, 1, "mg/mL", form="tablet"), CDC2022, "unit"),
        (took("oxycodone", 5, 10, "mg/mL", form="drops"), CDC2022, "unit"),
    ],
)
def test_what_cannot_be_counted_makes_the_day_incomplete_and_says_why(
    dose: MmeInput, factors: content.FactorSet, reason: str
) -> None:
    for doses in ([dose], [took("oxycodone", 10, 4), dose]):
        day = daily_mme(doses, factors)
        assert (day.value, day.complete, day.reason) == (None, False, reason)
    assert day.parts[0].mme == 60
    assert day.parts[1].mme is None


def test_no_entry_is_missing_and_no_dose_is_zero() -> None:
    assert daily_mme(None, CDC2022) == DailyMme(None, False, "cdc2022", "1", (), "no_entry")
    assert daily_mme([], CDC2022) == DailyMme(0.0, True, "cdc2022", "1", ())


def test_the_factor_set_and_its_version_are_stamped_on_every_day() -> None:
    day = daily_mme([took("oxycodone", 10, 4)], CLINICAL_2016)
    assert (day.factor_set, day.factor_set_version) == ("cdc2016_clinical", "1")


def test_doses_for_opioid_use_disorder_are_listed_but_left_out() -> None:
    day = daily_mme([took("methadone", 80, 1, purpose="oud"), took("oxycodone", 10, 2)], CDC2022)
    assert (day.value, day.complete) == (30, True)
    assert (day.parts[0].mme, day.parts[0].reason, day.parts[0].daily_amount) == (None, "oud", 80)


def test_a_dose_for_both_reasons_is_counted() -> None:
    assert daily_mme([took("methadone", 10, 1, purpose="both")], CDC2022).value == 47


def test_methadone_for_use_disorder_does_not_lift_the_tier_of_methadone_for_pain() -> None:
    doses = [took("methadone", 80, 1, purpose="oud"), took("methadone", 10, 2)]
    assert daily_mme(doses, CLINICAL_2016).value == 80


def test_buprenorphine_is_noticed_even_when_it_is_left_out() -> None:
    day = daily_mme([took("suboxone", 8, 2, form="film", purpose="oud")], CDC2022)
    assert (day.value, day.complete, day.on_buprenorphine) == (0, True, True)
    assert not daily_mme([took("oxycodone", 10, 2)], CDC2022).on_buprenorphine


@pytest.mark.parametrize(
    ("mg", "factor"),
    [(0.5, 4), (20, 4), (20.5, 8), (21, 8), (40, 8), (40.5, 10), (60, 10), (60.5, 12), (80, 12), (200, 12)],
)
def test_the_methadone_tiers_leave_no_hole(mg: float, factor: int) -> None:
    assert daily_mme([took("methadone", mg, 1)], CLINICAL_2016).value == mg * factor


def test_the_tier_goes_by_all_methadone_of_the_day() -> None:
    morning, evening = took("methadone", 10, 1), took("dolophine", 5, 3)
    day = daily_mme([morning, evening], CLINICAL_2016)
    assert day.value == 25 * 8
    assert [part.mme for part in day.parts] == [80, 120]


def test_mcg_and_mg_of_transmucosal_fentanyl_give_the_same_figure() -> None:
    in_mcg = daily_mme([took("actiq", 400, 2, "mcg")], FILE_2018)
    in_mg = daily_mme([took("fentanyl", 0.4, 2, "mg", form="lozenge")], FILE_2018)
    assert in_mcg.value == in_mg.value == 104


@pytest.mark.parametrize(
    ("form", "mme"),
    [("buccal tablet", 13), ("tablet", 13), ("film", 18), ("oral spray", 18), ("nasal spray", 16)],
)
def test_each_transmucosal_form_has_its_own_factor(form: str, mme: float) -> None:
    assert daily_mme([took("fentanyl", 100, 1, "mcg", form=form)], FILE_2016).value == mme


@pytest.mark.parametrize(
    ("unit", "count", "mme"),
    [("mg/mL", 10, 75), ("mg/5mL", 10, 15), ("mg / 5 ml", 2.5, 3.75), ("mg/0.5mL", 1, 15)],
)
def test_a_liquid_counts_its_millilitres(unit: str, count: float, mme: float) -> None:
    assert daily_mme([took("oxycodone", 5, count, unit, form="liquid")], CDC2022).value == mme


@pytest.mark.parametrize(
    ("strength", "hours", "mme"),
    [(25, 24, 60), (25, 12, 30), (25, 6, 15), (12, 24, 30), (12.5, 24, 30), (25, 0, 0)],
)
def test_a_part_day_of_a_patch_counts_by_its_hours(strength: float, hours: float, mme: float) -> None:
    assert patch_mme(strength, hours, CDC2022) == mme
    assert patch_mme(strength, hours, FILE_2018) == mme


def test_an_old_patch_and_a_new_one_add_up_by_actual_wear() -> None:
    doses = [patch(25, hours_worn=9), patch(25, hours_worn=15)]
    assert daily_mme(doses, CDC2022).value == 60


@pytest.mark.parametrize(
    ("count", "days", "mme"),
    [(1, 1, 60), (2, 1, 120), (1, 2, 60), (1, 3, 60), (10, 30, 60), (1, 6, 30), (5, 30, 30)],
)
def test_patches_used_over_days_are_taken_as_worn_72_hours_but_no_longer_than_the_days(
    count: int, days: int, mme: float
) -> None:
    day = daily_mme([patch(25, count, per_days=days)], CDC2022)
    assert day.value == mme
    assert day.parts[0].notes == (("assumed_wear",) if days > 1 else ())


def test_a_part_says_what_was_multiplied() -> None:
    part = daily_mme([patch(12, name="duragesic")], FILE_2018).parts[0]
    assert (part.medicine, part.form, part.daily_amount, part.unit) == ("fentanyl", "patch", 12.5, "mcg/h")
    assert (part.factor, part.mme) == (2.4, 30)
    assert part.notes == ("printed_strength",)


@pytest.mark.parametrize(
    ("name", "medicine"),
    [
        ("OxyContin", "oxycodone"),
        ("MS Contin", "morphine"),
        ("Percocet", "oxycodone"),
        ("Norco", "hydrocodone"),
        ("Tylenol #3", "codeine"),
        ("Tylenol with codeine", "codeine"),
        ("acetaminophen-codeine", "codeine"),
        ("Oxycodone HCl/Acetaminophen", "oxycodone"),
        ("hydrocodone bitartrate and acetaminophen", "hydrocodone"),
        ("morphine sulfate ER", "morphine"),
        ("Ultracet", "tramadol"),
        ("Nucynta ER", "tapentadol"),
        ("Dilaudid", "hydromorphone"),
        ("Demerol", "meperidine"),
        ("Levo-Dromoran", "levorphanol"),
        ("oxycodone/morphine", None),
        ("oxycodone/something", None),
        ("", None),
    ],
)
def test_names_of_products_lead_to_the_opioid(name: str, medicine: str | None) -> None:
    assert daily_mme([took(name, 10, 1)], CDC2022).parts[0].medicine == medicine


@pytest.mark.parametrize("form", ["er_tablet", "tablet", "capsule", "liquid", "ER tablets", "oral solution", None])
def test_immediate_and_extended_release_share_one_factor(form: str | None) -> None:
    assert daily_mme([took("oxycodone", 10, 2, form=form)], CDC2022).value == 30


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("MG", "mg"),
        ("µg", "mcg"),
        ("μg/hr", "mcg/h"),
        ("mcg per hour", "mcg/h"),
        ("mg/5 mL", "mg/5mL"),
        ("mg/1ml", "mg/mL"),
    ],
)
def test_units_are_kept_in_one_spelling(text: str, unit: str) -> None:
    assert str(read_unit(text)) == unit


@pytest.mark.parametrize("wrong", [{"strength": 0}, {"strength": -1}, {"count": -1}, {"per_days": 0}, {"unit": "g"}])
def test_an_input_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    right = {"name": "oxycodone", "strength": 10, "unit": "mg", "count": 1}
    with pytest.raises(ValidationError):
        MmeInput.model_validate(right | wrong)


amounts = st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2)
counts = st.decimals(min_value=0, max_value=50, places=1)


@given(strength=amounts, count=counts, days=st.integers(1, 90))
def test_a_day_is_the_sum_of_its_parts_and_never_rounded(strength: Decimal, count: Decimal, days: int) -> None:
    dose = MmeInput(name="oxycodone", strength=strength, unit="mg", count=count, per_days=days)
    exactly = float(strength) * float(count) / days * 1.5
    assert daily_mme([dose], CDC2022).value == pytest.approx(exactly, rel=1e-12)
    assert daily_mme([dose] * days, CDC2022).value == float(strength * count * Decimal("1.5"))


@given(hours=st.integers(0, 24), strength=st.sampled_from([12, 25, 50, 75, 100]))
def test_wear_before_and_after_a_change_makes_a_whole_day(hours: int, strength: int) -> None:
    doses = [patch(strength, hours_worn=hours), patch(strength, hours_worn=24 - hours)]
    assert daily_mme(doses, CDC2022).value == patch_mme(strength, 24, CDC2022)


@given(
    mg=st.decimals(min_value=Decimal("0.01"), max_value=500, places=2),
    more=st.decimals(min_value=0, max_value=50),
)
def test_more_methadone_never_gives_a_smaller_figure(mg: Decimal, more: Decimal) -> None:
    less = daily_mme([took("methadone", float(mg), 1)], CLINICAL_2016).value
    greater = daily_mme([took("methadone", float(mg + more), 1)], CLINICAL_2016).value
    assert less is not None
    assert greater is not None
    assert less <= greater


RIGHT: dict[str, Any] = {
    "id": "ours",
    "version": "1",
    "title": "Ours",
    "source": "a test",
    "factors": [{"medicine": "oxycodone", "unit": "mg", "factor": 1.5}],
}


@pytest.mark.parametrize(
    ("factor", "place"),
    [
        ({"medicine": "oxycodon", "unit": "mg", "factor": 1}, "factors.0.medicine"),
        ({"medicine": "oxycodone", "unit": "mg"}, "factors.0"),
        ({"medicine": "oxycodone", "unit": "mg", "factor": 0}, "factors.0.factor"),
        ({"medicine": "oxycodone", "unit": "mg", "factor": 1, "extra": 1}, "factors.0.extra"),
        ({"medicine": "oxycodone", "unit": "mg", "factor": 1, "forms": ["pills"]}, "factors.0.forms"),
        ({"medicine": "fentanyl", "unit": "mcg/h", "factor": 2.4, "forms": ["patch"]}, "factors.0"),
        ({"medicine": "methadone", "unit": "mg", "tiers": [{"up_to": 20, "factor": 4}]}, "factors.0"),
        (
            {
                "medicine": "methadone",
                "unit": "mg",
                "tiers": [{"up_to": 9, "factor": 1}, {"up_to": 8, "factor": 2}, {"factor": 3}],
            },
            "factors.0",
        ),
    ],
)
def test_a_wrong_factor_set_is_refused_with_file_place_and_reason(factor: dict[str, Any], place: str) -> None:
    with pytest.raises(ContentRefused) as refused:
        content.read_factor_set(RIGHT | {"factors": [factor]}, "ours.toml")
    assert refused.value.file == "ours.toml"
    assert refused.value.reasons[0].startswith(place)


def test_a_factor_set_is_named_like_its_file_and_has_no_medicine_twice() -> None:
    with pytest.raises(ContentRefused, match="id"):
        content.read_factor_set(RIGHT, "theirs.toml")
    with pytest.raises(ContentRefused, match="more than one factor"):
        content.read_factor_set(RIGHT | {"factors": RIGHT["factors"] * 2}, "ours.toml")
    assert content.read_factor_set(RIGHT, "ours.toml").id == "ours"


def test_cdc2022_lists_the_ten_medicines_of_its_table_and_no_other() -> None:
    assert sorted(factor.medicine for factor in CDC2022.factors) == [
        "codeine", "fentanyl", "hydrocodone", "hydromorphone", "methadone",
        "morphine", "oxycodone", "oxymorphone", "tapentadol", "tramadol",
    ]  # fmt: skip


def test_every_factor_set_says_where_its_values_are_from() -> None:
    assert set(content.factor_sets()) == {"cdc2022", "cdc2016_clinical", "cdc2016_file", "cdc2018_file"}
    assert all(each.source and each.version for each in content.factor_sets().values())
