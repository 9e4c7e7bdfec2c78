"""Taking the same picture again: how alike the live picture is, and what to change.

One registration of two small pictures, cheap enough for every few frames of a camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Picture, check_picture
from vein_imaging.words import marked

__all__ = ["ADVICE", "Advice", "Guide", "ViewMatch"]

Advice = Literal[
    "closer", "further away", "left", "right", "up", "down", "rotate left",
    "rotate right", "same light", "same colour of light", "hold still and focus",
    "not recognised",
]  # fmt: skip

ADVICE: dict[Advice, str] = {
    "closer": marked("Move the camera closer"),
    "further away": marked("Move the camera further away"),
    "left": marked("Move the camera to the left"),
    "right": marked("Move the camera to the right"),
    "up": marked("Move the camera up"),
    "down": marked("Move the camera down"),
    "rotate left": marked("Turn the camera to the left"),
    "rotate right": marked("Turn the camera to the right"),
    "same light": marked("Use the same light and exposure as before"),
    "same colour of light": marked("Use light of the same colour as before"),
    "hold still and focus": marked("Hold still and focus"),
    "not recognised": marked("The earlier picture is not recognised here"),
}
"""What a person reads; "left" is where the camera goes, as one looks at the screen."""

_WIDE_PX = 320
"""The longer side that is matched: moles and veins are still some pixels wide, and one
match is a few hundredths of a second."""
_KEYPOINTS = 600  # best first; more find nothing new at this size
_RATIO = 0.8  # of the best match's distance to the second's, as Lowe 2004
_WITHIN_PX = 4.0  # of the small picture: a limb bends
_LEAST_INLIERS = 10  # four unknowns; ten pairs of two different pictures do not agree
_SIZE, _TURN_DEG, _SHIFT = 0.06, 4.0, 0.05
"""What one need not change: all of it the comparison evens out at no cost."""
_MOST_CARRIED = 2.0  # times nearer or farther: beyond, what agrees is chance
_LIGHT, _TINT, _SHARP = 0.2, 0.12, 0.5
"""Of ln(median), of ln of channel ratios, of the fine detail's spread."""
_FLAT_PX = 12.0  # light, in the small picture, is smooth over this


@dataclass(frozen=True, slots=True)
class ViewMatch:
    """How one live picture compares with the earlier one.

    Parameters
    ----------
    score : 0 to 100
        100 is the same view in the same light. Below `RECOGNISED`, or with "not
        recognised", nothing is known of where to go.
    advice : tuple of Advice
        The most important first; empty where nothing need change.
    size : float
        Live over earlier: below 1 the camera is too far away.
    turn_deg : degrees
        How far the live picture is turned against the earlier one, clockwise.
    shift_xy : of the picture's longer side
        How far the earlier middle lies right of and below the live one's.
    inliers : int
        Places that were recognised.
    """

    score: float
    advice: tuple[Advice, ...]
    size: float = math.nan
    turn_deg: float = math.nan
    shift_xy: tuple[float, float] = (math.nan, math.nan)
    inliers: int = 0


class Guide:
    """Holds the earlier picture and matches live ones against it.

    Parameters
    ----------
    earlier : (H, W) or (H, W, 3) RGB uint8
    """

    def __init__(self, earlier: Picture) -> None:
        self._earlier = np.ascontiguousarray(check_picture(earlier))
        self._sift = cv2.SIFT.create(_KEYPOINTS, contrastThreshold=0.01)
        self._matcher = cv2.BFMatcher(cv2.NORM_L2)
        self._small = _Small(self._earlier)
        self._known = self._described(self._small)

    def match(self, live: Picture) -> ViewMatch:
        """Say how alike a live picture is, and what to change.

        Parameters
        ----------
        live : (H, W) or (H, W, 3) RGB uint8
        """
        seen = _Small(check_picture(live))
        found = self._similarity(seen)
        light = self._light_advice(seen)
        if found is None:
            return ViewMatch(0.0, ("not recognised", *light))
        matrix, inliers = found
        size = math.hypot(matrix[0, 0], matrix[1, 0])
        turn = math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))
        height, width = self._small.flat.shape
        middle = matrix[:, :2] @ np.array([width / 2, height / 2]) + matrix[:, 2]
        rows, columns = seen.flat.shape
        longer = max(rows, columns)
        shift = (middle - np.array([columns / 2, rows / 2])) / longer
        score = self._score(seen, matrix)
        advice = (*_way(size, turn, shift), *light)
        return ViewMatch(
            round(score, 1),
            advice,
            size,
            turn,
            (float(shift[0]), float(shift[1])),
            inliers,
        )

    def carried(
        self, points_rc: NDArray[np.float64], live: Picture
    ) -> NDArray[np.float64] | None:
        """Where places of the earlier picture lie in a live one, if it is recognised.

        A place is right to about a hundredth of the picture's longer side: the limb
        bends, and one size, turn and shift is found for all of it.

        Parameters
        ----------
        points_rc : (N, 2), px
            In the earlier picture.
        live : (H, W) or (H, W, 3) RGB uint8

        Returns
        -------
        (N, 2) px of the live picture, or None
            They may lie outside of it. None where the same skin is not found again.
        """
        seen = _Small(check_picture(live))
        found = self._similarity(seen)
        if found is None:
            return None
        matrix, _ = found
        turned = math.hypot(matrix[0, 0], matrix[1, 0])
        if not 1 / _MOST_CARRIED <= turned <= _MOST_CARRIED:
            return None
        own = np.asarray(self._earlier.shape[:2], np.float64)
        small = np.asarray(self._small.flat.shape, np.float64)
        there = np.asarray(seen.flat.shape, np.float64)
        whole = np.asarray(live.shape[:2], np.float64)
        xy = ((points_rc + 0.5) * (small / own) - 0.5)[:, ::-1]
        moved = xy @ matrix[:, :2].T + matrix[:, 2]
        return np.asarray((moved[:, ::-1] + 0.5) * (whole / there) - 0.5, np.float64)

    def ghost(self, live: Picture, *, opacity: float = 0.4) -> NDArray[np.uint8]:
        """Lay the earlier picture over the live one, both whole.

        Parameters
        ----------
        live : (H, W) or (H, W, 3) RGB uint8
        opacity : 0 to 1
            Of the earlier picture.

        Returns
        -------
        (H, W, 3) uint8, of the live picture's size

        Raises
        ------
        ValueError
            If the opacity is out of range.
        """
        if not 0 <= opacity <= 1:
            raise ValueError(f"opacity lies between 0 and 1; got {opacity!r}")
        rgb = _rgb(check_picture(live))
        height, width = rgb.shape[:2]
        over = np.zeros_like(rgb)
        scale = min(height / self._earlier.shape[0], width / self._earlier.shape[1])
        size = [max(1, round(scale * side)) for side in self._earlier.shape[1::-1]]
        small = cv2.resize(_rgb(self._earlier), size, interpolation=cv2.INTER_AREA)
        top, left = (height - size[1]) // 2, (width - size[0]) // 2
        window = np.s_[top : top + size[1], left : left + size[0]]
        over[window] = small
        blended = rgb.copy()
        blended[window] = cv2.addWeighted(
            rgb[window], 1 - opacity, over[window], opacity, 0
        )
        return blended

    def _described(
        self, small: _Small
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        keypoints, descriptors = self._sift.detectAndCompute(small.eight_bit, None)
        if descriptors is None:
            return np.empty((0, 2), np.float32), np.empty((0, 128), np.float32)
        places = np.array([keypoint.pt for keypoint in keypoints], np.float32)
        rooted = np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1))
        return places, rooted.astype(np.float32)

    def _similarity(self, seen: _Small) -> tuple[NDArray[np.float64], int] | None:
        places, descriptors = self._described(seen)
        if min(len(places), len(self._known[0])) < _LEAST_INLIERS:
            return None
        pairs = self._matcher.knnMatch(self._known[1], descriptors, k=2)
        good = [
            pair[0]
            for pair in pairs
            if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance
        ]
        if len(good) < _LEAST_INLIERS:
            return None
        matrix, mask = cv2.estimateAffinePartial2D(
            self._known[0][[pair.queryIdx for pair in good]],
            places[[pair.trainIdx for pair in good]],
            ransacReprojThreshold=_WITHIN_PX,
        )
        inliers = 0 if mask is None else int(mask.sum())
        if matrix is None or inliers < _LEAST_INLIERS:
            return None
        return np.asarray(matrix, np.float64), inliers

    def _score(self, seen: _Small, matrix: NDArray[np.float64]) -> float:
        """Agreement where both show skin, times how much of the view both show."""
        height, width = self._small.flat.shape
        size = (width, height)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        here = cv2.warpAffine(seen.flat, matrix, size, flags=flags)
        both = cv2.warpAffine(np.ones_like(seen.flat), matrix, size, flags=flags) > 0.99
        if np.count_nonzero(both) < 100:
            return 0.0
        agreement = float(np.corrcoef(self._small.flat[both], here[both])[0, 1])
        # what each shows of the other, as it is held now
        rows, columns = seen.flat.shape
        scale = math.hypot(matrix[0, 0], matrix[1, 0])
        own = float(both.mean())
        other = np.count_nonzero(both) * scale**2 / (rows * columns)
        turned = max(0.0, math.cos(2 * math.atan2(matrix[1, 0], matrix[0, 0])))
        alike = self._likeness(seen)
        shared = min(own, float(other), 1.0)
        return 100 * math.sqrt(max(0.0, agreement)) * shared * turned * alike

    def _light_advice(self, seen: _Small) -> tuple[Advice, ...]:
        one, other = self._small, seen
        advice: list[Advice] = []
        if other.sharpness < _SHARP * one.sharpness:
            advice.append("hold still and focus")
        if abs(math.log(other.brightness / one.brightness)) > _LIGHT:
            advice.append("same light")
        if max(abs(one.tint - other.tint)) > _TINT:
            advice.append("same colour of light")
        return tuple(advice)

    def _likeness(self, seen: _Small) -> float:
        """1 in the same light and focus, less where they differ."""
        one, other = self._small, seen
        light = abs(math.log(other.brightness / one.brightness))
        tint = float(max(abs(one.tint - other.tint)))
        blur = min(1.0, other.sharpness / max(one.sharpness, 1e-6))
        return math.exp(-0.3 * light - 0.6 * tint) * (0.6 + 0.4 * blur)


class _Small:
    """A picture as it is matched: small, and its light taken out."""

    def __init__(self, picture: Picture) -> None:
        rgb = picture if picture.ndim == 3 else picture[:, :, None]
        scale = _WIDE_PX / max(rgb.shape[:2])
        size = [max(8, round(scale * side)) for side in rgb.shape[1::-1]]
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        small = small.reshape(size[1], size[0], -1)
        medians = np.maximum(np.median(small, axis=(0, 1)), 1.0)
        grey = small[..., min(1, small.shape[2] - 1)]
        log = np.log1p(grey)
        flat = log - cv2.GaussianBlur(log, (0, 0), _FLAT_PX)
        spread = max(float(np.median(np.abs(flat))), 1e-3)
        self.flat = np.asarray(np.clip(flat / (6 * spread), -1, 1), np.float32)
        self.eight_bit = np.rint(127.5 * (self.flat + 1)).astype(np.uint8)
        self.brightness = float(np.exp(np.log(medians).mean()))
        middle = np.log(medians)
        self.tint = np.asarray(middle - middle.mean(), np.float64)
        self.sharpness = float(np.median(np.abs(cv2.Laplacian(log, cv2.CV_32F))))
        if self.tint.size == 1:
            self.tint = np.zeros(3)


def _way(
    size: float, turn_deg: float, shift: NDArray[np.float64]
) -> tuple[Advice, ...]:
    """Where the camera must go, the largest difference first."""
    wanted: list[tuple[float, Advice]] = []
    if abs(math.log(size)) > _SIZE:
        name: Advice = "closer" if size < 1 else "further away"
        wanted.append((abs(math.log(size)) / _SIZE, name))
    if abs(turn_deg) > _TURN_DEG:
        # the scene is turned clockwise: so must the camera be
        name = "rotate right" if turn_deg > 0 else "rotate left"
        wanted.append((abs(turn_deg) / _TURN_DEG, name))
    # the earlier middle lies to the right: the camera goes there
    for value, more, less in (
        (float(shift[0]), "right", "left"),
        (float(shift[1]), "down", "up"),
    ):
        if abs(value) > _SHIFT:
            side: Advice = more if value > 0 else less  # type: ignore[assignment]
            wanted.append((abs(value) / _SHIFT, side))
    wanted.sort(key=lambda pair: -pair[0])
    return tuple(name for _much, name in wanted)


def _rgb(picture: Picture) -> NDArray[np.uint8]:
    plain = np.asarray(picture, np.uint8)
    return plain if plain.ndim == 3 else np.repeat(plain[:, :, None], 3, axis=2)
