"""Colours that are not those of sRGB, and pictures of few levels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from vein_devices.cameras.pictures.reader import read_one_picture
from vein_devices.errors import DeviceUnsupportedError

Values = np.ndarray[Any, Any]


def patches() -> Values:
    """Skin of several tones, and the red and blue of veins, each 32 px wide."""
    tones = [(224, 172, 148), (196, 130, 104), (120, 78, 60), (170, 70, 78)]
    tones += [(96, 92, 130), (140, 140, 140)]
    tones += [(12 * n, 12 * n, 12 * n) for n in range(1, 20)]
    return np.repeat(np.array([tones], np.uint8), 32, axis=1).repeat(32, axis=0)


def s15(value: float) -> bytes:
    """s15Fixed16Number."""
    return round(value * 65536).to_bytes(4, "big", signed=True)


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(s15, values))


def wide_profile() -> bytes:
    """Primaries wider than sRGB's, written as ICC.1:2010 says (a matrix profile)."""
    curve = (
        b"curv\0\0\0\0" + (1).to_bytes(4, "big") + (563).to_bytes(2, "big") + b"\0\0"
    )
    text = b"desc\0\0\0\0" + (5).to_bytes(4, "big") + b"Wide\0" + b"\0" * 79
    tags = {
        b"desc": text, b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        # Adobe RGB's, brought to D50
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    table, body = len(tags).to_bytes(4, "big"), b""
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        at = 128 + 4 + 12 * len(tags) + len(body)
        table += name + at.to_bytes(4, "big") + len(content).to_bytes(4, "big")
        body += content
    head = bytearray(128)
    head[0:4] = (128 + len(table) + len(body)).to_bytes(4, "big")
    head[8:12], head[12:24], head[36:40] = b"\x02\x10\0\0", b"mntrRGB XYZ ", b"acsp"
    head[68:80] = b"".join(map(s15, (0.9642, 1.0, 0.8249)))
    return bytes(head) + table + body


def in_wide(colours: Values) -> Values:
    change = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(wide_profile())),
        "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )  # fmt: skip
    return np.asarray(ImageCms.applyTransform(Image.fromarray(colours), change))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_a_picture_of_another_profile_has_the_colours_it_was_taken_with(
    tmp_path: Path, suffix: str
) -> None:
    stored = in_wide(patches())
    assert np.abs(stored.astype(int) - patches()).max() > 10  # the numbers differ
    lossless: dict[str, dict[str, Any]] = {
        ".jpg": {"quality": 100, "subsampling": 0},
        ".webp": {"lossless": True},
    }
    file = tmp_path / f"leg{suffix}"
    Image.fromarray(stored).save(
        file, icc_profile=wide_profile(), **lossless.get(suffix, {})
    )
    picture = read_one_picture(file)
    assert np.abs(picture.pixels.astype(int) - patches()).max() <= 4
    assert not picture.remarks


def test_srgbs_own_profile_changes_no_value(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(patches()).save(tmp_path / "leg.png", icc_profile=profile)
    assert (read_one_picture(tmp_path / "leg.png").pixels == patches()).all()


def test_a_damaged_profile_spoils_no_picture(tmp_path: Path) -> None:
    for profile in (b"rubbish" * 30, wide_profile()[:150]):
        Image.fromarray(patches()).save(tmp_path / "leg.png", icc_profile=profile)
        picture = read_one_picture(tmp_path / "leg.png")
        assert (picture.pixels == patches()).all()


def test_a_profile_that_cannot_be_undone_is_told(tmp_path: Path) -> None:
    deep = patches().astype(np.uint16) * 257
    tifffile.imwrite(
        tmp_path / "leg.tif", deep, photometric="rgb", iccprofile=wide_profile()
    )
    picture = read_one_picture(tmp_path / "leg.tif")
    assert (picture.pixels == deep).all()
    assert "colours are of Wide, and kept" in picture.remarks[0]


def test_inks_are_told(tmp_path: Path) -> None:
    Image.fromarray(patches()).convert("CMYK").save(tmp_path / "leg.tif")
    assert "converted roughly" in read_one_picture(tmp_path / "leg.tif").remarks[0]


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_a_picture_of_few_levels_says_so(tmp_path: Path, bits: int) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    levels = (1 << bits) - 1
    few = (np.rint(ramp / 255 * levels) * 255 // levels).astype(np.uint8)
    Image.fromarray(few).save(tmp_path / "few.png")
    told = read_one_picture(tmp_path / "few.png").remarks
    assert f"only {levels + 1} levels of brightness" in told[0]


def test_a_tiff_for_which_a_package_is_wanting_is_not_called_damaged(
    tmp_path: Path,
) -> None:
    # four bits to a value, as scanners write them
    file = tmp_path / "four.tif"
    tifffile.imwrite(file, np.zeros((16, 8), np.uint8), compression="zlib")
    data = file.read_bytes()
    at = data.index((258).to_bytes(2, "little") + b"\x03\0\x01\0\0\0") + 8
    file.write_bytes(data[:at] + b"\x04" + data[at + 1 :])
    with pytest.raises(DeviceUnsupportedError, match="save it as PNG"):
        read_one_picture(file)
