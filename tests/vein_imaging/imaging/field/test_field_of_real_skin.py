"""Guards on marked photographs, where they lie beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.imaging.field.find_field import find_field, look_for_field

DATA = Path(__file__).parents[4].parent / "shared" / "data"
SKIN = DATA / "skin"
pytestmark = pytest.mark.skipif(
    not SKIN.is_dir(), reason="no marked pictures in ../shared/data/skin"
)
LEAST_IOU = {"leg": 0.92, "extra": 0.95, "nir": 0.90, "hand": 0.96}
INDEX = json.loads((SKIN / "index.json").read_text()) if SKIN.is_dir() else []


def read(name: str) -> np.ndarray:
    picture = cv2.imread(str(SKIN / name), cv2.IMREAD_COLOR_RGB)
    assert picture is not None, name
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: str(entry["name"]))
def test_the_field_is_the_marked_skin(entry: dict[str, str]) -> None:
    truth = cv2.imread(str(SKIN / entry["mask"]), cv2.IMREAD_GRAYSCALE)
    field = look_for_field(read(entry["picture"])).mask
    skin, known = truth == 255, truth != 128
    iou = (field & skin).sum() / ((field | skin) & known).sum()
    assert iou > LEAST_IOU[entry["group"]]
    assert (skin & ~field).sum() < 0.08 * skin.sum()


def test_no_marked_vein_of_a_near_infrared_arm_lies_outside() -> None:
    for name, strokes in json.loads((SKIN / "nir-strokes.json").read_text()):
        line = cv2.imread(str(SKIN / strokes), cv2.IMREAD_GRAYSCALE) > 127
        assert (line & look_for_field(read(name)).mask).sum() > 0.99 * line.sum(), name


def test_retinas_keep_their_disc_in_colour_and_in_green() -> None:
    paths = sorted((DATA / "drive" / "test" / "images").glob("*.tif"))[:6]
    assert paths
    for path in paths:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        mask = path.parents[1] / "mask" / f"{path.stem}_mask.gif"
        good, truth = cv2.VideoCapture(str(mask)).read()
        assert good
        disc = truth[..., 0] > 127
        for pixels in (picture, picture[..., 1].copy()):
            field = look_for_field(pixels).mask
            assert (field & disc).sum() > 0.97 * (field | disc).sum(), path.name


def test_following_frames_of_a_near_infrared_video_agree() -> None:
    video = cv2.VideoCapture(str(DATA / "nir-video" / "forearm.mp4"))
    for start in (100, 420, 700):
        video.set(cv2.CAP_PROP_POS_FRAMES, start)
        fields = [find_field(video.read()[1][..., 1].copy()) for _ in range(2)]
        agree = (fields[0] & fields[1]).sum() / (fields[0] | fields[1]).sum()
        assert agree > 0.95, start
