"""Pictures of a calibration: where corners were seen, and what a profile does."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.lens import Lens
from vein_calibration.lens_fit import LensFit
from vein_calibration.profile import Profile

__all__ = ["draw_coverage", "draw_profile"]

Picture = NDArray[np.uint8]

_PAPER, _INK, _FAINT = (255, 255, 255), (30, 30, 30), (205, 205, 205)
_GOOD, _POOR = (0, 114, 178), (213, 94, 0)  # Okabe and Ito: also for the colour blind
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_POOR_PX = 0.5  # a view worse than this is worth another look
_WIDE_PX = 960  # fits a small screen


def draw_coverage(fit: LensFit) -> Picture:
    """Draw where corners were seen, the poor ones in another colour.

    Parameters
    ----------
    fit : LensFit

    Returns
    -------
    (H, W, 3) uint8 RGB
    """
    width, height = fit.lens.size_px
    k = _WIDE_PX / width
    high = round(height * k)
    page = np.full((high + 130, _WIDE_PX, 3), 255, np.uint8)
    counts = fit.coverage.counts
    labels: list[tuple[int, int, str]] = []
    for row in range(counts.shape[0]):
        for column in range(counts.shape[1]):
            top, bottom = (round(high * (row + n) / counts.shape[0]) for n in (0, 1))
            left, right = (
                round(_WIDE_PX * (column + n) / counts.shape[1]) for n in (0, 1)
            )
            empty = counts[row, column] < 3
            if empty:
                page[top:bottom, left:right] = (255, 232, 214)
            cv2.rectangle(page, (left, top), (right, bottom), _FAINT, 1)
            labels.append(
                (left, top, "no corners" if empty else f"{counts[row, column]}")
            )
    for view, error in zip(fit.sightings, fit.view_errors_px, strict=True):
        colour = _POOR if error > _POOR_PX else _GOOD
        for x, y in view.corners_xy:
            place = (round(16 * x * k), round(16 * y * k))
            cv2.circle(page, place, 40, colour, -1, cv2.LINE_AA, 4)
    for left, top, word in labels:  # on top of the corners, and on paper
        page[top + 3 : top + 23, left + 3 : left + 10 + 9 * len(word)] = _PAPER
        _write(page, word, (left + 6, top + 18), 0.42)
    lens = fit.lens
    lines = (
        f"{lens.views} views, {lens.corners} corners, seen in "
        f"{100 * lens.coverage:.0f} % of the picture",
        f"reprojection error {lens.reprojection_px:.3f} px (worst view "
        f"{max(fit.view_errors_px):.3f} px)",
        f"focal length {lens.focal_px:.1f} px +- {196 * lens.focal_error:.2f} % (95 %)",
        f"left out: {len(fit.left_out)}",
    )
    for n, line in enumerate(lines):
        _write(page, line, (12, high + 28 + 27 * n), 0.55)
    return page


def draw_profile(profile: Profile, said: Mapping[str, object]) -> Picture:
    """Draw a profile: what it says, how the lens bends, how the light falls.

    Parameters
    ----------
    profile : Profile
    said : mapping of str to printable
        Lines of text, name and value.

    Returns
    -------
    (H, W, 3) uint8 RGB
    """
    width, height = profile.size_px
    wide = 460
    high = round(wide * height / width)
    page = np.full((70 + 30 * len(said) + high + 60, 1020, 3), 255, np.uint8)
    _write(page, "Calibration profile", (24, 40), 0.9)
    y = 80
    for name, value in said.items():
        _write(page, name, (24, y), 0.5, (110, 110, 110))
        _write(page, _short(str(value)), (170, y), 0.5)
        y += 30
    grid = page[y + 20 : y + 20 + high, 24 : 24 + wide]
    _draw_grid(grid, profile.lens, width, height)
    _write(page, "lens: straight lines as the camera bends them", (24, y + 8), 0.42)
    light = page[y + 20 : y + 20 + high, 536 : 536 + wide]
    words = "light: how much arrives where (white: most)"
    if profile.flats:
        level = profile.flats[0].level - profile.flats[0].dark
        level = level if level.ndim == 2 else level.mean(axis=2)
        shown = np.rint(255 * level / level.max()).astype(np.uint8)
        light[:] = cv2.resize(shown, (wide, high))[..., None]
    else:
        words = "light: not calibrated"
        light[:] = 240
    _write(page, words, (536, y + 8), 0.42)
    for part in (grid, light):
        cv2.rectangle(part, (0, 0), (wide - 1, high - 1), _INK, 1)
    return page


def _draw_grid(page: Picture, lens: Lens | None, width: int, height: int) -> None:
    k = page.shape[1] / width
    lines = []
    for share in np.linspace(0, 1, 11):
        along = np.linspace(0, 1, 60)
        x, y = share * (width - 1), share * (height - 1)
        lines.append(np.stack([np.full(60, x), along * (height - 1)], -1))
        lines.append(np.stack([along * (width - 1), np.full(60, y)], -1))
    for line in lines:
        straight = np.rint(16 * k * line).astype(np.int32)
        cv2.polylines(page, [straight], False, _FAINT, 1, cv2.LINE_AA, 4)
        if lens is None:
            continue
        rays = (line - lens.matrix[:2, 2]) / lens.matrix[[0, 1], [0, 1]]
        solid = np.concatenate([rays, np.ones((len(rays), 1))], axis=1)
        nothing = np.zeros(3)
        bent = cv2.projectPoints(solid, nothing, nothing, lens.matrix, lens.distortion)
        places = np.rint(16 * k * bent[0][:, 0]).astype(np.int32)
        cv2.polylines(page, [places], False, _GOOD, 1, cv2.LINE_AA, 4)


def _short(text: str, most: int = 95) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _write(
    page: Picture,
    text: str,
    place: tuple[int, int],
    size: float,
    colour: tuple[int, int, int] = _INK,
) -> None:
    plain = text.replace("\N{PLUS-MINUS SIGN}", "+-")
    cv2.putText(page, plain, place, _FONT, size, colour, 1, cv2.LINE_AA)
