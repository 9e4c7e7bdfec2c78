"""The oriented line filter: one octave, all directions, in small integers.

For each direction the second difference across a short line is averaged along it; then
the response at a point is its own plus those of two arms, one to each side, each free
to bend one direction step. A vein is long and bends; a speck is not long.

Everything is whole-array sums and maxima of 16- and 8-bit integers, which OpenCV runs
32 and 64 bytes at a time: several times cheaper than the same filter in floats.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.arrays import Image
from vein_imaging.imaging.vesselness.score import quantile

__all__ = ["Kernel", "oriented_lines"]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The shape of one line filter, in px of the octave it runs on.

    Parameters
    ----------
    steps_px : tuple of px
        The line is smoothed by (1, 2, 1) / 4 at each of these spacings in turn.
    across_px : px
        Distance of the two sides from the middle.
    arm_px : px
        Distance of the centres of the two arms from the middle.
    peak : float
        Share of its contrast that the line answered best gives; what it answers is
        divided by it, so that kernels compare.
    """

    steps_px: tuple[float, ...]
    across_px: float
    arm_px: float
    peak: float

    @property
    def reach_px(self) -> int:
        """How far it looks, with half a pixel for each rounding."""
        reach = sum(self.steps_px) + self.across_px + self.arm_px
        return math.ceil(reach + len(self.steps_px) / 2 + 1)

    @property
    def counts_of_one_percent(self) -> float:
        """What 1 % of contrast on both sides gives, before bytes are made of it."""
        return 2 * 4.0 ** len(self.steps_px) * _COUNTS_PER_PERCENT


_COUNTS_PER_PERCENT = 16.0
"""1/16 % of contrast is far below any camera's noise."""
_LOWEST_PERCENT = -60.0
"""Two sides of 16 taps each, as far above 0 as this is below, just fill 16 bits."""
_NOISE_COUNTS = 1.0
"""Noise of a single response in bytes: the sum of four fills them at 64 times it.
Twice as much changes the accuracy by less than .001."""
_NOISE_FLOOR_PERCENT = 0.2
"""Below this the noise is the rounding of an 8-bit picture."""
_BAND_ROWS = 190
"""Rows worked on at a time: all arrays of a band fit the processor's second cache."""

_Flat = NDArray[Any]
"""(1, N) view of a padded picture: a shift by rows and columns is one offset."""


def oriented_lines(
    smooth: Image, kernels: Sequence[Kernel], *, directions: int
) -> list[Image]:
    """Response of each kernel in its strongest direction, in per cent of contrast.

    Parameters
    ----------
    smooth : (H, W) float32, per cent
        Local contrast, blurred by about 1 px; vessels negative.
    kernels : sequence of Kernel
        Those that begin with the same steps share that work.
    directions : int
        Directions over the half turn.

    Returns
    -------
    list of (H, W) float32, >= 0
        One for each kernel: about the contrast of a straight dark line of its width.
    """
    height, width = smooth.shape
    pad = max(kernel.reach_px for kernel in kernels)
    # what is darker still stops at 0; a sum that is too bright stops at the top
    counts = cv2.addWeighted(
        *(smooth, _COUNTS_PER_PERCENT, smooth, 0),
        -_LOWEST_PERCENT * _COUNTS_PER_PERCENT,
        dtype=cv2.CV_16U,
    )
    fixed = cv2.copyMakeBorder(counts, pad, pad, pad, pad, cv2.BORDER_REFLECT_101)
    gains = [_gain(fixed, kernel) for kernel in kernels]
    answers = [np.empty((height, width), np.float32) for _ in kernels]
    bands = max(1, round(height / _BAND_ROWS))
    edges = [height * n // bands for n in range(bands + 1)]
    for top, bottom in itertools.pairwise(edges):
        part = fixed[top : bottom + 2 * pad]
        best = _Band(part).search(kernels, gains, directions)
        for answer, response, kernel, gain in zip(
            answers, best, kernels, gains, strict=True
        ):
            inner = response.reshape(part.shape)[pad:-pad, pad:-pad]
            # four parts: the middle counts twice, each arm once
            one = 4 * gain * kernel.peak * kernel.counts_of_one_percent
            np.multiply(inner, np.float32(1 / one), out=answer[top:bottom])
    return answers


def _gain(fixed: _Flat, kernel: Kernel) -> float:
    """Bytes per count, so that the noise is about one byte high.

    Measured along rows only, in every 16th of them.
    """
    side = round(kernel.across_px)
    rows = [fixed[side + d : fixed.shape[0] - side + d : 16] for d in (-side, 0, side)]
    difference = rows[0].astype(np.float32) + rows[2] - 2 * rows[1].astype(np.float32)
    for step in map(round, kernel.steps_px):
        difference = (
            difference[:, : -2 * step]
            + 2 * difference[:, step:-step]
            + difference[:, 2 * step :]
        )
    # a normal distribution's upper quartile
    noise = quantile(difference[:, ::4].ravel(), 0.75) / 0.6745
    floor = _NOISE_FLOOR_PERCENT * kernel.counts_of_one_percent
    return _NOISE_COUNTS / max(noise, floor)


class _Band:
    """Some rows of the padded picture, searched; every array is one flat row.

    A shift by rows and columns is then one offset. What runs over a row's end spoils
    the pad only. Each step is worked out where all that it reads is known: its margin
    is the sum of the shifts so far.
    """

    def __init__(self, rows: _Flat) -> None:
        self._fixed = rows.reshape(1, -1)
        self._stride: int = rows.shape[1]
        self._pair, self._sum = (np.empty_like(self._fixed) for _ in range(2))

    def search(
        self, kernels: Sequence[Kernel], gains: Sequence[float], directions: int
    ) -> list[_Flat]:
        across: list[list[_Flat]] = [[] for _ in kernels]
        steps = {kernel.steps_px[:n] for kernel in kernels for n in (1, 2)}
        lines = {step: np.empty_like(self._fixed) for step in steps}
        lines[()] = self._fixed
        for k in range(directions):
            angle = math.pi * k / directions
            for step in sorted(steps, key=len):
                self._smooth_along(lines[step[:-1]], lines[step], step, angle)
            for i, kernel in enumerate(kernels):
                line = lines[kernel.steps_px]
                difference = self._difference(line, kernel, angle + math.pi / 2)
                response = np.empty(self._fixed.shape, np.uint8)
                known = self._known(
                    response, _margin(*kernel.steps_px, kernel.across_px)
                )
                cv2.convertScaleAbs(difference, dst=known, alpha=gains[i])
                across[i].append(response)
        return [
            self._hinge(responses, kernel)
            for responses, kernel in zip(across, kernels, strict=True)
        ]

    def _edge(self, margin: int) -> int:
        return margin * (self._stride + 1)

    def _known(self, flat: _Flat, margin: int, shift: int = 0) -> _Flat:
        """What lies that far away from each pixel inside a margin."""
        edge = self._edge(margin)
        return flat[:, edge + shift : flat.shape[1] - edge + shift]

    def _shift(self, length_px: float, angle: float) -> int:
        rows, columns = _whole_shift(length_px, angle)
        return rows * self._stride + columns

    def _smooth_along(
        self, line: _Flat, out: _Flat, steps: tuple[float, ...], angle: float
    ) -> None:
        """(1, 2, 1) at a spacing, not divided: twice (1, 1), there and back."""
        shift = abs(self._shift(steps[-1], angle))
        first = self._edge(_margin(*steps[:-1]))
        stop = line.shape[1] - first
        pair = self._pair[:, first : stop - shift]
        there = line[:, first + shift : stop]
        cv2.add(line[:, first : stop - shift], there, dst=pair)
        inner = out[:, first + shift : stop - shift]
        cv2.add(pair[:, shift:], pair[:, : pair.shape[1] - shift], dst=inner)

    def _difference(self, line: _Flat, kernel: Kernel, normal: float) -> _Flat:
        """Both sides minus twice the middle; unsigned: what is brighter stops at 0."""
        shift = self._shift(kernel.across_px, normal)
        margin = _margin(*kernel.steps_px, kernel.across_px)
        out, middle = self._known(self._sum, margin), self._known(line, margin)
        one, other = (self._known(line, margin, by) for by in (shift, -shift))
        cv2.add(one, other, dst=out)
        cv2.subtract(out, middle, dst=out)
        cv2.subtract(out, middle, dst=out)
        return out

    def _hinge(self, responses: Sequence[_Flat], kernel: Kernel) -> _Flat:
        """Twice the middle plus both arms, each the best of three bends."""
        count = len(responses)
        margin = _margin(*kernel.steps_px, kernel.across_px, kernel.arm_px)
        best = np.zeros_like(responses[0])
        out = self._known(best, margin)

        def arm(j: int) -> _Flat:
            turn, k = divmod(j % (2 * count), count)
            shift = self._shift(kernel.arm_px, math.pi * k / count)
            return self._known(responses[k], margin, -shift if turn else shift)

        *pairs, total, other = (np.empty_like(out) for _ in range(4))
        for k in range(0, count, 2):
            # the better of two neighbours, on either side, serves both of them
            for pair, j in zip(pairs, (k, k + count), strict=True):
                cv2.max(arm(j), arm(j + 1), dst=pair)
            for here, third in ((k, k - 1), (k + 1, k + 2)):
                if here == count:
                    break
                cv2.max(pairs[0], arm(third), dst=total)
                cv2.max(pairs[1], arm(third + count), dst=other)
                cv2.add(total, other, dst=total)
                middle = self._known(responses[here], margin)
                cv2.add(total, middle, dst=total)
                cv2.add(total, middle, dst=total)
                cv2.max(out, total, dst=out)
        return best


def _margin(*shifts_px: float) -> int:
    """Whole pixels by which these shifts, one after the other, reach at most."""
    return sum(math.ceil(shift) for shift in shifts_px)


@functools.lru_cache
def _whole_shift(length_px: float, angle: float) -> tuple[int, int]:
    """Rows and columns of a shift, to the nearest pixel."""
    return round(length_px * math.sin(angle)), round(length_px * math.cos(angle))
