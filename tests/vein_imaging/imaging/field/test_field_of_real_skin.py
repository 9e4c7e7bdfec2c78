"""Guards on marked photographs, where they lie beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PilImage

from vein_imaging.imaging.field.find_field import look_for_field

DATA = Path(__file__).parents[4].parent / "shared" / "data"
SKIN = DATA / "skin"
pytestmark = pytest.mark.skipif(
    not SKIN.is_dir(), reason="no marked pictures in ../shared/data/skin"
)
LEAST_IOU = {"leg": 0.92, "extra": 0.95, "nir": 0.90, "hand": 0.96}
INDEX = json.loads((SKIN / "index.json").read_text()) if SKIN.is_dir() else []


def read(path: Path, how: int = cv2.IMREAD_COLOR_RGB) -> np.ndarray:
    picture = cv2.imread(str(path), how)
    assert picture is not None, path
    return np.asarray(picture, np.uint8)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: str(entry["name"]))
def test_the_field_is_the_marked_skin(entry: dict[str, str]) -> None:
    truth = read(SKIN / entry["mask"], cv2.IMREAD_GRAYSCALE)
    field = look_for_field(read(SKIN / entry["picture"])).mask
    known = truth != 128
    assert iou(field[known], truth[known] == 255) > LEAST_IOU[entry["group"]]
    assert field[truth == 255].mean() > 0.92


def test_no_marked_vein_of_a_near_infrared_arm_lies_outside() -> None:
    for name, strokes in json.loads((SKIN / "nir-strokes.json").read_text()):
        line = read(SKIN / strokes, cv2.IMREAD_GRAYSCALE) > 127
        assert look_for_field(read(SKIN / name)).mask[line].mean() > 0.99, name


def test_retinas_keep_their_disc_in_colour_and_in_green() -> None:
    paths = sorted((DATA / "drive" / "test" / "images").glob("*.tif"))[:6]
    assert paths
    for path in paths:
        picture = read(path)
        mask = path.parents[1] / "mask" / f"{path.stem}_mask.gif"
        with PilImage.open(mask) as image:
            disc = np.asarray(image.convert("L")) > 127
        for pixels in (picture, picture[..., 1].copy()):
            assert iou(look_for_field(pixels).mask, disc) > 0.97, path.name


def test_following_frames_of_a_near_infrared_video_agree() -> None:
    video = cv2.VideoCapture(str(DATA / "nir-video" / "forearm.mp4"))
    for start in (100, 420, 700):
        video.set(cv2.CAP_PROP_POS_FRAMES, start)
        frames = [np.asarray(video.read()[1], np.uint8)[..., ::-1] for _ in range(2)]
        one, other = (look_for_field(frame.copy()).mask for frame in frames)
        assert iou(one, other) > 0.95, start
