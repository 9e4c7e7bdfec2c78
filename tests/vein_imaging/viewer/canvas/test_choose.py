"""Which canvas is taken, and that napari is never loaded where it does not draw."""

from __future__ import annotations

import subprocess
import sys

import pytest
from qtpy.QtWidgets import QApplication

from vein_imaging.viewer.canvas import choose
from vein_imaging.viewer.canvas.choose import choose_canvas, draws_slowly, renderer
from vein_imaging.viewer.canvas.qt_canvas import QtCanvas


@pytest.mark.parametrize(
    ("name", "slow"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("softpipe", True),
        ("Software Rasterizer", True),
        ("Google SwiftShader", True),
        ("GDI Generic", True),
        ("Microsoft Basic Render Driver", True),
        ("", True),
        ("NVIDIA GeForce RTX 3060/PCIe/SSE2", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", False),
        ("AMD Radeon Graphics (radeonsi, renoir)", False),
        ("Apple M2", False),
    ],
)
def test_a_renderer_is_told_by_its_name(name: str, slow: bool) -> None:
    assert draws_slowly(name) is slow


def test_without_a_graphics_card_qt_draws_and_says_so(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "renderer", lambda: "llvmpipe")
    canvas = choose_canvas("auto")
    assert isinstance(canvas, QtCanvas)
    assert "no graphics card" in canvas.drawn_by


def test_a_graphics_card_is_napari(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "renderer", lambda: "NVIDIA T400")
    canvas = choose_canvas("auto")
    assert type(canvas).__name__ == "NapariCanvas" and canvas.drawn_by == ""
    canvas.close()


def test_the_driver_is_asked(qapp: QApplication) -> None:
    # a virtual screen has OpenGL in software, or none; either is answered in words
    assert isinstance(renderer(), str)


WINDOW = """
import sys
from vein_imaging.viewer import ViewerOptions, run_viewer
run_viewer("phantom:?seed=3&size=320x240&fps=0", screenshot=sys.argv[1],
           options=ViewerOptions(size_px=(1280, 720), canvas="qt"))
loaded = [name for name in sys.modules if name.split(".")[0] in ("napari", "vispy")]
print("loaded:", loaded)
"""


def test_a_window_drawn_by_qt_never_loads_napari(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, f"{tmp_path}/window.png"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "loaded: []" in done.stdout
