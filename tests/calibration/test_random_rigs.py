"""A few random rigs; two hundred: benchmarks/calibration_rigs.py."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vein_calibration import SHEET, find_target, fit_lens, plane_from_target
from vein_phantom.target_view import Optics, Placement

from .conftest import MIDDLE_MM, seen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_focal_length_and_scale_are_within_half_a_per_cent(seed: int) -> None:
    rng = np.random.default_rng([14, seed])
    optics = Optics(
        640, 480, 640 * rng.uniform(0.9, 1.7),
        (320 + rng.normal(0, 8), 240 + rng.normal(0, 8)),
        (rng.uniform(-0.3, 0.15), rng.uniform(-0.05, 0.1), *rng.normal(0, 6e-4, 2), 0),
        defocus_px=rng.uniform(0.4, 1.2), vignetting=1.0, noise=rng.uniform(0.5, 2),
    )  # fmt: skip

    def place(tilt_deg: float, towards_deg: float) -> Placement:
        away = rng.uniform(-1, 1, 2) * (10, 15)
        return Placement(
            rng.uniform(80, 130) * optics.focal_px / 640,
            (MIDDLE_MM[0] + away[0], MIDDLE_MM[1] + away[1]),
            tilt_deg,
            towards_deg,
            rng.uniform(-180, 180),
        )

    views = [
        find_target(seen(place(rng.uniform(10, 25), 45.0 * n), optics, n), SHEET)
        for n in range(8)
    ]
    lens = fit_lens(views).lens
    assert lens.focal_px == pytest.approx(optics.focal_px, rel=0.005)
    assert lens.reprojection_px <= 0.3
    at = place(rng.uniform(0, 25), rng.uniform(0, 360))
    plane = plane_from_target(find_target(seen(at, optics, 99), SHEET), lens)
    middle = np.array([319.5, 239.5]) + np.array([[0, 0], [0.01, 0], [0, 0.01]])
    pinhole = replace(optics, distortion=(0.0,) * 5)
    sides = np.diff(at.from_rays(pinhole.rays(middle))[[1, 0, 2]], axis=0) / 0.01
    true_mm = math.sqrt(abs(float(np.linalg.det(sides))))
    low, high = plane.pixel_size.interval_mm
    assert low <= true_mm <= high
    assert plane.pixel_size.mm_per_pixel == pytest.approx(true_mm, rel=0.005)
    assert (high - low) / 2 <= 0.006 * true_mm
