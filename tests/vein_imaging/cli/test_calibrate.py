"""From a printed sheet to millimetres, by the commands alone."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from vein_calibration import SHEET, find_target
from vein_calibration.profile_file import read_profile
from vein_imaging.capture.camera_profiles import camera_identity, kept_profile
from vein_imaging.cli import main
from vein_imaging.cli.profiles import BESIDE
from vein_phantom import PhantomSettings, draw_frame
from vein_phantom.target_view import Optics, Placement, view_flat

OPTICS = Optics(
    640, 480, 800.0, (325.0, 236.0), (-0.2, 0.06, 5e-4, -4e-4, 0.0), vignetting=1.0
)
MIDDLE_MM = 85.0, 110.0
CAMERA = "http://camera.example:8080/stream"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine views of the sheet and one of it on the skin, as files."""
    folder = tmp_path_factory.mktemp("rig")
    (folder / "views").mkdir()
    ink = np.where(SHEET.draw(100) > 127, 230, 15).astype(np.uint8)
    rng = np.random.default_rng(5)
    for n in range(9):
        away = rng.uniform(-1, 1, 2) * (12, 15)
        place = Placement(
            rng.uniform(95, 150), (MIDDLE_MM[0] + away[0], MIDDLE_MM[1] + away[1]),
            18.0 if n else 0.0, 40.0 * n, rng.uniform(-180, 180),
        )  # fmt: skip
        picture = view_flat(ink, 10.0, replace(OPTICS, seed=n), place)
        cv2.imwrite(str(folder / "views" / f"{n}.png"), picture)
    on_skin = view_flat(ink, 10.0, OPTICS, Placement(120.0, MIDDLE_MM))
    cv2.imwrite(str(folder / "scale.png"), on_skin)
    return folder


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VEIN_IMAGING_CALIBRATION", str(tmp_path / "profiles"))
    return tmp_path / "profiles"


def test_the_whole_way_from_sheet_to_profile(rig: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen.png"
    done = run(
        "calibrate", "lens", rig / "views", "--camera", CAMERA, "--coverage", seen
    )
    assert done.exit_code == 0, done.output
    assert "9 views" in done.output
    assert cv2.imread(str(seen)) is not None
    done = run("calibrate", "scale", rig / "scale.png", "--camera", CAMERA, "--json")
    assert done.exit_code == 0, done.output
    profile = read_profile(Path(json.loads(done.stdout)["file"]))
    assert profile.camera == CAMERA
    assert profile.lens is not None and profile.blur is not None
    assert profile.lens.focal_px == pytest.approx(800, rel=0.003)
    assert profile.pixel_size is not None
    assert profile.pixel_size.mm_per_pixel == pytest.approx(0.15, rel=0.002)
    drawn = tmp_path / "show.png"
    done = run("calibrate", "show", "--camera", CAMERA, "--out", drawn)
    assert "mm/px" in done.output and cv2.imread(str(drawn)) is not None
    assert CAMERA in run("calibrate", "show").output
    shown = json.loads(run("calibrate", "show", "--camera", CAMERA, "--json").stdout)
    kept = kept_profile(shown["id"])
    assert kept is not None and kept.camera == CAMERA


@pytest.mark.parametrize("ending", ["pdf", "svg", "png"])
@pytest.mark.parametrize("kind", ["sheet", "checkerboard", "stickers"])
def test_targets_are_written(tmp_path: Path, kind: str, ending: str) -> None:
    out = tmp_path / f"target.{ending}"
    done = run("calibrate", "target", "--out", out, "--kind", kind, "--dpi", 100)
    assert done.exit_code == 0, done.output
    start = {"pdf": b"%PDF-", "svg": b"<?xml", "png": b"\x89PNG"}[ending]
    assert out.read_bytes().startswith(start)


def test_the_printed_sheet_is_found_at_its_true_size(tmp_path: Path) -> None:
    out = tmp_path / "target.png"
    run("calibrate", "target", "--out", out, "--dpi", 150)
    page = np.asarray(cv2.imread(str(out), 0), np.uint8)
    sighting = find_target(page, SHEET)
    assert len(sighting.ids) == 16 * 21
    assert sighting.square_px == pytest.approx(10 / 25.4 * 150, rel=0.01)


def test_a_sheet_with_another_ending_is_refused(tmp_path: Path) -> None:
    done = run("calibrate", "target", "--out", tmp_path / "target.doc")
    assert done.exit_code == 2 and "ends in .pdf, .svg or .png" in done.stderr


def test_a_coin_between_two_marks_gives_a_scale(rig: Path) -> None:
    done = run(
        "calibrate", "scale", rig / "scale.png", "--camera", CAMERA,
        "--coin", "1 euro", "--marks", "100,100 255,100",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "0.15000 mm/px" in done.output
    assert "no lens calibrated" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--marks", "1,1 9,9"], 2, "needs --length-mm or --coin"),
        (["--coin", "guinea", "--marks", "1,1 9,9"], 2, "coins known"),
        (["--length-mm", "10", "--marks", "1 9"], 2, "'x,y x,y'"),
        (["--length-mm", "10", "--marks", "1,1 900,9"], 1, "outside the picture"),
        (["--sticker-mm", "10"], 1, "no sticker 0 in the picture"),
        (["--ruler-mm", "120"], 2, "Print again at 100 %"),
        (["--squares", "many"], 2, "written 17x22"),
    ],
)
def test_what_gives_no_scale_is_one_line(
    rig: Path, arguments: list[str], code: int, words: str
) -> None:
    done = run("calibrate", "scale", rig / "scale.png", "--camera", CAMERA, *arguments)
    assert done.exit_code == code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_too_few_views_leave_no_profile(rig: Path, own_folder: Path) -> None:
    done = run("calibrate", "lens", rig / "views" / "1.png", "--camera", CAMERA)
    assert done.exit_code == 1
    assert "8 are needed" in done.stderr
    assert not own_folder.exists()


def test_the_light_is_added_to_a_profile(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for n in range(4):
        card = rng.normal(120, 2, (240, 320)).astype(np.uint8)
        cv2.imwrite(str(tmp_path / f"card{n}.png"), card)
    cards = sorted(tmp_path.glob("card*.png"))
    done = run("calibrate", "flat", *cards, "--camera", CAMERA, "--light", "nir")
    assert done.exit_code == 0, done.output
    assert "light nir: uneven by 0 %" in done.output


def test_analyse_takes_the_calibration_beside_the_picture(
    rig: Path, tmp_path: Path
) -> None:
    leg, _ = draw_frame(PhantomSettings(seed=3, width_px=640, height_px=480))
    cv2.imwrite(str(tmp_path / "leg.png"), leg)
    scale = rig / "scale.png"
    beside = tmp_path / BESIDE
    done = run("calibrate", "scale", scale, "--camera", CAMERA, "--profile", beside)
    assert done.exit_code == 0, done.output
    analysed = run("analyse", tmp_path / "leg.png", "--out", tmp_path / "a", "--json")
    assert analysed.exit_code == 0, analysed.output
    (summary,) = json.loads(analysed.stdout)
    # without a lens the scale is known less well, and says so
    sd_mm = summary["mm_per_pixel_sd"]
    assert summary["mm_per_pixel"] == pytest.approx(0.15, abs=2 * sd_mm)
    assert 0 < sd_mm < 0.003
    assert summary["length_sd_mm"] > 0
    assert len(summary["calibration"]) == 64
    bare = run(
        "analyse", tmp_path / "leg.png", "--out", tmp_path / "b", "--json",
        "--no-profile",
    )  # fmt: skip
    (summary,) = json.loads(bare.stdout)
    assert summary["mm_per_pixel"] is None and "length_mm" not in summary


def test_capture_puts_the_calibration_of_its_camera_beside_the_frames(
    rig: Path, tmp_path: Path
) -> None:
    url = "phantom:?seed=3&size=640x480&fps=0"
    done = run("calibrate", "scale", rig / "scale.png", "--camera", url)
    assert done.exit_code == 0, done.output
    out = tmp_path / "frames"
    done = run("capture", url, "--frames", "2", "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["calibration"]
    assert read_profile(out / BESIDE).camera == "phantom:"


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("phantom:?seed=4&fps=0", "phantom:"),
        ("phantom:?mm_per_pixel=0.1&seed=4", "phantom:?mm_per_pixel=0.1"),
        ("http://user:secret@host/path?x=1", "http://host/path"),
        ("vc0706:/dev/ttyUSB0?size=640x480", "vc0706:/dev/ttyUSB0"),
        ("uvc:ABC123?size=640x480", "uvc:ABC123"),
    ],
)
def test_a_camera_is_known_without_what_may_change(url: str, identity: str) -> None:
    assert camera_identity(url) == identity


def test_a_damaged_profile_stops_rather_than_measure_without(
    rig: Path, tmp_path: Path
) -> None:
    (tmp_path / BESIDE).write_text("{", "utf-8")
    cv2.imwrite(str(tmp_path / "leg.png"), np.full((480, 640), 90, np.uint8))
    done = run("analyse", tmp_path / "leg.png", "--out", tmp_path / "a")
    assert done.exit_code == 1 and "cut off" in done.stderr
