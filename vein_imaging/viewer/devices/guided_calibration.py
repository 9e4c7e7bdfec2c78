"""A calibration step by step: what is seen, what is kept, what is wanted next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_calibration import SHEET, LensFit, Sighting, Target, find_target, fit_lens
from vein_calibration.edges import Blur
from vein_calibration.errors import CalibrationError
from vein_calibration.guided import Wish, is_new_view, is_still, next_wish
from vein_calibration.lens import Lens
from vein_calibration.lens_fit import LEAST_VIEWS, Coverage
from vein_calibration.profile import Scale
from vein_calibration.skin_plane import plane_from_target
from vein_calibration.view_blur import blur_in, typical_blur

__all__ = ["Guided", "Step", "look", "target_printed"]

Pixels = NDArray[np.uint8]
Step = Literal["lens", "scale", "done"]

_MOST_VIEWS = 24
"""Each fit takes all of them; with three times the least, more say nothing new."""


def target_printed(ruler_mm: float) -> Target:
    """The usual sheet as it was printed.

    Parameters
    ----------
    ruler_mm : mm
        What its printed ruler of 150 mm measures.

    Raises
    ------
    TargetError
        If that is no such ruler.
    """
    return SHEET.printed_at(ruler_mm)


@dataclass(frozen=True, slots=True, eq=False)
class Guided:
    """How far a calibration is. Each look at a picture gives the next one.

    Parameters
    ----------
    target : Target
    step : "lens", "scale" or "done"
        Views for the lens; one view where the skin will be; nothing more.
    view : Sighting, optional
        Seen in the last picture.
    trouble : str
        Why it is not seen, or why no lens can be fitted yet.
    views : tuple of (Sighting, picture)
        Kept for the lens.
    took : bool
        The last picture was kept.
    lens : Lens, optional
        As fitted, or known before.
    fit : LensFit, optional
        How it came about; None where the lens was known before.
    scale : Scale, optional
    blur : Blur, optional
    """

    target: Target
    step: Step = "lens"
    view: Sighting | None = None
    trouble: str = ""
    views: tuple[tuple[Sighting, Pixels], ...] = ()
    took: bool = False
    lens: Lens | None = None
    fit: LensFit | None = None
    scale: Scale | None = None
    blur: Blur | None = None

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """The views kept so far."""
        return tuple(view for view, _picture in self.views)

    @property
    def wish(self) -> Wish:
        """The view that is wanted next for the lens."""
        return next_wish(self.sightings)

    @property
    def progress(self) -> float:
        """How far the lens is, 0 to 1: views, and the part of the picture seen."""
        if self.step != "lens":
            return 1.0
        if not self.views:
            return 0.0
        counted = min(1.0, len(self.views) / LEAST_VIEWS)
        return (counted + Coverage.of(self.sightings).share) / 2


def look(state: Guided, picture: Pixels, *, keep: bool = False) -> Guided:
    """Look at the next picture. Takes a tenth of a second; a fit some seconds.

    Parameters
    ----------
    state : Guided
    picture : (H, W) or (H, W, 3) uint8 RGB
        As the camera gave it.
    keep : bool
        The person asks to keep it; otherwise a still, new view is kept by itself.

    Returns
    -------
    Guided
    """
    try:
        view = find_target(picture, state.target)
    except CalibrationError as error:
        return replace(state, view=None, trouble=str(error), took=False)
    still = keep or is_still(view, state.view)
    seen = replace(state, view=view, trouble="", took=False)
    if not still or state.step == "done":
        return seen
    if state.step == "scale":
        # not by itself: only a person knows that the sheet lies where the skin will be
        return _with_scale(seen, picture) if keep else seen
    if not (keep or is_new_view(view, state.sightings)):
        return seen
    return _with_view(seen, view, picture)


def _with_view(state: Guided, view: Sighting, picture: Pixels) -> Guided:
    views = (*state.views, (view, picture.copy()))[-_MOST_VIEWS:]
    kept = replace(state, views=views, took=True)
    if kept.wish != "enough":
        return kept
    try:
        fit = fit_lens(kept.sightings)
    except CalibrationError as error:
        return replace(kept, trouble=str(error))
    return replace(
        kept, step="scale", lens=fit.lens, fit=fit, view=None, blur=typical_blur(views)
    )


def _with_scale(state: Guided, picture: Pixels) -> Guided:
    view = state.view
    assert view is not None  # only called with one
    try:
        plane = plane_from_target(view, state.lens)
    except CalibrationError as error:
        return replace(state, trouble=str(error))
    scale = Scale(
        plane.pixel_size,
        plane.flattening() if plane.tilted else None,
        plane.spread,
        plane.tilt_deg,
        plane.distance_mm,
    )
    blur = blur_in(view, picture) or state.blur
    return replace(state, step="done", scale=scale, blur=blur, took=True)
