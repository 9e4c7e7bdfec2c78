import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from vein_calibration import Lens, PixelSize
from vein_calibration.edges import Blur
from vein_calibration.errors import ProfileError, ProfileMismatchError
from vein_calibration.flat_field import FlatField
from vein_calibration.profile import Profile, Scale
from vein_calibration.profile_file import (
    profile_from_bytes,
    profile_id,
    profile_to_bytes,
    read_profile,
    write_profile,
)
from vein_calibration.sticker import Sticker

RELEASED = Path(__file__).parent / "released_profiles"
LENS = Lens(
    (320, 240), (400.0, 400.0, 160.0, 118.0, -0.2, 0.05, 0.001, 0.0, 0.0),
    (0.3, 0.3, 0.5, 0.4, 0.002, 0.01, 1e-4, 1e-4, 0.0), 0.12, 11, 640, 0.96,
)  # fmt: skip
PROFILE = Profile(
    camera="uvc:046d:0825",
    size_px=(320, 240),
    made_at=datetime(2026, 9, 1, 10, 0, tzinfo=UTC),
    software="vein-imaging 0.1.0",
    lens_position="focus 35",
    lens=LENS,
    scale=Scale(
        PixelSize(0.08, 0.002, "target"), np.diag([1.01, 1.0, 1.0]), 0.03, 2.0, 150.0
    ),
    blur=Blur(0.9, 0.9, 0.9, 0.04),
    flats=(
        FlatField(
            "nir", (320, 240), np.full((30, 40), 120.0625, np.float32),
            np.full((30, 40), 4.5, np.float32), np.array([[3, 4]]),
        ),
    ),
    sticker=Sticker(12.0, 3),
)  # fmt: skip


def test_a_profile_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "camera.json"
    write_profile(PROFILE, path)
    again = read_profile(path)
    assert profile_to_bytes(again) == profile_to_bytes(PROFILE)
    assert profile_id(again) == profile_id(PROFILE)
    assert again.lens == LENS
    assert again.flats[0].level[3, 3] == 120.0625


def test_bare_parts_are_left_out(tmp_path: Path) -> None:
    bare = Profile("uvc:", (10, 10), PROFILE.made_at, "x")
    assert profile_from_bytes(profile_to_bytes(bare)).pixel_size is None


def test_the_profile_of_every_released_version_loads() -> None:
    files = sorted(RELEASED.glob("*.json"))
    assert files
    for file in files:
        found = read_profile(file)
        assert found.pixel_size is not None
        assert found.camera == "uvc:046d:0825"


def damaged(change: dict[str, object]) -> bytes:
    document = json.loads(profile_to_bytes(PROFILE))
    return json.dumps(document | change).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (profile_to_bytes(PROFILE)[:900], "cut off"),
        (b"", "cut off"),
        (b"[1]", "no calibration profile"),
        (damaged({"version": 99}), "version 99.*reads up to 1; update the program"),
        (damaged({"version": True}), "no version"),
        (damaged({"sha256": "0" * 64}), "changed after it was written"),
        (profile_to_bytes(PROFILE).replace(b"0.08,", b"0.09,"), "changed after"),
    ],
)
def test_a_damaged_file_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        profile_from_bytes(data, "camera.json")


def test_every_cut_is_noticed() -> None:
    whole = profile_to_bytes(PROFILE)
    for end in range(0, len(whole) - 2, 97):
        with pytest.raises(ProfileError):
            profile_from_bytes(whole[:end])


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="No such file"):
        read_profile(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("camera", "size", "position", "words"),
    [
        (
            "uvc:other",
            (320, 240),
            "",
            "of camera uvc:046d:0825, the picture of uvc",
        ),
        (None, (640, 480), "", "pictures of 320 x 240 px, this one has 640 x 480"),
        (None, (320, 240), "focus 40", "was at focus 35.*at focus 40 now"),
    ],
)
def test_a_profile_of_something_else_is_refused(
    camera: str | None, size: tuple[int, int], position: str, words: str
) -> None:
    with pytest.raises(ProfileMismatchError, match=words):
        PROFILE.refuse_unless(camera, size, position)


def test_its_own_camera_is_let_through() -> None:
    PROFILE.refuse_unless("uvc:046d:0825", (320, 240), "focus 35")


def test_an_old_profile_warns_and_a_young_one_does_not() -> None:
    assert PROFILE.age_warning(datetime(2026, 11, 1, tzinfo=UTC)) == ""
    assert "211 days old" in PROFILE.age_warning(datetime(2027, 3, 31, 12, tzinfo=UTC))
    assert "in the future" in PROFILE.age_warning(datetime(2026, 1, 1, tzinfo=UTC))


def test_correcting_takes_light_lens_and_tilt_out() -> None:
    picture = np.full((240, 320), 100, np.uint8)
    picture.flags.writeable = False
    assert int(PROFILE.correct(picture, "nir")[120, 160]) == 100
    corrected = PROFILE.correct(picture, "nir", even_light=True)
    assert int(corrected[120, 160]) == pytest.approx(95, abs=1)
    assert PROFILE.resamples and corrected is not picture
    plain = replace(PROFILE, lens=None, scale=None)
    assert not plain.resamples
    assert plain.correct(picture, "another light") is picture


def test_parts_of_another_size_are_refused() -> None:
    with pytest.raises(ProfileError, match="calibrate all at one size"):
        replace(PROFILE, size_px=(640, 480))
