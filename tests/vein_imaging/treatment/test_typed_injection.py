from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.domain.injection import Injection
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
        ("volume_ml", "0,2", "Volume: "),
        ("volume_ml", "0", "0 mL"),
        ("volume_ml", "1e3", "Volume: "),
        ("concentration_percent", "half", "Strength: "),
        ("vein_diameter_mm", "-1", "Vein: "),
        ("expires_on", "03/2027", "Expires: "),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    field: str, typed: str, says: str
) -> None:
    from dataclasses import replace

    wrong = replace(WHOLE, **{field: typed})  # type: ignore[arg-type]
    with pytest.raises(EntryError) as caught:
        _read(wrong)
    assert says in str(caught.value)


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
        assert injection.volume.ml == Decimal(typed)


def test_weight_is_optional_and_checked() -> None:
    assert read_weight(EntryText()) is None
    weight = read_weight(EntryText(weight_kg="62.5"))
    assert weight is not None and weight.kg == Decimal("62.5")
    with pytest.raises(EntryError, match="Weight"):
        read_weight(EntryText(weight_kg="6 stone"))
