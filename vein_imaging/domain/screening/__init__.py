"""Screening: the contraindication table, and what one patient answered."""

from vein_imaging.domain.screening.answers import Answer, Doppler, Screening
from vein_imaging.domain.screening.table import (
    Condition,
    Requirement,
    ScreeningTable,
    screening_table,
)

__all__ = [
    "Answer",
    "Condition",
    "Doppler",
    "Requirement",
    "Screening",
    "ScreeningTable",
    "screening_table",
]
