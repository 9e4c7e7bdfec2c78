"""The lens from views of a target: fitted, doubted, refused where it is not told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_calibration.errors import LensError
from vein_calibration.lens import Lens
from vein_calibration.sighting import Sighting

__all__ = ["Coverage", "LensFit", "fit_lens"]

Floats = NDArray[np.float64]

LEAST_VIEWS = 8  # for 8 values and a pose each, with some to spare
LEAST_COVERAGE = 0.7  # distortion is not told where nothing was seen
LEAST_TILTED, TILT_DEG = 2, 8.0
"""Views tilted about each of two axes: without them a long lens far away and a short
one close by show the same."""
_ALIKE = (
    "the views are too alike to tell a lens from them: too few are tilted; next, tilt "
    "the target by about 20 degrees, its {side} side nearer"
)
MOST_FOCAL_ERROR = 0.005  # more would show in the scale of tilted skin
MOST_REPROJECTION_PX = 1.0  # ten times what corners are found to
OUTLIER_TIMES, OUTLIER_PX = 2.5, 0.25
"""A view this much worse than the middle one, and by this much, is left out."""
_CORNER_TIMES, _CORNER_PX = 5.0, 0.5
_SIGNIFICANT = 4.0  # standard deviations; by chance one in 16,000
_PARTS = 6, 4  # columns and rows


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Where in the picture corners were seen.

    Parameters
    ----------
    counts : (4, 6) int
        Corners in each part.
    """

    counts: NDArray[np.intp]

    @classmethod
    def of(cls, sightings: Sequence[Sighting]) -> Coverage:
        """Count the corners of all views.

        Parameters
        ----------
        sightings : sequence of Sighting
            Of one size.
        """
        columns, rows = _PARTS
        width, height = sightings[0].size_px
        xy = np.concatenate([view.corners_xy for view in sightings])
        counts, _, _ = np.histogram2d(
            xy[:, 1], xy[:, 0], (rows, columns), ((0, height), (0, width))
        )
        return cls(counts.astype(np.intp))

    @property
    def share(self) -> float:
        """Share of the parts with three corners and more."""
        return float((self.counts >= 3).mean())

    def emptiest(self) -> str:
        """Name the part that lacks most, in words."""
        halves = self.counts.reshape(2, 2, 2, 3).sum(axis=(1, 3))
        row, column = np.unravel_index(int(halves.argmin()), halves.shape)
        return f"{('upper', 'lower')[int(row)]} {('left', 'right')[int(column)]}"


@dataclass(frozen=True, slots=True, eq=False)
class LensFit:
    """A lens and how it came about.

    Parameters
    ----------
    lens : Lens
    sightings : tuple of Sighting
        What it was fitted to.
    view_errors_px : tuple of float
        Reprojection error of each.
    left_out : tuple of str
        Views left out and why, one line each.
    coverage : Coverage
    """

    lens: Lens
    sightings: tuple[Sighting, ...]
    view_errors_px: tuple[float, ...]
    left_out: tuple[str, ...]
    coverage: Coverage


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """One run of the fit."""

    values: Floats
    errors: Floats
    residuals: tuple[Floats, ...]
    rotations: tuple[Floats, ...]

    @property
    def view_errors(self) -> Floats:
        return np.array([_rms(part) for part in self.residuals])


def fit_lens(sightings: Sequence[Sighting]) -> LensFit:
    """Fit a lens to views of one target.

    Parameters
    ----------
    sightings : sequence of Sighting
        Eight or more, of one camera at one size and focus, the target tilted in some
        and seen in every part of the picture.

    Returns
    -------
    LensFit

    Raises
    ------
    LensError
        If there are too few views, of several sizes, or too alike; the message says
        which view to take next.

    Notes
    -----
    Square pixels and no k3, unless the views show otherwise by four standard
    deviations. Each error is the larger of what the fit says, which takes the corners'
    errors to be independent, and the jackknife over views, which does not.
    """
    _refuse_unlike(sightings)
    views, left_out = list(sightings), []
    views = [view for view in views if len(view.ids) >= 6]
    flags = _chosen_model(views)
    fit = _run(views, flags)
    for _ in range(len(sightings)):
        views = [
            view.without(_stray(rest))
            for view, rest in zip(views, fit.residuals, strict=True)
        ]
        fit = _run(views, flags)
        worst = int(fit.view_errors.argmax())
        middle = float(np.median(fit.view_errors))
        error = float(fit.view_errors[worst])
        if error < max(OUTLIER_TIMES * middle, middle + OUTLIER_PX):
            break
        left_out.append(
            f"{views[worst].name or f'view {worst + 1}'}: {error:.2f} px off where the "
            f"others are {middle:.2f} px off; blurred, bent or another camera"
        )
        del views[worst]
        _refuse_few(views, left_out)
        flags = _chosen_model(views)
        fit = _run(views, flags)
    coverage = Coverage.of(views)
    _refuse_alike(fit, coverage)
    errors = np.maximum(fit.errors, _jackknife(views, flags, fit))
    _refuse_vague(fit, errors)
    lens = Lens(
        size_px=views[0].size_px,
        values=tuple(fit.values.tolist()),
        errors=tuple(errors.tolist()),
        reprojection_px=_rms(np.concatenate(fit.residuals)),
        views=len(views),
        corners=sum(len(view.ids) for view in views),
        coverage=coverage.share,
    )
    return LensFit(
        lens, tuple(views), tuple(fit.view_errors.tolist()), tuple(left_out), coverage
    )


def _refuse_unlike(sightings: Sequence[Sighting]) -> None:
    sizes: dict[tuple[int, int], list[str]] = {}
    for number, view in enumerate(sightings, start=1):
        sizes.setdefault(view.size_px, []).append(view.name or f"view {number}")
    if len(sizes) > 1:
        usual = max(sizes, key=lambda size: len(sizes[size]))
        odd = [
            f"{name} ({size[0]} x {size[1]})"
            for size, names in sizes.items()
            if size != usual
            for name in names
        ]
        raise LensError(
            f"pictures of different sizes: most are {usual[0]} x {usual[1]}, but "
            f"{', '.join(odd[:5])}; take all with one camera at one setting"
        )
    if len({view.target for view in sightings}) > 1:
        raise LensError("views of different targets; use one for all")
    _refuse_few(list(sightings), [])


def _refuse_few(views: list[Sighting], left_out: list[str]) -> None:
    if len(views) < LEAST_VIEWS:
        without = f" after leaving out {'; '.join(left_out)}" if left_out else ""
        raise LensError(
            f"{len(views)} usable views{without}, {LEAST_VIEWS} are needed: "
            + _next_view(len(views))
        )


def _next_view(have: int) -> str:
    """The view to take after so many."""
    plan = (
        "next, hold the camera square to the target, filling the picture",
        "next, tilt the target by about 20 degrees, its left side nearer",
        "next, tilt it the other way, its right side nearer",
        "next, tilt it with its upper side nearer",
        "next, tilt it with its lower side nearer",
        "next, turn it by a quarter in its plane",
        "next, show it in the upper left and go a third further away",
        "next, show it in the lower right, tilted",
    )
    return plan[min(have, len(plan) - 1)]


def _refuse_alike(fit: _Fit, coverage: Coverage) -> None:
    """Refuse views from which the focal length or the corners cannot be told."""
    normals = np.array([cv2.Rodrigues(r)[0][:, 2] for r in fit.rotations])
    tilts = np.degrees(np.arcsin(np.clip(normals[:, :2], -1, 1)))
    about = [int((np.abs(tilts[:, axis]) >= TILT_DEG).sum()) for axis in (0, 1)]
    for number, side in zip(about, ("left or right", "upper or lower"), strict=True):
        if number < LEAST_TILTED:
            raise LensError(_ALIKE.format(side=side))
    if coverage.share < LEAST_COVERAGE:
        raise LensError(
            f"corners were seen in {100 * coverage.share:.0f} % of the picture, "
            f"{100 * LEAST_COVERAGE:.0f} % are needed; next, show the target in the "
            f"{coverage.emptiest()}"
        )


def _refuse_vague(fit: _Fit, errors: Floats) -> None:
    rms = _rms(np.concatenate(fit.residuals))
    if rms > MOST_REPROJECTION_PX:
        raise LensError(
            f"the views do not fit one lens: corners are {rms:.2f} px off, "
            f"{MOST_REPROJECTION_PX:g} px at most are wanted; glue the target to "
            "something flat, lock the focus, switch off digital stabilisation"
        )
    share = float((errors[:2] / fit.values[:2]).max())
    if share > MOST_FOCAL_ERROR:
        raise LensError(
            f"the focal length is known to {100 * share:.1f} % only, "
            f"{100 * MOST_FOCAL_ERROR:g} % are needed; next, a view tilted by 20 to 30 "
            "degrees, and one a third further away"
        )


def _chosen_model(views: Sequence[Sighting]) -> int:
    """Flags of the simplest model that the views do not contradict."""
    simple = cv2.CALIB_FIX_ASPECT_RATIO | cv2.CALIB_FIX_K3
    free = _run(views, 0)
    flags = simple
    difference = abs(free.values[0] - free.values[1])
    if difference > max(
        _SIGNIFICANT * math.hypot(*free.errors[:2]), 0.003 * free.values[0]
    ):
        flags &= ~cv2.CALIB_FIX_ASPECT_RATIO
    bent = _run(views, flags & ~cv2.CALIB_FIX_K3)
    if abs(bent.values[8]) > _SIGNIFICANT * bent.errors[8]:
        flags &= ~cv2.CALIB_FIX_K3
    return flags


def _run(views: Sequence[Sighting], flags: int, start: _Fit | None = None) -> _Fit:
    size = views[0].size_px
    objects = [
        np.concatenate(
            [view.points_mm, np.zeros((len(view.ids), 1))], axis=1, dtype=np.float32
        )
        for view in views
    ]
    seen = [view.corners_xy.astype(np.float32) for view in views]
    matrix = np.eye(3) * max(size)
    matrix[:2, 2], matrix[2, 2] = (np.array(size) - 1) / 2, 1
    distortion = np.zeros(5)
    if start is not None:
        fx, fy, cx, cy = start.values[:4]
        matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])
        distortion = start.values[4:].copy()
        flags |= cv2.CALIB_USE_INTRINSIC_GUESS
    try:
        done = cv2.calibrateCameraExtended(
            objects, seen, size, matrix, distortion, flags=flags
        )
    except cv2.error as error:
        raise LensError(_ALIKE.format(side="left or right")) from error
    matrix, distortion = (np.asarray(part, np.float64) for part in done[1:3])
    rotations, shifts, deviations = done[3:6]
    values = np.concatenate(
        [matrix[[0, 1, 0, 1], [0, 1, 2, 2]], distortion.ravel()[:5]]
    )
    residuals = tuple(
        np.asarray(
            cv2.projectPoints(points, r, t, matrix, distortion)[0][:, 0] - corners,
            np.float64,
        )
        for points, corners, r, t in zip(objects, seen, rotations, shifts, strict=True)
    )
    errors = deviations.ravel()[:9].astype(np.float64)
    if flags & cv2.CALIB_FIX_ASPECT_RATIO:
        errors[0] = errors[1]
    if not (np.isfinite(values).all() and np.isfinite(errors).all()):
        raise LensError(_ALIKE.format(side="left or right"))
    turns = tuple(np.asarray(turn, np.float64) for turn in rotations)
    return _Fit(values, errors, residuals, turns)


def _stray(residuals: Floats) -> NDArray[np.bool_]:
    """Corners far from where the model puts them: misread, or under glare."""
    away = np.hypot(*residuals.T)
    limit = max(_CORNER_TIMES * float(np.median(away)), _CORNER_PX)
    bad = away > limit
    # a view that is bad as a whole is left out as a whole
    return bad if bad.sum() <= 0.1 * len(bad) else np.zeros_like(bad)


def _jackknife(views: Sequence[Sighting], flags: int, fit: _Fit) -> Floats:
    """Standard deviations from what each view changes when it is left out."""
    n = len(views)
    parts = np.array(
        [_run([*views[:i], *views[i + 1 :]], flags, fit).values for i in range(n)]
    )
    away = parts - parts.mean(axis=0)
    return np.asarray(np.sqrt((n - 1) / n * (away**2).sum(axis=0)))


def _rms(residuals: Floats) -> float:
    return float(np.sqrt((residuals**2).sum(axis=1).mean()))
