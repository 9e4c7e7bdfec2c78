from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from vein_imaging.domain.dose import (
    DoseContext,
    Finding,
    SessionDoses,
    check_dose,
    largest_volume,
    remaining,
)
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.quantity import Concentration, FoamRatio, Volume, Weight

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
OWN = 'clinic = "Example"\ndate = "2026-11-01"\nregion = "US"\n'


def shot(
    ml: str,
    product: str = "asclera",
    percent: str = "1",
    *,
    gas: str = "",
    site: str | None = None,
) -> Injection:
    return Injection(
        at=START,
        product=product,
        form="foam" if gas else "liquid",
        foam_ratio=FoamRatio.from_text(gas) if gas else None,
        volume=Volume.from_text(ml),
        concentration=Concentration.from_percent(percent),
        vein_diameter_mm=Decimal(2),
        batch="B",
        site=site,
    )


def context(
    *given: Injection,
    planned: Injection | None,
    region: str = "US",
    clinic: str | None = None,
    before: dict[int, tuple[Injection, ...]] | None = None,
    weight: str = "70",
) -> DoseContext:
    sessions = [SessionDoses(START, given)]
    for days, shots in (before or {}).items():
        sessions.append(SessionDoses(START - timedelta(days=days), shots))
    return DoseContext(
        table=load_limits(region, clinic),
        zone=ZoneInfo("UTC"),
        sessions=tuple(sessions),
        planned=planned,
        weight=Weight.from_text(weight),
        weighed_on=START.date(),
    )


def only(of: DoseContext, rule: str) -> Finding:
    (finding,) = (one for one in check_dose(of) if one.rule == rule)
    return finding


def numbers(one: Finding) -> tuple[Decimal | None, ...]:
    return (one.used, one.planned, one.maximum, one.remaining)


def decimals(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


def test_the_numbers_of_a_day_in_mg() -> None:
    of = context(
        *[shot("1", "aethoxysklerol")] * 13,
        planned=shot("1.01", "aethoxysklerol"),
        region="DE",
    )
    finding = only(of, "per_day_mass_per_kg")
    assert numbers(finding) == decimals("130", "10.1", "140", "10")
    assert (finding.unit, finding.scope, finding.severity) == ("mg", "day", "stop")
    assert finding.message == (
        "Aethoxysklerol: 130 mg given and 10.1 mg planned; the label allows 140 mg a "
        "day (2 mg/kg x 70 kg). At most 1 mL of this liquid of 1 % still fits today."
    )


def test_the_numbers_of_a_cap_already_passed_leave_nothing() -> None:
    of = context(*[shot("0.3")] * 34, planned=shot("0.1"))
    assert numbers(only(of, "per_session_volume")) == decimals("10.2", "0.1", "10", "0")


def test_thirds_are_printed_against_more_drug() -> None:
    of = context(
        shot("1", "aethoxysklerol", gas="2"),
        planned=shot("1", "aethoxysklerol", gas="2"),
        region="DE",
        weight="10",
    )
    (row,) = (one for one in remaining(of) if one.rule == "per_day_mass_per_kg")
    assert (row.used, row.planned) == decimals("3.34", "3.34")
    assert (row.maximum, row.remaining) == decimals("20", "16.66")


def test_at_one_site_what_was_given_there_counts() -> None:
    of = context(
        shot("0.6", "fibro-vein", "0.5", site="s"),
        shot("0.9", "fibro-vein", "0.5", site="t"),
        planned=shot("0.41", "fibro-vein", "0.5", site="s"),
        region="UK",
    )
    finding = only(of, "per_injection_volume")
    assert numbers(finding) == decimals("0.6", "0.41", "1", "0.4")
    assert "at one site" in finding.message
    assert "[label of 2006]" in finding.message


@pytest.mark.parametrize("typed", ["left lateral thigh", "Left thigh, outer side"])
def test_an_area_is_one_site_however_it_was_typed_or_drawn(typed: str) -> None:
    of = context(
        shot("0.6", "fibro-vein", "0.5", site="left thigh lateral"),
        planned=shot("0.41", "fibro-vein", "0.5", site=typed),
        region="UK",
    )
    finding = only(of, "per_injection_volume")
    assert numbers(finding) == decimals("0.6", "0.41", "1", "0.4")


def test_a_site_of_another_strength_is_another_cap() -> None:
    of = context(
        shot("0.6", "fibro-vein", "1", site="s"),
        planned=shot("0.9", "fibro-vein", "0.5", site="s"),
        region="UK",
    )
    assert "per_injection_volume" not in {one.rule for one in check_dose(of)}


def test_a_label_that_caps_the_injection_does_not_add_at_a_site() -> None:
    of = context(shot("0.3", site="s"), planned=shot("0.3", site="s"))
    assert "per_injection_volume" not in {one.rule for one in check_dose(of)}


def test_sites_of_one_strength_count_together_and_named_ones_once() -> None:
    given = [shot("0.1", "fibro-vein", "3", site="s")] * 2
    given += [shot("0.1", "fibro-vein", "3")] * 3
    new = context(*given, planned=shot("0.1", "fibro-vein", "3"), region="UK")
    finding = only(new, "sites_per_session")
    assert numbers(finding) == decimals("4", "1", "4", "0")
    assert finding.severity == "note"  # only a text of 2006 has the number
    assert "an older text has 4 sites" in finding.message
    assert "says multiple sites" in finding.message
    same = context(
        *given, planned=shot("0.1", "fibro-vein", "3", site="s"), region="UK"
    )
    assert "sites_per_session" not in {one.rule for one in check_dose(same)}
    assert "sites_per_session" not in {one.rule for one in remaining(same)}


def test_the_numbers_of_an_interval() -> None:
    of = context(planned=shot("0.1"), before={5: (shot("0.1"),), 90: (shot("0.1"),)})
    finding = only(of, "minimum_interval")
    assert numbers(finding) == decimals("5", "0", "7", "2")
    assert finding.unit == "days"
    assert "5 days since the session of 2026-11-17" in finding.message
    assert "the label wants 7 days" in finding.message
    planned = only(of, "planned_interval")
    assert numbers(planned) == decimals("5", "0", "56", "51")
    assert planned.severity == "note"


def test_label_and_clinic_may_both_want_a_longer_interval() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "asclera"\nrule = "minimum_interval"\nmaximum = "14"\n'
    )
    of = context(planned=shot("0.1"), clinic=clinic, before={5: (shot("0.1"),)})
    found = [one.maximum for one in check_dose(of) if one.rule == "minimum_interval"]
    assert found == [Decimal(7), Decimal(14)]


def test_of_a_record_of_two_products_each_has_its_interval() -> None:
    given = (shot("1", "sotradecol"), shot("0.1"))
    of = context(*given, planned=None, before={5: (shot("0.1"),)})
    assert numbers(only(of, "minimum_interval")) == decimals("5", "0", "7", "2")


def test_the_first_treatment_counts_injections_and_not_sites() -> None:
    of = context(
        shot("0.5", "aethoxysklerol", "2", site="s"),
        planned=shot("0.5", "aethoxysklerol", "2", site="s"),
        region="CH",
    )
    assert numbers(only(of, "sites_per_session")) == decimals("1", "1", "1", "0")


@pytest.mark.parametrize("percent", ["0.5", "2"])
def test_the_clinics_sites_count_where_the_labels_do_not_apply(percent: str) -> None:
    clinic = OWN.replace("US", "CH") + (
        '[[limit]]\nproduct = "aethoxysklerol"\nrule = "sites_per_session"\n'
        'maximum = "1"\n'
    )
    one = shot("0.1", "aethoxysklerol", percent)
    of = context(one, planned=one, region="CH", clinic=clinic, before={90: (one,)})
    assert only(of, "sites_per_session").unit == "sites"
    first = context(shot("0.1", "aethoxysklerol", "0.5"), planned=one, region="CH")
    with_own = replace(first, table=load_limits("CH", clinic))
    assert only(with_own, "sites_per_session").unit == "sites"


def test_a_record_at_its_last_site_and_last_foam_is_within() -> None:
    sites = context(*[shot("0.1", "fibro-vein", "3")] * 4, planned=None, region="UK")
    foam = context(*[shot("5", "fibro-vein", gas="4")] * 2, planned=None, region="UK")
    for of in (sites, foam):
        assert not {"sites_per_session", "per_session_volume"} & {
            one.rule for one in check_dose(of)
        }


def test_the_interval_of_a_label_is_that_of_its_product() -> None:
    other = context(planned=shot("0.1"), before={5: (shot("0.1", "sotradecol"),)})
    rules = {one.rule for one in check_dose(other)}
    assert "minimum_interval" not in rules
    assert "planned_interval" in rules


def test_the_clinics_interval_holds_beside_the_labels() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "asclera"\nrule = "minimum_interval"\nmaximum = "14"\n'
    )
    of = context(planned=shot("0.1"), clinic=clinic, before={10: (shot("0.1"),)})
    finding = only(of, "minimum_interval")
    assert numbers(finding) == decimals("10", "0", "14", "4")
    assert "the clinic wants 14 days" in finding.message


def test_the_clinics_cap_says_whose_it_is() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "asclera"\nrule = "per_session_volume"\nmaximum = "1"\n'
    )
    of = context(*[shot("0.3")] * 3, planned=shot("0.2"), clinic=clinic)
    finding = only(of, "per_session_volume")
    assert "the clinic allows 1 mL in one session" in finding.message
    assert finding.source.startswith("Own limit of Example")


def test_the_tightest_of_several_caps_of_an_injection_decides() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "asclera"\nrule = "per_injection_volume"\n'
        'maximum = "0.1"\n'
    )
    of = context(planned=shot("0.4"), clinic=clinic)
    found = [one for one in check_dose(of) if one.rule == "per_injection_volume"]
    assert [numbers(one) for one in found] == [
        decimals("0", "0.4", "0.3", "0.3"),
        decimals("0", "0.4", "0.1", "0.1"),
    ]
    assert largest_volume(of) == Volume.from_text("0.1")


def test_a_clinics_figure_takes_no_figure_of_the_label_away() -> None:
    clinic = OWN.replace("US", "UK") + (
        '[[limit]]\nproduct = "fibro-vein"\nrule = "per_injection_volume"\n'
        'maximum = "0.9"\n'
    )
    given = shot("0.7", "fibro-vein", "0.5", site="s")
    planned = shot("0.7", "fibro-vein", "0.5", site="s")
    of = context(given, planned=planned, region="UK", clinic=clinic)
    finding = only(of, "per_injection_volume")
    assert "the label allows 1 mL at one site" in finding.message
    assert finding.severity == "stop"


def test_a_clinics_cap_does_not_make_a_limit_known() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "glycerin-72"\nrule = "per_session_volume"\n'
        'maximum = "5"\n'
    )
    of = context(planned=shot("5.01", "glycerin-72"), clinic=clinic)
    assert numbers(only(of, "per_session_volume")) == decimals("0", "5.01", "5", "5")
    assert only(of, "no_limit_known").message == (
        "Glycerin 72 %: no limit is known for this 1 % liquid. No label; no maximum "
        "was found. Nothing here says that the amount is safe. The clinic's own limits "
        "were checked."
    )
    plain = context(planned=shot("5.01", "glycerin-72"))
    assert "clinic's own" not in only(plain, "no_limit_known").message


FRACTIONS = OWN + "fraction_rule = true\n"


@pytest.mark.parametrize(
    ("clinic", "ml", "severities"),
    [
        (None, "2", ["warn"]),
        (FRACTIONS, "0.9", ["warn"]),
        (FRACTIONS, "1", ["warn"]),
        (FRACTIONS, "1.01", ["stop", "warn"]),
    ],
)
def test_the_clinics_fraction_rule(
    clinic: str | None, ml: str, severities: list[str]
) -> None:
    # 6 of 10 mL Asclera, 3 + ml of 10 mL Sotradecol: 0.6 + 0.3 + ml / 10
    given = [shot("0.3")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    of = context(*given, planned=shot(ml, "sotradecol"), clinic=clinic)
    found = [one.severity for one in check_dose(of) if one.rule == "two_agents"]
    assert found == severities


def test_the_largest_volume_heeds_the_fraction_rule() -> None:
    given = [shot("0.3")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    for clinic, ml in ((None, "2"), (FRACTIONS, "1")):
        of = context(*given, planned=shot("0.1", "sotradecol"), clinic=clinic)
        assert largest_volume(of) == Volume.from_text(ml)
    full = [*given, shot("0.99", "sotradecol")]
    for more, ml in ((full, "0.01"), ([*full, shot("0.01", "sotradecol")], "0")):
        of = context(*more, planned=shot("0.1", "sotradecol"), clinic=FRACTIONS)
        assert largest_volume(of) == Volume.from_text(ml)


def test_an_interval_may_be_of_half_a_day() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "asclera"\nrule = "minimum_interval"\nmaximum = "7.5"\n'
    )
    of = context(planned=shot("0.1"), clinic=clinic, before={7: (shot("0.1"),)})
    assert numbers(only(of, "minimum_interval")) == decimals("7", "0", "7.5", "0.5")


def test_the_finding_of_the_fraction_rule() -> None:
    given = [shot("0.3")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    of = context(*given, planned=shot("1.01", "sotradecol"), clinic=FRACTIONS)
    (stop,) = (
        one
        for one in check_dose(of)
        if (one.rule, one.severity) == ("two_agents", "stop")
    )
    assert stop == Finding(
        rule="two_agents",
        severity="stop",
        scope="session",
        product="sotradecol",
        source="Own rule of Example (2026-11-01)",
        message="The clinic adds the fractions of all caps of the session; with the "
        "planned injection they pass 1.",
    )


def test_the_fraction_rule_takes_the_tighter_of_two_caps() -> None:
    # 5 of the clinic's 8 mL Asclera, 4 of 10 mL Sotradecol: 0.625 + 0.4 = 1.025
    clinic = FRACTIONS + (
        '[[limit]]\nproduct = "asclera"\nrule = "per_session_volume"\nmaximum = "8"\n'
    )
    given = [shot("0.25")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    for ml, severities in (("0.75", ["warn"]), ("1", ["stop", "warn"])):
        of = context(*given, planned=shot(ml, "sotradecol"), clinic=clinic)
        found = [one.severity for one in check_dose(of) if one.rule == "two_agents"]
        assert found == severities


def test_of_a_clinics_two_caps_the_tighter_counts_wherever_it_stands() -> None:
    row = '[[limit]]\nproduct = "asclera"\nrule = "per_session_volume"\nmaximum = '
    clinic = FRACTIONS + row + '"8"\n' + row + '"9"\n'
    given = [shot("0.25")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    of = context(*given, planned=shot("1", "sotradecol"), clinic=clinic)
    found = [one.severity for one in check_dose(of) if one.rule == "two_agents"]
    assert found == ["stop", "warn"]


def test_a_drug_of_unknown_strength_counts_as_undiluted() -> None:
    clinic = OWN + (
        '[[limit]]\nproduct = "polymer-x"\nrule = "per_day_mass_per_kg"\n'
        'maximum = "20"\nown_agent = true\n'
    )
    planned = replace(shot("1.41", "polymer-x"), concentration=None)
    finding = only(context(planned=planned, clinic=clinic), "per_day_mass_per_kg")
    assert numbers(finding) == decimals("0", "1410", "1400", "1400")


def test_a_site_not_used_before_has_nothing_given() -> None:
    of = context(
        shot("0.6", "fibro-vein", "0.5", site="s"),
        planned=shot("1", "fibro-vein", "0.5", site="t"),
        region="UK",
    )
    assert "per_injection_volume" not in {one.rule for one in check_dose(of)}


def test_the_fraction_rule_counts_a_cap_once() -> None:
    clinic = FRACTIONS + (
        '[[limit]]\nproduct = "asclera"\nrule = "per_session_volume"\nmaximum = "10"\n'
    )
    given = [shot("0.3")] * 20 + [shot("2", "sotradecol"), shot("1", "sotradecol")]
    of = context(*given, planned=shot("1", "sotradecol"), clinic=clinic)
    found = [one.severity for one in check_dose(of) if one.rule == "two_agents"]
    assert found == ["warn"]


def test_two_agents_are_named() -> None:
    of = context(shot("0.3"), planned=shot("1", "sotradecol"))
    finding = only(of, "two_agents")
    assert finding.message.startswith("Asclera (polidocanol) and Sotradecol (sodium")
    assert finding.scope == "session"


def test_without_a_plan_the_record_says_what_was_passed() -> None:
    of = context(
        shot("0.6", "fibro-vein", "0.5", site="s"),
        shot("0.41", "fibro-vein", "0.5", site="s"),
        planned=None,
        region="UK",
    )
    finding = only(of, "per_injection_volume")
    assert numbers(finding) == decimals("1.01", "0", "1", "0")
    assert "1.01 mL given; the label allows" in finding.message
