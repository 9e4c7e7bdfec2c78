"""The patient, as far as the dose check and the record need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vein_imaging.domain.quantity import Weight

__all__ = ["Patient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient of the clinic.

    Parameters
    ----------
    patient_id : str
        The clinic's own number.
    name : str
    born_on : date
    weight : Weight, optional
    weighed_on : date, optional
        A weight without its date counts as stale.

    Raises
    ------
    ValueError
        If the id is empty, or a date lies before birth.
    """

    patient_id: str
    name: str
    born_on: date
    weight: Weight | None = None
    weighed_on: date | None = None

    def __post_init__(self) -> None:
        if not self.patient_id.strip():
            raise ValueError("patient_id: got nothing, wanted the clinic's number")
        if self.weighed_on is not None and self.weighed_on < self.born_on:
            raise ValueError(
                f"weighed_on: got {self.weighed_on}, before birth on {self.born_on}"
            )

    def age_on(self, day: date) -> int:
        """Age in whole years; who was born on 29 February has it on 1 March."""
        had = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (0 if had else 1)
