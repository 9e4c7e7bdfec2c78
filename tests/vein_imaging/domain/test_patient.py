from datetime import date

import pytest

from vein_imaging.domain.patient import Patient

BORN = date(2008, 2, 29)


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
        (date(2026, 12, 31), 18),
        (date(2027, 1, 1), 18),
    ],
)
def test_age_in_whole_years(day: date, age: int) -> None:
    patient = Patient(patient_id="1", name="Example", born_on=BORN)
    assert patient.age_on(day) == age


def test_a_patient_has_a_number_and_was_weighed_after_birth() -> None:
    with pytest.raises(ValueError, match="patient_id"):
        Patient(patient_id=" ", name="Example", born_on=BORN)
    with pytest.raises(ValueError, match="before birth"):
        Patient(
            patient_id="1", name="Example", born_on=BORN, weighed_on=date(2008, 2, 28)
        )
    at_birth = Patient(patient_id="1", name="Example", born_on=BORN, weighed_on=BORN)
    assert at_birth.weighed_on == BORN
