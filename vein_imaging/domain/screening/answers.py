"""Screening of one patient: what was answered, found, agreed and decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from vein_imaging.domain.ceap import CEAP_CLASSES
from vein_imaging.domain.screening.table import Condition, screening_table

__all__ = ["Answer", "Doppler", "Screening"]

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doppler:
    """A Doppler or duplex examination.

    Parameters
    ----------
    result : "normal" or "reflux"
    done_on : date
    done_by : str
    """

    result: Literal["normal", "reflux"]
    done_on: date
    done_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The first consultation, and the last short re-check.

    Parameters
    ----------
    answers : tuple of (key, "yes" | "no" | "unknown")
        Keys of the contraindication table; one not answered is open.
    screened_on : date, optional
    rechecked_on : date, optional
        Day of the last session's short re-check.
    doppler : Doppler, optional
    ceap_left, ceap_right : str, optional
        ``C0`` to ``C6r``.
    consent_treatment, consent_photographs, consent_foam, consent_marketing : bool
    suitable : bool, optional
        The decision; None while it is open.
    reason : str
        Of the decision.
    decided_by : str

    Raises
    ------
    ValueError
        If a key, an answer or a class is unknown, a key is answered twice, or a
        decision has no reason.
    """

    answers: tuple[tuple[str, Answer], ...] = ()
    screened_on: date | None = None
    rechecked_on: date | None = None
    doppler: Doppler | None = None
    ceap_left: str | None = None
    ceap_right: str | None = None
    consent_treatment: bool = False
    consent_photographs: bool = False
    consent_foam: bool = False
    consent_marketing: bool = False
    suitable: bool | None = None
    reason: str = ""
    decided_by: str = ""

    def __post_init__(self) -> None:
        known = screening_table().conditions
        seen: set[str] = set()
        for key, answer in self.answers:
            if key not in known:
                raise ValueError(
                    f"screening: got question {key!r}, wanted one of {', '.join(known)}"
                )
            if answer not in ("yes", "no", "unknown"):
                raise ValueError(
                    f"screening: {key}: got {answer!r}, wanted yes, no or unknown"
                )
            if key in seen:
                raise ValueError(f"screening: {key} is answered twice")
            seen.add(key)
        for leg in (self.ceap_left, self.ceap_right):
            if leg is not None and leg not in CEAP_CLASSES:
                raise ValueError(
                    f"ceap: got {leg!r}, wanted one of {', '.join(CEAP_CLASSES)}"
                )
        if self.suitable is not None and not self.reason.strip():
            raise ValueError("screening: a decision on suitability needs its reason")

    @property
    def hypersensitive(self) -> bool:
        """Whether the patient is prone to hypersensitivity."""
        return ("hypersensitivity", "yes") in self.answers

    @property
    def confirmed(self) -> tuple[Condition, ...]:
        """The conditions answered with yes, in the table's order."""
        yes = {key for key, answer in self.answers if answer == "yes"}
        return tuple(
            one for key, one in screening_table().conditions.items() if key in yes
        )

    @property
    def open_questions(self) -> tuple[Condition, ...]:
        """The conditions not answered, or answered with unknown."""
        answered = {key for key, answer in self.answers if answer != "unknown"}
        return tuple(
            one
            for key, one in screening_table().conditions.items()
            if key not in answered
        )
