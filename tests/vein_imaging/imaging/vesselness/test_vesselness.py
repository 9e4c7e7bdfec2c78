"""Laws of the line filter, of both its settings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.vesselness import FAST, FULL, Search, vesselness

BOTH = pytest.mark.parametrize("search", [FAST, FULL], ids=["fast", "full"])


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


def respond(picture: np.ndarray, search: Search, octaves: int = 3) -> np.ndarray:
    plane = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    inner = np.ones(plane.shape, bool)
    return vesselness(plane, inner, search=search, octaves=octaves)[0]


def with_bar(width: int, seed: int) -> np.ndarray:
    """One dark upright bar in the middle of noisy skin."""
    x = np.arange(240)
    left = 120 - width / 2
    cover = np.clip(np.minimum(x + 1, left + width) - np.maximum(x, left), 0, 1)
    picture = cv2.GaussianBlur(np.tile(140 - 20 * cover, (160, 1)), (0, 0), 0.8)
    return picture + np.random.default_rng(seed).normal(0, 2, picture.shape)


@BOTH
def test_equal_contrast_and_different_width_score_alike(search: Search) -> None:
    peaks = {
        width: np.median(
            [
                respond(with_bar(width, seed), search)[30:130, 105:136].max(axis=1)
                for seed in range(3)
            ]
        )
        for width in (3, 4, 5, 6, 8, 10, 12, 16, 20, 24)
    }
    middle = np.median(list(peaks.values()))
    assert all(abs(peak / middle - 1) <= 0.2 for peak in peaks.values()), peaks


@BOTH
def test_turning_the_picture_turns_the_answer(search: Search) -> None:
    picture = with_bars([4, 6, 9])[:, :160]
    turned = respond(np.rot90(picture), search)
    straight = np.rot90(respond(picture, search))
    inner = (slice(20, -20), slice(20, -20))
    spread = straight[inner].std()
    assert np.abs(turned - straight)[inner].mean() < 0.15 * spread


@BOTH
def test_mirroring_the_picture_mirrors_the_answer(search: Search) -> None:
    picture = with_bars([4, 6, 9])
    mirrored = respond(picture[:, ::-1], search)
    straight = respond(picture, search)[:, ::-1]
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(mirrored - straight)[inner].mean() < 0.1 * straight[inner].std()


@BOTH
def test_a_brighter_camera_changes_little(search: Search) -> None:
    picture = with_bars([4, 6, 9])
    dim, bright = respond(picture * 0.6, search), respond(picture * 1.2, search)
    assert np.corrcoef(dim.ravel(), bright.ravel())[0, 1] > 0.95


@BOTH
def test_a_gradient_of_light_changes_little(search: Search) -> None:
    picture = with_bars([4, 6, 9])
    ramp = np.linspace(0.7, 1.3, picture.shape[1])
    flat, sloped = respond(picture, search), respond(picture * ramp, search)
    assert np.corrcoef(flat.ravel(), sloped.ravel())[0, 1] > 0.95


@BOTH
def test_a_bright_line_is_no_vein(search: Search) -> None:
    dark = respond(with_bars([5]), search)[40:120, 36:44].mean()
    bright = respond(280 - with_bars([5]), search)[40:120, 36:44].mean()
    assert bright < 0.2 * dark


@BOTH
def test_a_speck_answers_less_than_a_vein(search: Search) -> None:
    picture = skin()
    cv2.circle(picture, (80, 120), 3, 115, cv2.FILLED)
    cv2.line(picture, (240, 20), (240, 220), 115, 6)
    response = respond(picture, search)
    speck = response[110:130, 70:90].max()
    assert speck < 0.75 * np.median(response[60:180, 240])


@BOTH
def test_nothing_outside_the_field_changes_the_answer_deep_inside(
    search: Search,
) -> None:
    picture = with_bars([4, 6, 9])
    inner = np.zeros(picture.shape, bool)
    inner[:, 40:200] = True
    other = np.where(inner, picture, 10.0)
    answers = [
        vesselness(p.astype(np.uint8), inner, search=search, octaves=2)[0]
        for p in (picture, other)
    ]
    assert np.array_equal(answers[0], answers[1])


def test_a_flat_picture_answers_nothing() -> None:
    assert respond(np.full((120, 160), 100.0), FAST).max() < 0.2
