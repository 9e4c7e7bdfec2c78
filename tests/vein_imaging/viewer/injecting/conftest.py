"""The inject page wired to a real store of practice, without a camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from vein_imaging.storage import StoredEvent
from vein_imaging.treatment import Site, Visit
from vein_imaging.treatment.practice import practice_visit
from vein_imaging.viewer.canvas.picture_canvas import SiteMark
from vein_imaging.viewer.injecting.injection_panel import InjectionPanel
from vein_imaging.viewer.injecting.wiring import SiteRecorder

WAIT_MS = 20_000  # a machine that does other things as well is slow


class DrawnMarks:
    """A canvas of which only the marks are looked at."""

    marks: tuple[SiteMark, ...] = ()

    def show_sites(self, marks: Sequence[SiteMark]) -> None:
        self.marks = tuple(marks)


@dataclass
class Desk:
    """One window's inject page."""

    qtbot: QtBot
    visit: Visit
    window: QWidget
    panel: InjectionPanel
    recorder: SiteRecorder
    canvas: DrawnMarks = field(default_factory=DrawnMarks)

    @property
    def headline(self) -> str:
        return str(self.panel.dose.headline.text())

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=WAIT_MS)

    def checked(self) -> str:
        """The verdict on what is typed now."""
        self.until(lambda: not self.recorder.checker.busy)
        self.until(lambda: "Checking" not in self.headline)
        return self.headline

    def fill_in(self, volume_ml: str, **texts: str) -> None:
        form = self.panel.form
        form.product.setCurrentIndex(form.product.findData("asclera"))
        form.fields["concentration_percent"].setText("0.5")
        for name, text in texts.items():
            form.fields[name].setText(text)
        form.fields["volume_ml"].setText(volume_ml)

    def click(self, point_rc: tuple[float, float] = (40, 60), seed: int = 0) -> None:
        self.recorder._forget_last()
        self.recorder.clicked(Site(point_rc, skin(seed)), None)

    def events(self) -> tuple[StoredEvent, ...]:
        return self.visit._signed_in.events(self.visit.head.session_id)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def boxes(self) -> list[QMessageBox]:
        return [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]


def skin(seed: int = 0) -> Any:
    """A textured picture, as skin with veins is, of 360 x 480 px."""
    rng = np.random.default_rng(seed)
    rough = np.kron(rng.normal(0, 1, (45, 60)), np.ones((8, 8)))
    fine = rng.normal(0, 0.5, (360, 480))
    return np.clip(128 + 30 * rough + 12 * fine, 0, 255).astype(np.uint8)


def at_desk(qtbot: QtBot, visit: Visit, width: int = 500, height: int = 520) -> Desk:
    """Open the inject page of a visit."""
    window = QWidget()
    qtbot.addWidget(window)
    log = visit.log
    panel = InjectionPanel(tuple(log.names.items()), ask_weight=log.weight_matters)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(panel)
    canvas = DrawnMarks()
    recorder = SiteRecorder(visit, panel, canvas, window)  # type: ignore[arg-type]
    window.resize(width, height)
    window.show()
    return Desk(qtbot, visit, window, panel, recorder, canvas)


@pytest.fixture
def visit() -> Iterator[Visit]:
    with practice_visit("US", "UTC") as visit:
        yield visit


@pytest.fixture
def desk(qtbot: QtBot, visit: Visit) -> Iterator[Desk]:
    desk = at_desk(qtbot, visit)
    yield desk
    desk.recorder.close()
    desk.until(lambda: not desk.recorder.checker.busy)
