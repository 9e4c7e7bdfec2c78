"""Where an injection goes, and what came of recording it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vein_imaging.domain.session import Shows
from vein_imaging.treatment.dose_context import JudgedDose
from vein_imaging.treatment.session_record import Written

__all__ = ["Given", "Needs", "Site"]


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Where a person clicked.

    Parameters
    ----------
    point_rc : (row, column), px
        In the picture's own pixels.
    pixels : (H, W) or (H, W, 3) uint8 RGB
        The picture on the screen at that moment, as the camera gave it.
    shows : "camera", "recording" or "drawing"
        What it is.
    """

    point_rc: tuple[float, float]
    pixels: NDArray[np.uint8]
    shows: Shows = "camera"


@dataclass(frozen=True, slots=True)
class Needs:
    """Not recorded: a reason is needed first.

    Parameters
    ----------
    judged : JudgedDose
        What the transaction found.
    signed : bool
        The session is signed: what is added is kept as an amendment.
    """

    judged: JudgedDose
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """It is in the record.

    Parameters
    ----------
    recorded : Written
    judged : JudgedDose or None
        What the transaction found; None where an earlier try had written it.
    """

    recorded: Written
    judged: JudgedDose | None
