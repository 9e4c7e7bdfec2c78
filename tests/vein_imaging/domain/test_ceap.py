from decimal import Decimal

import pytest

from vein_imaging.domain.ceap import CEAP_CLASSES, vein_class


@pytest.mark.parametrize(
    ("diameter_mm", "name"),
    [
        ("0.01", "telangiectasia"),
        ("1", "telangiectasia"),
        ("1.01", "reticular"),
        ("3", "reticular"),
        ("3.01", "varicose"),
    ],
)
def test_a_vein_of_exactly_the_border_is_of_the_smaller_class(
    diameter_mm: str, name: str
) -> None:
    assert vein_class(Decimal(diameter_mm)) == name


@pytest.mark.parametrize("wrong", ["0", "-1"])
def test_a_vein_has_a_width(wrong: str) -> None:
    with pytest.raises(ValueError, match="above 0 mm"):
        vein_class(Decimal(wrong))


def test_a_width_is_no_float() -> None:
    with pytest.raises(TypeError, match="wanted a Decimal"):
        vein_class(0.8)  # type: ignore[arg-type]


def test_the_classes_of_ceap() -> None:
    assert " ".join(CEAP_CLASSES) == "C0 C1 C2 C2r C3 C4a C4b C4c C5 C6 C6r"
