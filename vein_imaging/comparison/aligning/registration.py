"""Alignment of two pictures of one leg, and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.affine import Matches
from vein_imaging.comparison.aligning.automatic import FoundPose
from vein_imaging.comparison.aligning.candidate import Seed
from vein_imaging.comparison.aligning.claim import Evidence
from vein_imaging.comparison.aligning.finding import find_pose
from vein_imaging.comparison.aligning.gate import doubts_of_pose, failures_of_pose
from vein_imaging.comparison.aligning.local_affine import left_out_errors
from vein_imaging.comparison.aligning.refine import GRID_PX, refine
from vein_imaging.comparison.aligning.transform import Points, Transform
from vein_imaging.comparison.aligning.working import Working
from vein_imaging.comparison.preparing.surface import View
from vein_imaging.imaging.arrays import Mask
from vein_imaging.words import translate as _

__all__ = ["Registration", "register"]

_LEAST_SUPPORT = 0.10  # of the skin in BEFORE
_DOUBTFUL_SUPPORT = 0.40
"""If less of the skin is proven to be aligned, the rest is a guess."""
_EXACT_PX = 30.0
"""At the working size, from a block of the last step, which are 16 px apart. Further
away the map is right to a hundredth of the limb, not to a vein's width: a drawn leg
where nothing was treated read 7 % cleared."""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """An alignment with its evidence.

    Parameters
    ----------
    transform : Transform or None
        None where no alignment was found.
    support : (H, W) bool
        Pixels of BEFORE where the alignment is proven; outside, nothing is compared.
    exact : (H, W) bool
        Pixels of it near a patch that was found again, by which the last step drew the
        map; only there veins are compared with each other.
    inliers : int
        Matches that agree with the pose.
    blocks_rc : (B, 2) float64, px in BEFORE
        Places the alignment goes through: patches of skin found again.
    error_median_px, error_p90_px : BEFORE px
        Distance of such a place from where the alignment through all others of another
        part of the limb puts it; nan where unknown.
    failures : tuple of str
        Why nothing can be compared; empty where it can.
    doubts : tuple of str
        What makes the alignment weak.
    advice : tuple of str
        What would make it better.
    evidence : Evidence or None
        None where no pose was found.
    seed : "spots" | "texture" | "learned" | "by hand" or None
        What the search began with.
    matcher : "classical" | "learned" | "not installed"
        Whether the learned matcher was asked; "classical" where it was not needed.
    """

    transform: Transform | None
    support: Mask
    exact: Mask
    inliers: int
    blocks_rc: Points
    error_median_px: float
    error_p90_px: float
    failures: tuple[str, ...]
    doubts: tuple[str, ...]
    advice: tuple[str, ...] = ()
    evidence: Evidence | None = None
    seed: Seed | None = None
    matcher: str = "classical"

    @property
    def blocks(self) -> int:
        """How many patches were found again."""
        return len(self.blocks_rc)


def register(
    before: View, after: View, *, control: Matches | None = None
) -> Registration:
    """Align AFTER to BEFORE.

    The pose is found as a person finds it, by spots, texture and learned matches; it is
    refined by blocks from coarse to fine, and believed only where other blocks, on
    another grid, confirm it.

    Parameters
    ----------
    before, after : View
    control : Matches, optional
        Two or more pairs of points marked by hand, px (x, y).

    Returns
    -------
    Registration
    """
    working = Working.of(before, after)
    found = find_pose(working, control)
    candidate = found.candidate
    if candidate is None:
        return _refused(
            found,
            working,
            _(
                "could not recognise enough of the skin: no place was found where "
                "moles, veins and texture of both pictures fit"
            ),
        )
    evidence = candidate.evidence
    support = _enlarged(candidate.claim, working.shapes[0])
    limb = candidate.frames[0].skin
    share = np.count_nonzero(candidate.claim) / max(int(np.count_nonzero(limb)), 1)
    little = _("only {share:.0f} % of the skin could be aligned").format(
        share=100 * share
    )
    failures = () if evidence is None else failures_of_pose(evidence)
    if share < _LEAST_SUPPORT:
        failures = (*failures, little)
    if failures:
        return _refused(found, working, *failures)
    doubts = [*found.doubts, *(doubts_of_pose(evidence) if evidence else ())]
    if share < _DOUBTFUL_SUPPORT:
        doubts.append(little)
    transform, through, errors, near = _refined(found, working)
    median, p90 = (float(np.percentile(errors, q)) for q in (50, 90))
    return Registration(
        transform,
        support,
        support & _enlarged(near, working.shapes[0]),
        len(candidate.pose.matches.before_xy),
        through,
        median,
        p90,
        (),
        tuple(doubts),
        _advice(found, refused=False) if doubts else (),
        evidence,
        candidate.seed,
        found.matcher,
    )


def _refined(
    found: FoundPose, working: Working
) -> tuple[Transform, Points, NDArray[np.float64], Mask]:
    """The map between the pictures, what it goes through, and its error, BEFORE px.

    Last, at the working size, where the map is exact.
    """
    candidate = found.candidate
    assert candidate is not None
    scales, pose = working.scales, candidate.pose
    frames = candidate.frames
    ratios = frames[0].scale / scales[0], frames[1].scale / scales[1]
    width = frames[0].width_px / ratios[0]
    through = Matches(
        *(
            (points + 0.5) / ratio - 0.5
            for points, ratio in zip(
                (pose.matches.before_xy, pose.matches.after_xy), ratios, strict=True
            )
        )
    )
    one, other = working.surfaces
    small = pose.transform.between(ratios, one.shape, other.shape)
    if not found.mark_errors:
        grid = Transform.plain(small.affine, GRID_PX, one.shape, other.shape)
        small, through, blocks_xy = refine(one, other, grid, through, width)
        errors, near = left_out_errors(through, width), _near(blocks_xy, one.shape)
    else:
        # marked by hand: the clinician's marks are all there is
        errors = width * np.array(found.mark_errors)
        near = np.ones(one.shape, np.bool_)
    factors = (scales[0], scales[1])
    full = small.between(factors, *working.shapes)
    places = (through.before_xy[:, ::-1] + 0.5) / scales[0] - 0.5
    # in px of AFTER at the working size
    known = errors[np.isfinite(errors)] / (scales[0] * small.scale())
    return full, places, known if known.size else np.array([np.nan]), near


def _near(blocks_xy: Points, shape: tuple[int, int]) -> Mask:
    far = np.ones(shape, np.uint8)
    columns, rows = np.rint(blocks_xy).astype(np.intp).T
    far[rows, columns] = 0
    return np.asarray(cv2.distanceTransform(far, cv2.DIST_L2, 5) < _EXACT_PX)


def _refused(found: FoundPose, working: Working, *why: str) -> Registration:
    candidate = found.candidate
    return Registration(
        None,
        *(np.zeros(working.shapes[0], np.bool_),) * 2,
        0 if candidate is None else len(candidate.pose.matches.before_xy),
        np.empty((0, 2)),
        np.nan,
        np.nan,
        why,
        found.doubts,
        _advice(found, refused=True),
        None if candidate is None else candidate.evidence,
        None if candidate is None else candidate.seed,
        found.matcher,
    )


def _advice(found: FoundPose, *, refused: bool) -> tuple[str, ...]:
    advice = [
        _("take the later picture as the first: same place, pose, distance and light")
    ]
    if refused:
        advice.append(_("mark four or more moles or creases by hand in both pictures"))
    if found.matcher == "not installed":
        advice.append(
            _(
                "the better matcher is not installed on this computer: `make setup` "
                "fetches it"
            )
        )
    return tuple(advice)


def _enlarged(mask: Mask, shape: tuple[int, int]) -> Mask:
    grown = cv2.resize(
        mask.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    return grown.astype(np.bool_)
