from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.domain.injection import (
    Injection,
    injection_from_json,
    injection_to_json,
)
from vein_imaging.domain.quantity import Concentration, FoamRatio, Mass, Volume

AT = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
LIQUID = Injection(
    at=AT,
    product="asclera",
    form="liquid",
    volume=Volume.from_text("0.30"),
    concentration=Concentration.from_percent("0.5"),
)
FOAM = Injection(
    at=AT,
    product="aethoxysklerol",
    form="foam",
    volume=Volume.from_text("10"),
    concentration=Concentration.from_percent("1"),
    foam_ratio=FoamRatio.from_text("4"),
    foam_made_at=datetime(2026, 11, 22, 11, 4, tzinfo=ZoneInfo("Europe/Berlin")),
)


def test_the_drug_is_volume_times_strength_and_of_foam_its_liquid() -> None:
    assert LIQUID.drug == Mass(Fraction(3, 2))
    assert FOAM.drug == Mass(Fraction(20))
    assert replace(LIQUID, concentration=None).drug is None


def test_foam_of_unknown_ratio_counts_as_if_all_liquid() -> None:
    assert replace(FOAM, foam_ratio=None).drug == Mass(Fraction(100))


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"product": ""}, "product: got nothing"),
        ({"form": "gel"}, "form: got 'gel'"),
        ({"volume": Volume(Decimal(0))}, "wanted more than 0 mL"),
        ({"vein_diameter_mm": Decimal(0)}, "vein_diameter_mm: got 0 mm"),
        ({"vein_diameter_mm": Decimal("50.01")}, "vein_diameter_mm: got 50.01 mm"),
        ({"foam_ratio": FoamRatio.from_text("4")}, "got a liquid with a gas ratio"),
        ({"foam_made_at": AT}, "got a liquid with a gas ratio or a time"),
        (
            {"stock_concentration": Concentration.from_percent("0.49")},
            "got 0.49 %, weaker than the 0.5 %",
        ),
        ({"at": datetime(2026, 11, 22)}, "without a time zone"),  # noqa: DTZ001
    ],
)
def test_an_impossible_injection_is_refused(
    more: dict[str, object], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        replace(LIQUID, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "more",
    [
        {"vein_diameter_mm": Decimal("0.01")},
        {"vein_diameter_mm": Decimal(50)},
        {"stock_concentration": Concentration.from_percent("0.5")},
        {"stock_concentration": Concentration.from_percent("3"), "diluent": "saline"},
    ],
)
def test_a_possible_injection_is_taken(more: dict[str, object]) -> None:
    assert replace(LIQUID, **more)  # type: ignore[arg-type]


def test_a_foam_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    with pytest.raises(ValueError, match="foam_made_at: got"):
        replace(FOAM, foam_made_at=naive)


def test_json_has_the_keys_of_the_dose_document_and_no_number() -> None:
    assert injection_to_json(LIQUID) == {
        "at": "2026-11-22T10:05:00+00:00",
        "product": "asclera",
        "form": "liquid",
        "volume_ml": "0.3",
        "concentration_percent": "0.5",
    }
    body = injection_to_json(FOAM)
    assert body["gas_parts_per_liquid_part"] == "4"
    assert body["foam_made_at"] == "2026-11-22T11:04:00+01:00"


texts = st.text(min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
numbers = st.integers(1, 4999).map(lambda n: Decimal(n).scaleb(-2))


@given(
    st.builds(
        Injection,
        at=st.datetimes(timezones=st.timezones()),
        product=texts,
        form=st.just("foam"),
        volume=numbers.map(Volume),
        concentration=st.none() | numbers.map(Concentration),
        foam_ratio=st.none() | st.integers(1, 20).map(lambda n: FoamRatio(Decimal(n))),
        id=st.none() | texts,
        site=st.none() | texts,
        vein_diameter_mm=st.none() | numbers,
        batch=st.none() | texts,
        expires_on=st.none() | st.dates(),
        foam_made_at=st.none() | st.datetimes(timezones=st.timezones()),
        test_dose=st.booleans(),
        diluent=st.none() | texts,
    )
)
def test_every_injection_comes_back_equal(injection: Injection) -> None:
    assert injection_from_json(injection_to_json(injection)) == injection


def test_the_day_the_vial_expires_is_a_date() -> None:
    body = injection_to_json(replace(LIQUID, expires_on=date(2027, 1, 31)))
    assert body["expires_on"] == "2027-01-31"
    assert injection_from_json(body).expires_on == date(2027, 1, 31)
