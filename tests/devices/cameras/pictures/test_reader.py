"""Pictures as phones, scanners, microscopes and image programs leave them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from vein_devices import open_camera
from vein_devices.cameras.pictures.reader import read_one_picture, read_pictures
from vein_devices.errors import DeviceDataError, DeviceError, DeviceUnsupportedError

Values = np.ndarray[Any, Any]
SHAPE = (48, 64)
ORIENTATION = 0x0112


def ramp() -> Values:
    """Brighter to the right and down: every way of turning it looks different."""
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    return np.asarray(10 + 3 * columns + rows, np.uint8)


def colours() -> Values:
    return np.dstack([ramp(), ramp()[::-1], ramp()[:, ::-1]])


def only(path: Path) -> Values:
    (picture,) = read_pictures(path)
    return picture.pixels


def as_eight_bits(pixels: Values) -> Values:
    return pixels if pixels.dtype == np.uint8 else np.rint(pixels / 257.0)


def turned(upright: Values, orientation: int) -> Values:
    """What a camera stores so that a reader that obeys the tag sees it upright."""
    return np.ascontiguousarray({
        1: lambda x: x, 2: lambda x: x[:, ::-1], 3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1], 5: lambda x: x.swapaxes(0, 1),
        6: lambda x: np.rot90(x), 7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
        8: lambda x: np.rot90(x, -1),
    }[orientation](upright))  # fmt: skip


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize("suffix", [".png", ".tif", "-big.tif"])
def test_values_of_any_depth_in_a_file_of_16_bits(
    tmp_path: Path, bits: int, colour: bool, suffix: str
) -> None:
    values = (colours() if colour else ramp()).astype(np.float64)
    values *= 255.0 / values.max()
    deep = np.rint(values / 255.0 * ((1 << bits) - 1)).astype(np.uint16)
    path = tmp_path / f"leg{suffix}"
    if suffix == ".png":
        cv2.imwrite(str(path), deep[..., ::-1] if colour else deep)
    else:
        order: Literal[">", "<"] = ">" if "big" in suffix else "<"
        photometric = "rgb" if colour else "minisblack"
        tifffile.imwrite(path, deep, byteorder=order, photometric=photometric)
    picture = read_one_picture(path)
    assert np.abs(as_eight_bits(picture.pixels) - values).max() <= 1
    assert picture.bits == bits
    assert bool(picture.remarks) == (bits != 16)
    if bits != 16:
        assert f"{bits} bits" in picture.remarks[0]


def test_a_few_hot_pixels_do_not_make_twelve_bits_sixteen(tmp_path: Path) -> None:
    deep = np.tile(ramp().astype(np.uint16) * 16, (10, 10))
    deep[5, 5:9] = 65535
    tifffile.imwrite(tmp_path / "hot.tif", deep)
    assert read_one_picture(tmp_path / "hot.tif").bits == 12


@pytest.mark.parametrize(
    ("full", "dtype"),
    [
        (1.0, np.float16), (1.0, np.float32), (1.0, np.float64), (255.0, np.float16),
        (255.0, np.float32), (4095.0, np.float32), (65535.0, np.float64),
    ],
)  # fmt: skip
def test_floats_of_any_full_white(tmp_path: Path, full: float, dtype: type) -> None:
    values = ramp() / 255.0
    values /= values.max()
    tifffile.imwrite(tmp_path / "leg.tif", (values * full).astype(dtype))
    pixels = as_eight_bits(only(tmp_path / "leg.tif"))
    assert np.abs(pixels - 255.0 * values).max() <= 1.5


def test_floats_that_a_sharpening_filter_left_are_taken(tmp_path: Path) -> None:
    values: Values = np.linspace(-0.02, 1.03, 48 * 64, dtype=np.float32)
    values.shape = SHAPE
    tifffile.imwrite(tmp_path / "leg.tif", values)
    assert only(tmp_path / "leg.tif").max() == 65535


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.full(SHAPE, np.nan, np.float32), "NaN"),
        (np.linspace(-1, 1, 48 * 64).reshape(SHAPE).astype(np.float32), "-1 to 1"),
        (np.linspace(0, 1e12, 48 * 64).reshape(SHAPE), "1e"),
        (np.arange(48 * 64).reshape(SHAPE).astype(np.int16) - 99, "-99"),
    ],
    ids=["nan", "signed", "huge", "negative"],
)
def test_values_that_are_no_brightness_are_refused(
    tmp_path: Path, values: Values, word: str
) -> None:
    tifffile.imwrite(tmp_path / "leg.tif", values)
    with pytest.raises(DeviceUnsupportedError, match=word):
        read_pictures(tmp_path / "leg.tif")


def test_a_picture_with_hardly_any_light_says_so(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "dim.png"), ramp() // 16)
    assert "very dark" in read_one_picture(tmp_path / "dim.png").remarks[0]


HOLE = np.s_[10:30, 20:40]


def alpha(dtype: type = np.uint8) -> Values:
    values: Values = np.full(SHAPE, np.iinfo(dtype).max, dtype)
    values[HOLE] = 0
    return values


def write_transparent(path: Path, kind: str) -> None:
    grey, rgb = ramp(), colours()
    if kind == "rgba.png":
        Image.fromarray(np.dstack([rgb, alpha()])).save(path)
    elif kind == "rgba16.png":
        deep = np.dstack([rgb.astype(np.uint16) * 257, alpha(np.uint16)])
        cv2.imwrite(str(path), deep)
    elif kind == "grey.png":
        Image.fromarray(np.dstack([grey, alpha()]), "LA").save(path)
    elif kind == "palette.png":
        grey[grey == 7], grey[HOLE] = 8, 7
        Image.fromarray(grey).convert("P").save(path, transparency=7)
    elif kind == "key.png":
        grey[grey == 7], grey[HOLE] = 8, 7
        Image.fromarray(grey).save(path, transparency=7)
    elif kind == "key-rgb.png":
        rgb[HOLE] = (1, 2, 3)
        Image.fromarray(rgb).save(path, transparency=(1, 2, 3))
    elif kind == "rgba.webp":
        Image.fromarray(np.dstack([rgb, alpha()])).save(path, lossless=True, exact=True)
    elif kind == "rgba.tif":
        tifffile.imwrite(
            path,
            np.dstack([rgb, alpha()]),
            photometric="rgb",
            extrasamples=["unassalpha"],
        )
    elif kind == "grey.tif":
        tifffile.imwrite(
            path, np.dstack([grey, alpha()]), photometric="minisblack",
            planarconfig="contig", extrasamples=["unassalpha"],
        )  # fmt: skip
    elif kind == "lzw.tif":
        Image.fromarray(np.dstack([rgb, alpha()])).save(path, compression="tiff_lzw")
    elif kind == "grey.gif":
        grey[grey == 7], grey[HOLE] = 8, 7
        Image.fromarray(grey).save(path, transparency=7)


@pytest.mark.parametrize(
    "kind",
    [
        "rgba.png", "rgba16.png", "grey.png", "palette.png", "key.png", "key-rgb.png",
        "rgba.webp", "rgba.tif", "grey.tif", "lzw.tif", "grey.gif",
    ],
)  # fmt: skip
def test_what_transparency_hides_is_black_and_named(tmp_path: Path, kind: str) -> None:
    write_transparent(tmp_path / kind, kind)
    picture = read_one_picture(tmp_path / kind)
    assert picture.hidden is not None
    expected = np.zeros(SHAPE, bool)
    expected[HOLE] = True
    np.testing.assert_array_equal(picture.hidden, expected)
    assert not picture.pixels[HOLE].any()
    assert picture.pixels[~expected].all()
    assert "transparent" in picture.remarks[0]


@pytest.mark.parametrize("level", [0, 90, 255])
def test_transparency_that_is_the_same_everywhere_hides_nothing(
    tmp_path: Path, level: int
) -> None:
    picture = np.dstack([colours(), np.full(SHAPE, level, np.uint8)])
    Image.fromarray(picture).save(tmp_path / "leg.png")
    read = read_one_picture(tmp_path / "leg.png")
    assert read.hidden is None
    np.testing.assert_array_equal(read.pixels, colours())


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_every_page_of_a_tiff_is_read(
    tmp_path: Path, count: int, compression: str | None
) -> None:
    pages = [Image.fromarray(np.roll(ramp(), k, axis=1)) for k in range(count)]
    pages[0].save(
        tmp_path / "leg.tif", save_all=True, append_images=pages[1:],
        compression=compression,
    )  # fmt: skip
    read = read_pictures(tmp_path / "leg.tif")
    assert [(one.page, one.pages) for one in read] == [
        (page, count) for page in range(1, count + 1)
    ]
    for k, one in enumerate(read):
        np.testing.assert_array_equal(one.pixels, np.roll(ramp(), k, axis=1))
    with pytest.raises(DeviceUnsupportedError, match=f"holds {count} pictures"):
        read_one_picture(tmp_path / "leg.tif")
    with open_camera(f"file:{tmp_path / 'leg.tif'}?fps=0") as camera:
        assert len(list(camera)) == count


def test_the_small_copies_of_a_pyramid_are_no_pictures_of_their_own(
    tmp_path: Path,
) -> None:
    with tifffile.TiffWriter(tmp_path / "leg.tif") as file:
        file.write(ramp(), photometric="minisblack")
        file.write(ramp()[::2, ::2], subfiletype=1, photometric="minisblack")
    assert only(tmp_path / "leg.tif").shape == SHAPE


def test_an_animation_gives_each_picture(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.roll(ramp(), 9 * k, axis=1)) for k in range(3)]
    for name in ("leg.gif", "leg.webp", "leg.png"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        assert len(read_pictures(tmp_path / name)) == 3, name


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", "-lzw.tif"])
def test_it_is_upright_as_the_file_says(
    tmp_path: Path, orientation: int, suffix: str
) -> None:
    path = tmp_path / f"leg{suffix}"
    stored = turned(colours(), orientation)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    if suffix == ".tif":
        tag = [(ORIENTATION, "H", 1, orientation, True)]
        tifffile.imwrite(path, stored, photometric="rgb", extratags=tag)
    elif suffix == "-lzw.tif":
        Image.fromarray(stored).save(
            path, compression="tiff_lzw", tiffinfo={ORIENTATION: orientation}
        )
    else:
        how: dict[str, Any] = {"quality": 98, "subsampling": 0}
        if suffix == ".webp":
            how = {"lossless": True}
        Image.fromarray(stored).save(path, exif=exif, **how)
    pixels = only(path)
    assert pixels.shape == (*SHAPE, 3)
    assert np.abs(pixels.astype(int) - colours()).mean() < 3


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_white_may_be_zero(tmp_path: Path, bits: int) -> None:
    full = (1 << bits) - 1
    values = ramp().astype(np.float64) - ramp().min()
    values *= full / values.max()
    stored = full - np.rint(values).astype(np.uint16 if bits > 8 else np.uint8)
    tifffile.imwrite(tmp_path / "leg.tif", stored, photometric="miniswhite")
    pixels = as_eight_bits(only(tmp_path / "leg.tif"))
    assert np.abs(pixels - 255.0 * values / full).max() <= 1


def test_colours_in_planes_apart(tmp_path: Path) -> None:
    planes = np.moveaxis(colours(), -1, 0)
    tifffile.imwrite(
        tmp_path / "leg.tif", planes, photometric="rgb", planarconfig="separate"
    )
    np.testing.assert_array_equal(only(tmp_path / "leg.tif"), colours())


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_pixels_that_are_not_square_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"leg{suffix}"
    Image.fromarray(ramp()).save(path, dpi=(300, 300))
    only(path)
    Image.fromarray(ramp()).save(path, dpi=(300, 150))
    with pytest.raises(DeviceUnsupportedError, match="not square"):
        read_pictures(path)


FOREIGN = {
    "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC.*Most Compatible"),
    "photo.jpg": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
    "photo": (b"\0" * 128 + b"DICM" + b"\0" * 90, "DICOM.*export"),
    "leg.nef": (b"MM\0*" + b"\0" * 99, "raw file"),
    "leg.pdf": (b"%PDF-1.7\n", "PDF"),
    "leg.jxl": (b"\xff\x0a" + b"\0" * 99, "JPEG XL"),
    "leg.psd": (b"8BPS" + b"\0" * 99, "Photoshop"),
    "legs.zip": (b"PK\x03\x04" + b"\0" * 99, "ZIP"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_kind_that_is_not_read_is_named_with_what_to_do(
    tmp_path: Path, name: str
) -> None:
    content, word = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeviceUnsupportedError, match=word):
        read_pictures(tmp_path / name)
    camera = open_camera(f"file:{tmp_path / name}")
    with pytest.raises(DeviceUnsupportedError, match=word):
        camera.open()


def test_a_raw_file_that_is_called_tiff_is_refused(tmp_path: Path) -> None:
    tag = [(50706, "B", 4, b"\x01\x04\0\0", True)]
    tifffile.imwrite(tmp_path / "leg.tif", ramp(), extratags=tag)
    with pytest.raises(DeviceUnsupportedError, match="raw file"):
        read_pictures(tmp_path / "leg.tif")


def test_an_empty_file_says_that_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "leg.jpg").write_bytes(b"")
    with pytest.raises(DeviceDataError, match="empty"):
        read_pictures(tmp_path / "leg.jpg")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "lzw.tif", "webp", "bmp", "gif"])
def test_a_picture_that_is_cut_off_is_never_a_good_one(
    tmp_path: Path, kind: str, share: float
) -> None:
    rng = np.random.default_rng(3)
    noisy = np.clip(ramp() + rng.normal(0, 9, SHAPE), 0, 255).astype(np.uint8)
    path = tmp_path / f"leg.{kind}"
    how: dict[str, Any] = {"compression": "tiff_lzw"} if kind == "lzw.tif" else {}
    Image.fromarray(noisy).save(path, **how)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(DeviceError, match="leg"):
        read_one_picture(path)


def test_a_name_that_does_not_fit_the_content_does_not_matter(tmp_path: Path) -> None:
    with io.BytesIO() as store:
        Image.fromarray(ramp()).save(store, "PNG")
        (tmp_path / "leg.dat").write_bytes(store.getvalue())
    np.testing.assert_array_equal(only(tmp_path / "leg.dat"), ramp())


def test_recorded_pictures_keep_one_scale_though_one_of_them_is_dim(
    tmp_path: Path,
) -> None:
    for number, factor in enumerate((16, 4, 16)):
        tifffile.imwrite(
            tmp_path / f"frame-{number}.tif", ramp().astype(np.uint16) * factor
        )
    with open_camera(f"file:{tmp_path}?fps=0") as camera:
        means = [float(frame.pixels.mean()) for frame in camera]
    assert means[0] == pytest.approx(means[2])
    assert means[1] == pytest.approx(means[0] / 4, rel=0.05)
