import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.domain.injection import Injection, injection_to_json
from vein_imaging.treatment.typed_injection import (
    EntryError,
    EntryText,
    read_injection,
    read_weight,
)

AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WHOLE = EntryText("asclera", "0.5", "liquid", "4", "0.20", "0.8", "B1", "2027-03-31")


def _read(entry: EntryText) -> Injection:
    return read_injection(entry, at=AT, entry_id="e1")


def test_every_field_arrives_exactly() -> None:
    injection = _read(WHOLE)
    assert injection.volume.ml == Decimal("0.2")
    assert injection.concentration is not None
    assert injection.concentration.percent == Decimal("0.5")
    assert injection.vein_diameter_mm == Decimal("0.8")
    assert (injection.id, injection.at, injection.batch) == ("e1", AT, "B1")
    assert injection.foam_ratio is None  # a liquid has no gas


def test_the_gas_ratio_counts_for_foam() -> None:
    foam = EntryText("aethoxysklerol", "1", "foam", "4", "2")
    ratio = _read(foam).foam_ratio
    assert ratio is not None and ratio.gas_parts == Decimal(4)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("volume_ml", "1,000", "Volume: “1,000” can mean 1000 or 1.000"),
        ("volume_ml", "501", "Volume: 501 mL cannot be: more than 0, up to 500 mL"),
        ("volume_ml", "0", "0 mL cannot be"),
        ("volume_ml", "1e3", "Volume: "),
        ("concentration_percent", "half", "Strength: “half” is no number"),
        ("concentration_percent", "5 mg/mL", "5 mg/mL is 0.5 %"),
        ("concentration_percent", "101", "Strength: 101 % cannot be"),
        ("vein_diameter_mm", "-1", "Vein: "),
        ("expires_on", "03/04/2027", "Expires: “03/04/2027” can mean"),
        ("expires_on", "soon", "Expires: “soon” is no date"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    field: str, typed: str, says: str
) -> None:
    wrong = replace(WHOLE, **{field: typed})  # type: ignore[arg-type]
    with pytest.raises(EntryError) as caught:
        _read(wrong)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("field", "typed", "read"),
    [
        ("volume_ml", ".2", "0.2"),
        ("volume_ml", "0,2", "0.2"),
        ("volume_ml", "0.2 mL", "0.2"),
        ("concentration_percent", "0,5 %", "0.5"),
        ("expires_on", "03/2027", "2027-03-31"),
        ("expires_on", "31.03.2027", "2027-03-31"),
    ],
)
def test_what_people_write_goes_into_the_record_as_one_number(
    field: str, typed: str, read: str
) -> None:
    """`.2`, `0,2` and 03/2027 were refused in programmers' words."""
    body = injection_to_json(_read(replace(WHOLE, **{field: typed})))  # type: ignore[arg-type]
    assert body[field] == read


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("volume_ml", "a lot"),
        ("volume_ml", "1,000"),
        ("volume_ml", "501"),
        ("concentration_percent", "1e3"),
        ("vein_diameter_mm", "-1"),
        ("gas_parts_per_liquid_part", "1+4"),
        ("expires_on", "31.02.2027"),
    ],
)
def test_no_refusal_speaks_of_fields_and_patterns(field: str, typed: str) -> None:
    foam = replace(WHOLE, form="foam", **{field: typed})  # type: ignore[arg-type]
    with pytest.raises(EntryError) as caught:
        _read(foam)
    said = str(caught.value)
    assert not re.search("got |wanted |exponent|decimal text|_", said), said


def test_every_wrong_field_is_said_at_once() -> None:
    wrong = replace(WHOLE, volume_ml="a lot", expires_on="soon")
    with pytest.raises(EntryError) as caught:
        _read(wrong)
    assert set(caught.value.problems) == {"volume_ml", "expires_on"}


def test_an_empty_form_says_what_is_missing() -> None:
    with pytest.raises(EntryError) as caught:
        _read(EntryText())
    assert caught.value.problems == {
        "product": "Product is missing",
        "volume_ml": "Volume is missing",
    }


@given(st.text(max_size=12))
def test_any_text_is_a_volume_or_a_clear_problem(typed: str) -> None:
    entry = EntryText("asclera", "0.5", "liquid", "4", typed)
    try:
        injection = _read(entry)
    except EntryError as error:
        assert set(error.problems) <= {"volume_ml", ""}
    else:
        number = typed.strip().removesuffix("cc").removesuffix("mL").strip()
        assert injection.volume.ml == Decimal(number.replace(",", "."))


def test_weight_is_optional_and_checked() -> None:
    assert read_weight(EntryText()) is None
    weight = read_weight(EntryText(weight_kg="62.5"))
    assert weight is not None and weight.kg == Decimal("62.5")
    with pytest.raises(EntryError, match="Weight"):
        read_weight(EntryText(weight_kg="6 stone"))
