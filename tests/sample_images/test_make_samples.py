"""The committed sample pictures are what the script makes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "sample_images"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    spec = importlib.util.spec_from_file_location("samples", FOLDER / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    files: list[Path] = module.make_samples(tmp_path_factory.mktemp("samples"))
    return files


def test_the_script_makes_every_sample_again_byte_for_byte(made: list[Path]) -> None:
    there = {p.name for p in FOLDER.iterdir() if p.suffix in (".png", ".json")}
    assert {path.name for path in made} == there
    for path in made:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_no_sample_is_over_300_kb() -> None:
    assert max(p.stat().st_size for p in FOLDER.iterdir() if p.is_file()) < 300_000


def test_the_truth_lies_in_the_mask() -> None:
    truth = json.loads((FOLDER / "leg-before-truth.json").read_text())
    mask = cv2.imread(str(FOLDER / "leg-before-mask.png"), cv2.IMREAD_UNCHANGED)
    assert mask is not None
    assert list(mask.shape) == truth["shape"]
    points = np.concatenate([row["points_rc"] for row in truth["branches"]])
    row, column = np.rint(points).astype(int).T
    assert np.mean(mask[row, column] == 255) > 0.9
