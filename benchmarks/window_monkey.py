"""A thousand seeded random clicks, keys, pastes and drags in the real window.

    scripts/with-display python benchmarks/window_monkey.py --steps 1000 --seeds 3

After each step: no exception; what the record held is still there, byte for byte; and
each injection in it stands in the list. Between the random steps whole injections are
typed and clicked, so that there is a record to lose. A window that was closed is opened
again. A short run is tests/vein_imaging/viewer/test_window_monkey.py.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from qtpy.QtCore import QPoint, QPointF, Qt, QTimer
from qtpy.QtGui import QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QApplication, QComboBox, QMenu, QWidget

from vein_devices.supervision.supervisor import supervise
from vein_imaging.capture import LiveFeed
from vein_imaging.pipeline import AnalysisSettings, LiveStep
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.treatment import AtWork, Visit
from vein_imaging.treatment.practice import (
    Clocks,
    at_invented_work,
    invented_clinic,
    nothing_against,
)
from vein_imaging.viewer.application import application
from vein_imaging.viewer.options import ViewerOptions
from vein_imaging.viewer.window import ViewerWindow

_test: Any = QTest  # PyQt6's stubs forget that its functions are static
FIRST_S = 60.0
"""For the first picture and the first injection, on a busy machine."""
PASSWORD = "nobody needs to know it"
PASTED = (
    "0.5",
    "1,000",
    "-1",
    "999999999999999999999",
    "1e400",
    "\N{ARABIC-INDIC DIGIT FIVE}",
    "'; drop table event; --",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc\n\n\tdef",
    "\0\x07\x1b[31m",
    "<b>bold</b><img src=x>",
    "x" * 20_000,
    "\N{CLAPPER BOARD}" * 40,
    "31.02.2027",
    "",
)
NAMES = """
Space Return Enter Escape Tab Backtab Delete Backspace Insert Home End Up Down Left
Right PageUp PageDown F1 F5 F11 Menu A C D L N P Q S V W X Y Z 0 1 5 9 Comma Period
Minus Plus
"""
KEYS = tuple(Qt.Key[f"Key_{name}"] for name in NAMES.split())
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
DOSE = {"concentration_percent": "0.5", "volume_ml": "0.1", "site": "left thigh"}
POPUP_MS = 60
"""A menu has an event loop of its own: a random key is pressed this much later."""


class Monkey:
    """A person who presses anything.

    Parameters
    ----------
    seed : int
    work : AtWork
    visit : Visit
    """

    def __init__(self, seed: int, work: AtWork, visit: Visit) -> None:
        self.rng = random.Random(seed)
        self.work = work
        self.visit = visit
        self.faults: list[str] = []
        self.done: Counter[str] = Counter()
        self.windows = self.injections = 0
        self._leaving = QTimer()
        self._leaving.timeout.connect(self._leave_menu)
        self.window = self._open()
        self.known = self._stored()

    def _open(self) -> ViewerWindow:
        feed = LiveFeed(
            supervise("phantom:?seed=3&size=480x320"),
            lambda settings, frame: LiveStep(
                AnalysisSettings(quality="fast", sensitivity=settings.sensitivity), 0.2
            ),
        )
        window = ViewerWindow(
            feed,
            self.visit,
            work=self.work,
            options=ViewerOptions(canvas="qt"),
        )
        window.ended.connect(self._closed)
        window.show((1280, 720))
        self.windows += 1
        self.over = False
        return window

    def _closed(self, _: str) -> None:
        self.over = True

    def _stored(self) -> tuple[object, ...]:
        fresh = self.work.reopen(self.visit.head.session_id)
        return tuple(fresh.record.history.events)

    def close(self) -> None:
        """Close the window that is open."""
        self.window.close()
        settle(5)

    # --- what a person does ------------------------------------------------------

    def step(self) -> None:
        """Do one thing, and check what must hold after it."""
        if self.over:
            self.window = self._open()
        what: Callable[[], None] = self.rng.choices(
            (self.click, self.key, self.paste, self.drag, self.wheel, self.inject),
            (35, 25, 12, 10, 6, 12),
        )[0]
        self.done[what.__name__] += 1
        self._leaving.start(POPUP_MS)
        what()
        self._leaving.stop()
        settle(3)
        self._check(what.__name__)

    def _leave_menu(self) -> None:
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            down = self.rng.random() < 0.5
            if down:
                _test.keyClick(popup, Qt.Key.Key_Down)
            _test.keyClick(popup, Qt.Key.Key_Return if down else Qt.Key.Key_Escape)

    def _top(self) -> QWidget:
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if popup is not None:
            return popup
        shown = [
            one
            for one in QApplication.topLevelWidgets()
            if one.isVisible() and one.isEnabled() and one.width() > 1
        ]
        return self.rng.choice(shown) if shown else self.window

    def _widget(self) -> QWidget:
        top = self._top()
        inside = [
            one
            for one in top.findChildren(QWidget)
            if one.isVisible() and one.isEnabled() and one.width() > 1
        ]
        buttons = [
            one for one in inside if isinstance(one, (QAbstractButton, QComboBox))
        ]
        if buttons and self.rng.random() < 0.6:
            return self.rng.choice(buttons)
        return self.rng.choice(inside) if inside else top

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(
            self.rng.randrange(max(1, widget.width())),
            self.rng.randrange(max(1, widget.height())),
        )

    def click(self) -> None:
        """Click anything, with any button."""
        widget = self._widget()
        buttons = Qt.MouseButton
        button = self.rng.choices(
            (buttons.LeftButton, buttons.RightButton, buttons.MiddleButton), (8, 1, 1)
        )[0]
        act = _test.mouseDClick if self.rng.random() < 0.15 else _test.mouseClick
        act(widget, button, pos=self._place(widget))

    def key(self) -> None:
        """Press any key where the keyboard is."""
        target = QApplication.focusWidget() or self._top()
        for _ in range(self.rng.randint(1, 4)):
            key, modifier = self.rng.choice(KEYS), self.rng.choice(MODIFIERS)
            if target.isVisible():
                _test.keyClick(target, key, modifier)

    def paste(self) -> None:
        """Paste what no field expects."""
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(self.rng.choice(PASTED))
        target = QApplication.focusWidget() or self._widget()
        _test.keyClick(target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    def drag(self) -> None:
        """Press here, let go there."""
        widget = self._widget()
        _test.mousePress(widget, Qt.MouseButton.LeftButton, pos=self._place(widget))
        for _ in range(3):
            _test.mouseMove(widget, self._place(widget))
        _test.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=self._place(widget))

    def wheel(self) -> None:
        """Turn the wheel over anything."""
        widget = self._widget()
        at = QPointF(self._place(widget))
        turned = QPoint(0, self.rng.choice((-1200, -120, 120, 1200)))
        QApplication.sendEvent(
            widget,
            QWheelEvent(
                at,
                QPointF(widget.mapToGlobal(at.toPoint())),
                QPoint(),
                turned,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    def inject(self) -> None:
        """Type a whole injection and click a site, where no question is open."""
        for _ in range(4):
            question = QApplication.activeModalWidget()
            if question is None:
                break
            _test.keyClick(question, Qt.Key.Key_Escape)
            settle(2)
        else:
            return
        if self.over:
            return
        form = self.window.panel.form
        form.product.setEditText("Polidocanol")
        for name, text in DOSE.items():
            form.fields[name].setText(text)
        self.window.panel.log_sites.setChecked(True)
        settle(3)
        canvas, shown = self.window.canvas, self.window.live.shown
        if shown is None:
            return
        rows, columns = shown.picture.shape[:2]
        at = (self.rng.uniform(1, rows - 2), self.rng.uniform(1, columns - 2))
        place = canvas.to_screen(at)
        if canvas.surface.rect().contains(place):
            _test.mouseClick(canvas.surface, Qt.MouseButton.LeftButton, pos=place)

    def first_injection(self) -> None:
        """Record one as soon as there is a picture: something to lose."""
        end_s = time.monotonic() + FIRST_S
        while not self.injections and time.monotonic() < end_s:
            self.inject()
            settle(20)
            self._check("first injection")

    # --- what must hold ----------------------------------------------------------

    def _check(self, after: str) -> None:
        now = self._stored()
        if now[: len(self.known)] != self.known:
            self.faults.append(f"{after}: an entry of the record changed")
        self.known = now
        recorded = self.work.reopen(self.visit.head.session_id).session.entries
        self.injections = len(recorded)
        if self.over:
            return
        listed = listed_numbers(self.window)
        if len(recorded) != len(listed):
            self.faults.append(
                f"{after}: {len(recorded)} injections recorded, {len(listed)} listed"
            )


def listed_numbers(window: ViewerWindow) -> set[str]:
    """Numbers of the entries in the window's list."""
    table = window.panel.log.table
    texts = (table.item(row, 0) for row in range(table.rowCount()))
    return {one.text() for one in texts if one is not None and one.text().isdigit()}


def settle(turns: int) -> None:
    """Let Qt do what waits."""
    for _ in range(turns):
        QApplication.processEvents()


@contextmanager
def exceptions_kept(faults: list[str]) -> Iterator[None]:
    """Collect what escapes from a slot; PyQt would end the process."""
    before = sys.excepthook

    def keep(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = "" if trace is None else trace.tb_frame.f_code.co_qualname
        faults.append(f"{kind.__name__} in {where}: {error}")

    sys.excepthook = keep
    try:
        yield
    finally:
        sys.excepthook = before


def run(seed: int, steps: int) -> Monkey:
    """Let one monkey at a new store; its faults are told, not raised."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # a file that it writes is thrown away
        clocks = Clocks()
        try:
            store = Path(folder) / "store"
            invented_clinic(store, "ann", PASSWORD, ClinicSettings("US", "UTC"), clocks)
            with at_invented_work(store, "ann", PASSWORD, clocks) as work:
                patient = work.add_patient({"name": "Nobody", "born": "1970-01-01"})
                visit = work.start_session(patient.patient_id)
                visit.screen(nothing_against(visit, "nobody"))
                monkey = Monkey(seed, work, visit)
                with exceptions_kept(monkey.faults):
                    monkey.first_injection()
                    for _ in range(steps):
                        monkey.step()
                    monkey.close()
        finally:
            os.chdir(here)
    return monkey


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    app = application()
    app.setQuitOnLastWindowClosed(False)
    for seed in range(asked.first, asked.first + asked.seeds):
        began = time.perf_counter()
        monkey = run(seed, asked.steps)
        recorded = len(monkey.known)
        print(
            f"seed {seed}: {asked.steps} steps ({dict(monkey.done)}), {recorded} "
            f"entries in the record ({monkey.injections} injections), window opened "
            f"{monkey.windows} times, "
            f"{len(monkey.faults)} faults, {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        for fault, times in Counter(monkey.faults).most_common():
            print(f"  {times} x {fault[:300]}", flush=True)


if __name__ == "__main__":
    main()
