"""Files of pictures that are cut, changed, endless or far too large."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from vein_devices import open_camera
from vein_devices.cameras.pictures.extent import stated_size
from vein_devices.cameras.pictures.reader import read_one_picture, read_pictures
from vein_devices.errors import DeviceDataError, DeviceError, DeviceUnsupportedError

Values = np.ndarray[Any, Any]
KINDS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000", "PPM", "AVIF")


def skin(seed: int = 1) -> Values:
    noise = np.random.default_rng(seed).integers(0, 40, (40, 60, 3))
    ramp = np.mgrid[0:40, 0:60][0][..., None] * 3 + 40
    return np.asarray(noise + ramp, np.uint8)


def encoded(kind: str, *more: Values, **options: Any) -> bytes:
    file = io.BytesIO()
    others = [Image.fromarray(one) for one in more[1:]]
    if others:
        options |= {"save_all": True, "append_images": others}
    Image.fromarray(more[0]).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "GIF", "WEBP", "AVIF"])
def test_a_file_of_pages_that_is_cut_anywhere_never_gives_fewer(
    tmp_path: Path, kind: str
) -> None:
    whole = encoded(kind, skin(1), skin(2), skin(3))
    file = tmp_path / "pages"
    for percent in range(1, 100):
        file.write_bytes(whole[: len(whole) * percent // 100])
        with pytest.raises(DeviceError):
            read_pictures(file)
    file.write_bytes(whole)
    assert len(read_pictures(file)) == 3


@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_that_ends_before_its_second_page_is_not_one_of_one(
    tmp_path: Path, order: Any, bigtiff: bool
) -> None:
    file = tmp_path / "two.tif"
    with tifffile.TiffWriter(file, bigtiff=bigtiff, byteorder=order) as out:
        out.write(skin(1), photometric="rgb")
        out.write(skin(2), photometric="rgb")
    whole = file.read_bytes()
    assert len(read_pictures(file)) == 2
    with tifffile.TiffFile(file) as read:
        second = read.pages[1].offset
    file.write_bytes(whole[:second])
    with pytest.raises(DeviceDataError, match="cut off"):
        read_one_picture(file)


def test_a_chain_of_pages_that_bites_its_tail_ends(tmp_path: Path) -> None:
    file = tmp_path / "ring.tif"
    entry = struct.pack("<HHII", 256, 3, 1, 1)
    file.write_bytes(b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8))
    with pytest.raises(DeviceError):
        read_pictures(file)


def test_an_animated_png_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    whole = encoded("PNG", skin(1), skin(2))
    file = tmp_path / "two.png"
    at = whole.index(b"fdAT")
    for place in range(at + 8, len(whole) - 20, 97):
        changed = bytearray(whole)
        changed[place] ^= 255
        file.write_bytes(changed)
        with pytest.raises(DeviceDataError):
            read_pictures(file)


def test_what_is_behind_the_end_or_may_be_left_out_of_a_png_does_not_matter(
    tmp_path: Path,
) -> None:
    whole = encoded("PNG", skin())
    remark = b"tEXtnote\0x"
    bad = struct.pack(">I", len(remark) - 4) + remark + b"\0\0\0\0"
    file = tmp_path / "leg.png"
    file.write_bytes(whole[:33] + bad + whole[33:] + b"something else")
    assert (read_one_picture(file).pixels == skin()).all()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("name", ["leg.png", "leg.mp4", "leg"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DeviceUnsupportedError, match="where a file is wanted"):
        read_pictures(tmp_path / name)
    with (
        pytest.raises(DeviceUnsupportedError, match="where a file is wanted"),
        open_camera(f"file:{tmp_path / name}"),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices")
def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "leg.png").symlink_to("/dev/zero")
    with pytest.raises(DeviceUnsupportedError, match="where a file is wanted"):
        read_pictures(tmp_path / "leg.png")


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + check


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(
    tmp_path: Path,
) -> None:
    """Some kilobytes state 900 million pixels; decoded they took 2.7 GB."""
    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", b"x"), chunk(b"IEND", b""))
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    with pytest.raises(DeviceUnsupportedError, match="30000 x 30000 px; up to 268"):
        read_pictures(tmp_path / "bomb.png")


def test_pages_that_would_fill_the_memory_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "stack.tif"
    page = np.zeros((8192, 8192), np.uint8)
    with tifffile.TiffWriter(file) as out:
        for _ in range(5):
            out.write(page, compression="zlib")
    with pytest.raises(DeviceUnsupportedError, match="5 pictures of 8192 x 8192 px"):
        read_pictures(file)


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "leg.bmp").open("wb") as file:
        file.write(b"BM")
        file.truncate(3 << 30)  # a hole: it takes no room
    with pytest.raises(DeviceUnsupportedError, match="3072 MB"):
        read_pictures(tmp_path / "leg.bmp")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "TIFF"])
def test_the_size_is_told_before_decoding(kind: str) -> None:
    assert stated_size(encoded(kind, skin())) == (60, 40)


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0MM\0*"}]
)
def test_the_size_of_every_sort_of_webp_is_told(options: dict[str, Any]) -> None:
    assert stated_size(encoded("WEBP", skin(), **options)) == (60, 40)


@pytest.mark.parametrize("kind", KINDS)
def test_no_beginning_of_a_file_breaks_the_look_at_its_size(kind: str) -> None:
    whole = encoded(kind, skin())
    for count in range(0, 200):
        size = stated_size(whole[:count])
        assert size is None or min(size) >= 0
