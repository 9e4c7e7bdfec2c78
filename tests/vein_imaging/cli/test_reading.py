"""One reader for `analyse`, `compare` and `calibrate`: files as people have them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import click
import cv2
import numpy as np
import pytest
import tifffile
from click.testing import CliRunner, Result
from PIL import Image

from vein_calibration.errors import TargetError
from vein_imaging.cli.analyse import analyse_command
from vein_imaging.cli.calibrating import pictures_of
from vein_imaging.cli.compare import compare_command
from vein_imaging.cli.devices import devices
from vein_imaging.cli.reading import one_picture, pictures_of_file
from vein_phantom import PhantomSettings, draw_frame

Picture = np.ndarray[Any, Any]
MM = 0.125


@pytest.fixture(scope="module")
def leg() -> Picture:
    settings = PhantomSettings(seed=4, width_px=640, height_px=360, mm_per_pixel=MM)
    pixels, _ = draw_frame(settings)
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def analysed(tmp_path: Path, *files: Path, mm: float = MM, more: str = "") -> Result:
    arguments = [*map(str, files), "--out", str(tmp_path / "out"), "--json"]
    arguments += ["--mm-per-pixel", str(mm), "--quality", "fast", *more.split()]
    return CliRunner().invoke(analyse_command, arguments)


def length_mm(tmp_path: Path, file: Path) -> float:
    result = analysed(tmp_path, file)
    assert result.exit_code == 0, result.output
    return float(json.loads(result.stdout)[0]["length_mm"])


def saved(path: Path, picture: Picture) -> Path:
    if path.suffix == ".tif":
        tifffile.imwrite(path, picture, photometric="minisblack")
    else:
        Image.fromarray(picture).save(path)
    return path


@pytest.fixture(scope="module")
def known_mm(leg: Picture, tmp_path_factory: pytest.TempPathFactory) -> float:
    folder = tmp_path_factory.mktemp("known")
    length = length_mm(folder, saved(folder / "leg.png", leg))
    assert length > 50
    return length


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_few_bits_in_a_file_of_16_give_the_same_veins_and_a_word(
    leg: Picture, known_mm: float, tmp_path: Path, bits: int
) -> None:
    deep = (leg.astype(np.uint32) * ((1 << bits) - 1) // 255).astype(np.uint16)
    deep[0, 0] = (1 << bits) - 1
    path = saved(tmp_path / "leg.tif", deep)
    assert length_mm(tmp_path, path) == pytest.approx(known_mm, rel=0.02)
    assert f"{bits} bits" in analysed(tmp_path, path).stderr


def test_a_float_picture_gives_the_same_veins(
    leg: Picture, known_mm: float, tmp_path: Path
) -> None:
    path = saved(tmp_path / "leg.tif", (leg / 255.0).astype(np.float32))
    assert length_mm(tmp_path, path) == pytest.approx(known_mm, rel=0.02)


def test_what_is_transparent_is_not_measured(leg: Picture, tmp_path: Path) -> None:
    alpha = np.full(leg.shape, 255, np.uint8)
    alpha[:, :320] = 0
    rubbish = np.random.default_rng(1).integers(0, 255, leg.shape, np.uint8)
    lines = np.where(alpha == 0, rubbish, leg)
    path = tmp_path / "cut.png"
    Image.fromarray(np.dstack([lines, alpha]), "LA").save(path)
    result = analysed(tmp_path, path)
    assert result.exit_code == 0, result.output
    assert "50 % of the picture is transparent" in result.stderr
    mask = cv2.imread(str(tmp_path / "out/cut-mask.png"), 0)
    assert mask is not None
    assert not mask[:, :320].any()
    assert mask[:, 320:].any()


def test_every_page_is_analysed_by_its_own_name(leg: Picture, tmp_path: Path) -> None:
    path = saved(tmp_path / "leg.tif", np.stack([leg, leg[::-1], leg]))
    result = analysed(tmp_path, path)
    names = [one["name"] for one in json.loads(result.stdout)]
    assert names == ["leg-page001", "leg-page002", "leg-page003"]
    assert (tmp_path / "out/leg-page003-overlay.png").exists()


def test_pages_are_refused_where_one_picture_is_wanted(
    leg: Picture, tmp_path: Path
) -> None:
    path = saved(tmp_path / "leg.tif", np.stack([leg, leg]))
    with pytest.raises(click.UsageError, match="2 pictures"):
        one_picture(path)


@pytest.mark.parametrize("name", ["leg.jpg", "leg.heic", "leg.dcm", "leg.mp4"])
@pytest.mark.parametrize("content", [b"", b"nothing of a picture" * 40])
def test_no_file_ends_in_a_traceback(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = analysed(tmp_path, path)
    assert result.exit_code == 2
    assert name in result.output
    assert isinstance(result.exception, SystemExit)
    if not content:
        assert "empty" in result.output


def test_a_thumbnail_says_so(leg: Picture, tmp_path: Path) -> None:
    small = cv2.resize(leg, (160, 90), interpolation=cv2.INTER_AREA)
    result = analysed(tmp_path, saved(tmp_path / "leg.jpg", np.asarray(small)), mm=0.5)
    assert result.exit_code == 0
    assert "160 x 90 px" in result.stderr
    whole = analysed(tmp_path, saved(tmp_path / "whole.png", leg))
    assert "thumbnail" not in whole.stderr


def test_a_damaged_jpeg_is_not_measured(leg: Picture, tmp_path: Path) -> None:
    path = saved(tmp_path / "leg.jpg", leg)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    path.write_bytes(data)
    result = analysed(tmp_path, path)
    assert result.exit_code == 2
    assert "damaged" in result.output


@pytest.mark.parametrize("suffix", ["wmv", "mpg", "3gp", "ts", "mts", "avi", "MP4"])
def test_a_clip_of_any_container_is_analysed(
    leg: Picture, tmp_path: Path, suffix: str
) -> None:
    path = clip(tmp_path / f"clip.{suffix}", leg)
    result = analysed(tmp_path, path, more="--every 2")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)) >= 2


def clip(path: Path, leg: Picture, aspect: Fraction | None = None) -> Path:
    codecs = {"wmv": "wmv2", "mpg": "mpeg2video", "avi": "mjpeg"}
    codec = codecs.get(path.suffix.lower()[1:], "libx264")
    kind = "mpegts" if path.suffix in (".ts", ".mts") else None
    with av.open(str(path), "w", format=kind) as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height = leg.shape[1], leg.shape[0]
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(np.dstack([leg] * 3), format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())
    return path


def test_a_clip_whose_pixels_are_not_square_is_measured_square_and_says_so(
    leg: Picture, known_mm: float, tmp_path: Path
) -> None:
    narrow = cv2.resize(leg, (320, 360), interpolation=cv2.INTER_AREA)
    path = clip(tmp_path / "clip.mp4", narrow, Fraction(2))
    result = analysed(tmp_path, path, more="--every 9")
    assert "not square" in result.stderr
    (one,) = json.loads(result.stdout)
    assert one["length_mm"] == pytest.approx(known_mm, rel=0.25)
    overlay = cv2.imread(str(tmp_path / "out/clip-000000-overlay.png"))
    assert overlay is not None
    assert overlay.shape == (360, 640, 3)


def test_a_cut_clip_and_its_damaged_frames_are_named(
    leg: Picture, tmp_path: Path
) -> None:
    path = clip(tmp_path / "clip.avi", leg)
    data = bytearray(path.read_bytes())
    second = data.index(b"\xff\xd8\xff", data.index(b"\xff\xd8\xff") + 3)
    data[second + 700 : second + 1500] = bytes(800)
    path.write_bytes(data[: data.index(b"idx1")])
    result = analysed(tmp_path, path)
    assert "cut off" in result.stderr
    assert "damaged frame was left out, not measured: 1" in result.stderr
    frames = [one["name"] for one in json.loads(result.stdout)]
    assert frames == ["clip-000000", "clip-000002", "clip-000003"]


def test_trying_a_cut_clip_does_not_begin_again(leg: Picture, tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.avi", leg)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 7 // 10])
    result = CliRunner().invoke(
        devices, ["test", f"file:{path}?fps=0", "--seconds", "5", "--json"]
    )
    done = json.loads(result.stdout)
    assert done["frames"] <= 4
    assert any("cut off" in reason for reason in done["reasons"])


def test_compare_reads_every_kind_as_analyse_does(leg: Picture, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = tmp_path / "phone.jpg"
    Image.fromarray(np.ascontiguousarray(np.rot90(leg))).save(
        turned, exif=exif, quality=97
    )
    files = {
        "exif": turned,
        "float": saved(tmp_path / "float.tif", (leg / 255).astype(np.float32)),
        "low": saved(tmp_path / "low.tif", leg.astype(np.uint16) * 16),
        "plain": saved(tmp_path / "plain.png", leg),
    }
    for kind, path in files.items():
        picture = one_picture(path).pixels
        assert picture.shape == leg.shape, kind
        (same,) = pictures_of_file(path)
        np.testing.assert_array_equal(same.pixels, picture)
        ((_, view),) = pictures_of([path])
        assert view.shape == leg.shape, kind


def test_calibrate_names_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "leg.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    with pytest.raises(TargetError, match="HEIC"):
        list(pictures_of([tmp_path / "leg.heic"]))


def test_pixels_per_mm_typed_for_mm_per_pixel_is_said(
    leg: Picture, tmp_path: Path
) -> None:
    path = saved(tmp_path / "leg.png", leg)
    result = analysed(tmp_path, path, mm=8.0)
    assert "0.125 mm per pixel" in result.stderr
    assert "scale_doubt" in json.loads(result.stdout)[0]
    later = saved(tmp_path / "later.png", np.flipud(leg))
    compared = CliRunner().invoke(
        compare_command,
        [str(path), str(later), "--out", str(tmp_path / "c"), "--mm-per-pixel", "8"],
    )
    assert compared.exit_code == 2
    assert "0.125 mm per pixel" in compared.output
    assert "scale_doubt" not in json.loads(analysed(tmp_path, path).stdout)[0]
