"""The figures of a picture and of a pair, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from vein_calibration.profile import Profile
from vein_imaging.batch.task import Figures
from vein_imaging.comparison import (
    CompareSettings,
    Identity,
    compare,
    piece_rows,
    summary_row,
)
from vein_imaging.imaging.arrays import Mask, Picture, check_picture
from vein_imaging.imaging.branch_rows import branch_rows
from vein_imaging.pipeline import AnalysisSettings, analyse
from vein_imaging.pipeline.hidden_pixels import corrected_hidden, field_that_shows

__all__ = ["pair_figures", "picture_figures"]


def picture_figures(
    picture: Picture,
    *,
    mm_per_pixel: float | None,
    profile: Profile | None,
    settings: AnalysisSettings,
    hidden: Mask | None = None,
    remarks: Sequence[str] = (),
) -> Figures:
    """Totals and branches of one picture.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) RGB
    mm_per_pixel : mm, optional
        Taken as exact; without it the profile decides.
    profile : Profile, optional
    settings : AnalysisSettings
    hidden : (H, W) bool, optional
        Transparent pixels, not looked at.
    remarks : sequence of str
        What was odd about the file; it goes before the advice.

    Returns
    -------
    dict
        `summary`, as `VeinMap.summary` gives it, and `branches`, as
        `vein-imaging analyse` writes them.

    Raises
    ------
    TypeError, ValueError
        If the picture cannot be used.
    """
    field = None
    if hidden is not None:
        whole = check_picture(picture)
        seen = whole if profile is None else profile.correct(whole)
        field = field_that_shows(seen, corrected_hidden(hidden, profile))
    found = analyse(
        picture,
        mm_per_pixel=mm_per_pixel,
        field=field,
        profile=profile,
        settings=settings,
    )
    advice = "; ".join(filter(None, (*remarks, found.advice)))
    return {
        "summary": {**found.summary(), "advice": advice},
        "branches": branch_rows(found),
    }


def pair_figures(
    pictures: tuple[Picture, Picture],
    *,
    mm_per_pixel: Sequence[float] | None,
    days_between: int | None,
    settings: CompareSettings,
) -> Figures:
    """The row of the change table, and the pieces under it, of one pair.

    Parameters
    ----------
    pictures : two of (H, W) or (H, W, 3) RGB
        BEFORE and AFTER, corrected where they were calibrated.
    mm_per_pixel : mm, two values, optional
    days_between : days, optional
        For which the skin has healed.
    settings : CompareSettings

    Returns
    -------
    dict
        `summary`, a row of change_summary.csv, and `pieces`.

    Raises
    ------
    TypeError, ValueError
        If a picture or a scale cannot be used.
    """
    scales = None if mm_per_pixel is None else (mm_per_pixel[0], mm_per_pixel[1])
    result = compare(*pictures, mm_per_pixel=scales, settings=settings)
    identity = Identity(days_between=days_between)
    return {
        "summary": summary_row(result, result.summary, identity),
        "pieces": list(piece_rows(result)),
    }
