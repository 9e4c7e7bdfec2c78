from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from vein_imaging.treatment.as_typed import read_day, read_expiry, read_quantity


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [
        ("0.2", "mL", "0.2"),
        (".2", "mL", "0.2"),
        ("2.", "mL", "2"),
        ("0,2", "mL", "0.2"),
        (",25", "mL", "0.25"),
        ("1,5", "%", "1.5"),
        ("0,125", "%", "0.125"),  # what begins with 0 is no thousand
        (" 0.2 mL ", "mL", "0.2"),
        ("0.2ml", "mL", "0.2"),
        ("0.5%", "%", "0.5"),
        ("62,5 kg", "kg", "62.5"),
    ],
)
def test_a_number_is_read_as_people_write_it(
    typed: str, unit: str, number: str
) -> None:
    assert read_quantity(typed, unit) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    ["1,000", "1,500", "12,345", "1,234,567", "1.000,5", "0,2,3", "1e3", "-1", "+1"],
)
def test_a_number_that_could_mean_another_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="“"):
        read_quantity(typed, "mL")


@pytest.mark.parametrize("typed", ["", ".", ",", "0.2 mg", "٣", "1 2", "0.1234567"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is no number: type it like 0\.2"):
        read_quantity(typed, "mL")


def test_milligrams_in_a_field_of_per_cent_are_refused_with_what_they_are() -> None:
    with pytest.raises(ValueError, match=r"5 mg/mL is 0\.5 %"):
        read_quantity("5 mg/mL", "%")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("03/2027", date(2027, 3, 31)),
        ("3/2027", date(2027, 3, 31)),
        ("2027-03", date(2027, 3, 31)),
        ("2028-02", date(2028, 2, 29)),
        ("03/27", date(2027, 3, 31)),
        ("MAR 2027", date(2027, 3, 31)),
        ("2027 March", date(2027, 3, 31)),
        ("31.03.2027", date(2027, 3, 31)),
        ("31/03/2027", date(2027, 3, 31)),
        ("03/31/2027", date(2027, 3, 31)),
        ("04.04.2027", date(2027, 4, 4)),
    ],
)
def test_an_expiry_is_read_as_it_is_printed(typed: str, day: date) -> None:
    assert read_expiry(typed).day == day


def test_how_an_expiry_was_read_is_said_unless_it_is_written_out() -> None:
    assert read_expiry("2027-03-31").said == ""
    assert read_expiry("31.03.2027").said == "read as Wednesday 31 March 2027"
    assert (
        read_expiry("03/2027").said
        == "read as the end of the month, Wednesday 31 March 2027"
    )


def test_a_day_that_can_be_two_is_refused_with_both() -> None:
    with pytest.raises(ValueError, match="4 March") as caught:
        read_day("03/04/2027")
    assert "3 April 2027" in str(caught.value)
    assert "2027-03-04" in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "13/2027", "2027-13", "05/06", "27/03", "31.02.2027", "9" * 5000],
)
def test_what_is_no_expiry_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="is no date: type it like 2027-03-31"):
        read_expiry(typed)
