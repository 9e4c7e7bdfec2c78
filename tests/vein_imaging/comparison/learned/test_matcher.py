"""The better matcher: missing, damaged, and at work where it was set up."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from vein_imaging.comparison.learned.graph_files import (
    GRAPHS,
    find_graphs,
    graph_folder,
    write_manifest,
)
from vein_imaging.comparison.learned.install import install, run_install
from vein_imaging.comparison.learned.matcher import LearnedMatcher
from vein_phantom import PhantomSettings, draw_frame

INSTALLED = platformdirs.user_cache_path("vein-imaging") / "matcher"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in GRAPHS:
        (tmp_path / name).write_bytes(name.encode())
    write_manifest(tmp_path)
    monkeypatch.setenv("VEIN_IMAGING_MATCHER", str(tmp_path))
    return tmp_path


def test_what_was_written_is_found(folder: Path) -> None:
    assert find_graphs() == (b"disk.onnx", b"lightglue.onnx")
    assert graph_folder() == folder and run_install([]) == 0


@pytest.mark.parametrize("name", GRAPHS)
def test_a_damaged_network_is_not_run(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"disk.onny")
    assert find_graphs() is None and run_install([]) == 1


@pytest.mark.parametrize("name", [*GRAPHS, "sha256.json"])
def test_a_missing_file_means_not_installed(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert find_graphs() is None


def test_a_manifest_that_is_none_means_not_installed(folder: Path) -> None:
    for text in ("", "[]", "{"):
        (folder / "sha256.json").write_text(text)
        assert find_graphs() is None


def test_another_wheel_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing was written"):
        install(b"PK another", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.fixture(scope="module")
def matcher() -> LearnedMatcher:
    graphs = find_graphs(INSTALLED)
    if graphs is None:
        pytest.skip("the better matcher is not installed here; make setup fetches it")
    return LearnedMatcher(*graphs)


def test_a_picture_matches_itself_moved(matcher: LearnedMatcher) -> None:
    leg = PhantomSettings(seed=3, width_px=480, height_px=320, mm_per_pixel=0.16)
    grey, _ = draw_frame(leg)
    picture = np.repeat(grey[..., None], 3, axis=2)
    one, other = picture[:-16, :-32].copy(), picture[16:, 32:].copy()
    skin = np.ones(one.shape[:2], np.bool_)
    ours, theirs = matcher.match((one, skin), (other, skin))
    assert len(ours) > 100
    off = np.hypot(*(ours - theirs - np.array([32, 16])).T)
    assert np.median(off) < 0.6 and (off < 2).mean() > 0.95


def test_points_lie_on_the_skin_and_all_over_it(matcher: LearnedMatcher) -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 255, (200, 300, 3), np.uint8)
    skin = np.zeros((200, 300), np.bool_)
    skin[40:160, 50:250] = True
    found = matcher.describe(picture, skin)
    columns, rows = np.rint(found.xy).astype(int).T
    assert skin[rows, columns].all()
    counts, _, _ = np.histogram2d(columns, rows, bins=(4, 3))
    assert counts.min() > 0.3 * counts.mean()
    nowhere = matcher.describe(picture, np.zeros_like(skin))
    assert not len(nowhere.xy)


def test_the_tests_do_without_it() -> None:
    assert os.environ["VEIN_IMAGING_MATCHER"] == os.devnull and find_graphs() is None
