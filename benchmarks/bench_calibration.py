"""Correcting a frame, beside one Gaussian blur (float32, sigma 2) of its size."""

from typing import Any

import cv2
import numpy as np
import pytest

from vein_calibration.flat_field import SIDE, FlatField
from vein_calibration.lens import Lens, correcting_map
from vein_calibration.quality import judge_frame

SIZE_PX = 1920, 1080
SHAPES = {"grey": (1080, 1920), "colour": (1080, 1920, 3)}
LENS = Lens(
    SIZE_PX, (2200.0, 2200.0, 970.0, 530.0, -0.2, 0.06, 5e-4, -4e-4, 0.0),
    (1.0,) * 9, 0.1, 12, 800, 1.0,
)  # fmt: skip


def frame(kind: str) -> Any:
    rng = np.random.default_rng(1)
    return rng.integers(20, 220, SHAPES[kind], dtype=np.uint8)


def bench_gaussian_blur(benchmark: Any) -> None:
    picture = np.random.default_rng(1).random(SHAPES["grey"], np.float32)
    benchmark(cv2.GaussianBlur, picture, (0, 0), 2)


@pytest.mark.parametrize("kind", SHAPES)
def bench_correct(benchmark: Any, kind: str) -> None:
    shape = (1080 // SIDE, 1920 // SIDE, *SHAPES[kind][2:])
    level = np.full(shape, 120, np.float32)
    level[:40] = 90
    flat = FlatField("", SIZE_PX, level, np.full_like(level, 3), np.array([[5, 9]]))
    benchmark(flat.correct, frame(kind))


@pytest.mark.parametrize("kind", SHAPES)
def bench_undistort(benchmark: Any, kind: str) -> None:
    undo = correcting_map(SIZE_PX, LENS)
    benchmark(undo.apply, frame(kind))


def bench_judge_frame(benchmark: Any) -> None:
    benchmark(judge_frame, frame("grey"))
