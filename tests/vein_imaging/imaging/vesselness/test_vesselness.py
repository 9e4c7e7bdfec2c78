"""Laws of every line filter in the table, with both searches."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import cv2
import numpy as np
import pytest

import vein_imaging.imaging.vesselness
from vein_imaging.imaging.vesselness import FAST, FILTERS, FULL, Search, vesselness
from vein_imaging.imaging.vesselness.table import DEFAULT_FILTER

Line = tuple[str, Search]
"""A filter by name, and how thoroughly it searches."""
EVERY = pytest.mark.parametrize(
    "line",
    [
        pytest.param((name, search), id=f"{name}-{how}")
        for name in FILTERS
        for how, search in (("fast", FAST), ("full", FULL))
    ],
)


def skin(shape: tuple[int, int] = (240, 320), seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1.5, shape)
    return 140 + cv2.GaussianBlur(noise, (0, 0), 1) * 2


def with_bars(widths: list[int], depth: float = 20, seed: int = 1) -> np.ndarray:
    """Dark upright bars 80 px apart on noisy skin."""
    picture = np.full((160, 80 * len(widths)), 140.0)
    for i, width in enumerate(widths):
        left = 80 * i + 40 - width / 2
        x = np.arange(picture.shape[1])
        cover = np.clip(np.minimum(x + 1, left + width) - np.maximum(x, left), 0, 1)
        picture -= depth * cover
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8)
    return picture + np.random.default_rng(seed).normal(0, 1, picture.shape)


def respond(picture: np.ndarray, line: Line, octaves: int = 3) -> np.ndarray:
    plane = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    inner = np.ones(plane.shape, bool)
    name, search = line
    return vesselness(plane, inner, search=search, octaves=octaves, line_filter=name)[0]


def with_bar(width: int, seed: int) -> np.ndarray:
    """One dark upright bar in the middle of noisy skin."""
    x = np.arange(240)
    left = 120 - width / 2
    cover = np.clip(np.minimum(x + 1, left + width) - np.maximum(x, left), 0, 1)
    picture = cv2.GaussianBlur(np.tile(140 - 20 * cover, (160, 1)), (0, 0), 0.8)
    return picture + np.random.default_rng(seed).normal(0, 2, picture.shape)


@EVERY
def test_equal_contrast_and_different_width_score_alike(line: Line) -> None:
    peaks = {
        width: np.median(
            [
                respond(with_bar(width, seed), line)[30:130, 105:136].max(axis=1)
                for seed in range(3)
            ]
        )
        for width in (3, 4, 5, 6, 8, 10, 12, 16, 20, 24)
    }
    middle = np.median(list(peaks.values()))
    assert all(abs(peak / middle - 1) <= 0.2 for peak in peaks.values()), peaks


@EVERY
def test_turning_the_picture_turns_the_answer(line: Line) -> None:
    picture = with_bars([4, 6, 9])[:, :160]
    turned = respond(np.rot90(picture), line)
    straight = np.rot90(respond(picture, line))
    inner = (slice(20, -20), slice(20, -20))
    spread = straight[inner].std()
    assert np.abs(turned - straight)[inner].mean() < 0.15 * spread


@EVERY
def test_mirroring_the_picture_mirrors_the_answer(line: Line) -> None:
    picture = with_bars([4, 6, 9])
    mirrored = respond(picture[:, ::-1], line)
    straight = respond(picture, line)[:, ::-1]
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(mirrored - straight)[inner].mean() < 0.1 * straight[inner].std()


@EVERY
def test_a_brighter_camera_changes_little(line: Line) -> None:
    picture = with_bars([4, 6, 9])
    dim, bright = respond(picture * 0.6, line), respond(picture * 1.2, line)
    assert np.corrcoef(dim.ravel(), bright.ravel())[0, 1] > 0.95


@EVERY
def test_a_gradient_of_light_changes_little(line: Line) -> None:
    picture = with_bars([4, 6, 9])
    ramp = np.linspace(0.7, 1.3, picture.shape[1])
    flat, sloped = respond(picture, line), respond(picture * ramp, line)
    assert np.corrcoef(flat.ravel(), sloped.ravel())[0, 1] > 0.95


@EVERY
def test_a_bright_line_is_no_vein(line: Line) -> None:
    dark = respond(with_bars([5]), line)[40:120, 36:44].mean()
    bright = respond(280 - with_bars([5]), line)[40:120, 36:44].mean()
    assert bright < 0.2 * dark


@EVERY
def test_a_speck_answers_less_than_a_vein(line: Line) -> None:
    picture = skin()
    cv2.circle(picture, (80, 120), 3, 115, cv2.FILLED)
    cv2.line(picture, (240, 20), (240, 220), 115, 6)
    response = respond(picture, line)
    speck = response[110:130, 70:90].max()
    assert speck < 0.75 * np.median(response[60:180, 240])


@EVERY
def test_nothing_outside_the_field_changes_the_answer_deep_inside(
    line: Line,
) -> None:
    picture = with_bars([4, 6, 9])
    inner = np.zeros(picture.shape, bool)
    inner[:, 40:200] = True
    other = np.where(inner, picture, 10.0)
    answers = [
        FILTERS[line[0]](p.astype(np.uint8), inner, search=line[1], octaves=2)[0]
        for p in (picture, other)
    ]
    assert np.array_equal(answers[0], answers[1])


@EVERY
def test_a_flat_picture_answers_nothing(line: Line) -> None:
    assert respond(np.full((120, 160), 100.0), line).max() < 0.2


@EVERY
def test_the_answer_is_as_large_as_the_picture_and_never_below_0(line: Line) -> None:
    response = respond(with_bars([4, 6, 9]), line)
    assert response.shape == (160, 240)
    assert response.dtype == np.float32
    assert response.min() >= 0


def test_every_filter_in_the_folder_is_in_the_table() -> None:
    """A filter is a public function of (plane, inner, *, search, octaves)."""
    folder = Path(vein_imaging.imaging.vesselness.__file__).parent
    found = set()
    for file in folder.glob("[!_]*.py"):
        name = f"vein_imaging.imaging.vesselness.{file.stem}"
        for one in vars(importlib.import_module(name)).values():
            if inspect.isfunction(one) and one.__module__ == name:
                parameters = list(inspect.signature(one).parameters)
                if parameters == ["plane", "inner", "search", "octaves"]:
                    found.add(one)
    assert found == set(FILTERS.values())
    assert DEFAULT_FILTER in FILTERS
