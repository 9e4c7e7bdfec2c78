"""A clinician's whole day in the real windows, by mouse and by keyboard alone.

    scripts/with-display python benchmarks/window_story.py   # counts, both ways
    scripts/with-display python benchmarks/window_story.py --pictures DIR

Sign in, a new patient, screening, live picture, three injections with one stop and its
reason, a correction, signature, report; eight weeks later the earlier picture, another
photograph and the comparison. Controls are found by the words that a person reads or a
screen reader says. Every click, key and typed letter is counted, by step.
tests/vein_imaging/viewer/test_window_story.py walks it both ways.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QScrollArea,
    QWidget,
)

from vein_devices.listing import Listing
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.treatment import AtWork, sign_in_to_work
from vein_imaging.treatment.practice import Clocks, invented_clinic
from vein_imaging.viewer.application import application
from vein_imaging.viewer.before_after.photo_tile import PhotoTile
from vein_imaging.viewer.canvas.key_cursor import KeyCursor
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas
from vein_imaging.viewer.day import Day
from vein_imaging.viewer.options import ViewerOptions
from vein_imaging.viewer.start.remembered import Memory
from vein_imaging.viewer.start.sign_in_page import Credentials, SignInPage
from vein_imaging.viewer.start.today_page import TodayPage
from vein_imaging.viewer.window import ViewerWindow

_test: Any = QTest  # PyQt6's stubs forget that its functions are static
USER, PASSWORD = "anna", "four unrelated words"
BEFORE = "phantom:?seed=4&fps=10&size=640x480"
AFTER = "phantom:?seed=4&fps=10&size=640x480&visit=after&treated_share=0.6"
FIRST_DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
EIGHT_WEEKS = timedelta(days=56)
WAIT_S = 60.0
ARROW_PX = 10  # an arrow moves the cross so far
MOST_TABS = 140
"""A control that is farther away is not reached by keyboard."""


class StoryError(AssertionError):
    """A person would be stuck here; the message says before what."""


def settle(turns: int = 5) -> None:
    """Let Qt do what waits."""
    for _ in range(turns):
        QApplication.processEvents()


def until(true: Callable[[], object], what: str) -> None:
    """Wait as a person does, and say for what in vain."""
    end_s = time.monotonic() + WAIT_S
    while not true():
        if time.monotonic() > end_s:
            raise StoryError(f"waited in vain: {what}")
        settle(1)
        time.sleep(0.002)
    settle()


def pause(seconds: float) -> None:
    """Do nothing for a while, as a person reads."""
    end_s = time.monotonic() + seconds
    until(lambda: time.monotonic() > end_s, "time passes")


def words_of(widget: QWidget) -> tuple[str, ...]:
    """What a person reads on a control, or a screen reader says."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return (" ".join(text.split()), widget.accessibleName())


def named(where: Callable[[], QWidget], words: str, kind: type[QWidget]) -> Any:
    """The control of these words, as soon as it can be used."""
    try:
        until(lambda: _named(where(), words, kind), f"{words!r} can be used")
    except StoryError as error:
        there = [
            text for one in where().findChildren(QWidget) for text in words_of(one)
        ]
        raise StoryError(
            f"{error}; there are {sorted({one for one in there if one})[:40]}"
        ) from None
    return _named(where(), words, kind)[0]


def _in_a_group(widget: QWidget) -> bool:
    """Whether Qt takes Tab from it: the arrows reach it from the pressed one."""
    return isinstance(widget, QAbstractButton) and widget.group() is not None


def _named(top: QWidget, words: str, kind: type[QWidget]) -> list[Any]:
    found: list[Any] = [
        one
        for one in top.findChildren(kind)
        if one.isVisible()
        and one.isEnabled()
        and (one.focusPolicy() != Qt.FocusPolicy.NoFocus or _in_a_group(one))
        and any(text.strip() and words in text for text in words_of(one))
    ]
    return [one for one in found if words in words_of(one)] or found


class Hand(Protocol):
    """Works controls in one way, and counts what that takes."""

    clicks: int
    keys: int

    def press(self, widget: QWidget) -> None:
        """Press a button."""

    def put(self, edit: QLineEdit, text: str) -> None:
        """Replace the text of a field."""

    def choose(self, combo: QComboBox, words: str) -> None:
        """Choose an entry of a list."""

    def take_first(self, rows: QListWidget) -> None:
        """Choose the first line."""


class MouseHand:
    """Clicks; types where something has to be typed."""

    def __init__(self) -> None:
        self.clicks = self.keys = 0

    def click(self, widget: QWidget) -> None:
        _in_sight(widget)
        self.clicks += 1
        _test.mouseClick(widget, Qt.MouseButton.LeftButton)
        settle()

    def press(self, widget: QWidget) -> None:
        self.click(widget)

    def put(self, edit: QLineEdit, text: str) -> None:
        self.click(edit)
        edit.selectAll()
        self.keys += len(text)
        _test.keyClicks(edit, text)
        settle()

    def choose(self, combo: QComboBox, words: str) -> None:
        at = _entry(combo, words)
        self.click(combo)
        popup = combo.view()
        assert popup is not None
        if not popup.isVisible():  # on a slow machine the button's release closed it
            combo.showPopup()
        until(popup.isVisible, "the list is open")
        model = popup.model()
        assert model is not None
        # A click on an entry, counted as one. Sent as a mouse event, Qt may take it for
        # the rest of a double click.
        self.clicks += 1
        popup.setCurrentIndex(model.index(at, combo.modelColumn()))
        _test.keyClick(popup, Qt.Key.Key_Return)
        settle()
        if combo.currentIndex() != at:
            raise StoryError(f"the click did not choose {words!r}")

    def take_first(self, rows: QListWidget) -> None:
        viewport, item = rows.viewport(), rows.item(0)
        assert viewport is not None and item is not None
        self.clicks += 1
        place = rows.visualItemRect(item).center()
        _test.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        settle()


class KeyboardHand:
    """Tab, Space, Enter, arrows and letters; no pointer at all."""

    def __init__(self) -> None:
        self.clicks = self.keys = 0

    def key(self, key: Qt.Key) -> None:
        target = QApplication.focusWidget()
        if target is None:
            raise StoryError("the keyboard is nowhere")
        self.keys += 1
        _test.keyClick(target, key)
        settle(2)

    def go_to(self, widget: QWidget) -> None:
        """Tab to a control; in a group of buttons, the arrows go on from its own."""
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        if group is None or not group.exclusive():
            holder = widget.parentWidget()  # a list that is typed into has the focus
            self._tab_to([holder if isinstance(holder, QComboBox) else widget])
            return
        self._tab_to(group.buttons())
        arrows = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up)
        for arrow in arrows:
            for _ in group.buttons():
                focused = QApplication.focusWidget()
                if focused is widget:
                    return
                if focused is not None and not _nearer(focused, widget, arrow):
                    break
                self.key(arrow)
        raise StoryError(f"the arrows never reach {words_of(widget)}")

    def _tab_to(self, widgets: Sequence[QWidget]) -> None:
        widget = widgets[0]
        window = widget.window()
        assert window is not None
        if QApplication.activeWindow() is not window:
            window.activateWindow()  # as a window manager does; here there is none
        until(lambda: QApplication.activeWindow() is window, "the window is active")
        for _ in range(MOST_TABS):
            focused = QApplication.focusWidget()
            if focused is not None and (
                focused in widgets or focused.focusProxy() in widgets
            ):
                return
            if focused is None:  # as a person's first Tab in a new window
                window.setFocus()
            self.key(Qt.Key.Key_Tab)
        raise StoryError(f"Tab never reaches {words_of(widget)}")

    def press(self, widget: QWidget) -> None:
        self.go_to(widget)
        button: Any = widget
        # in a group the arrows have pressed it already
        if not (_in_a_group(widget) and button.isChecked()):
            self.key(Qt.Key.Key_Space)
        settle()

    def put(self, edit: QLineEdit, text: str) -> None:
        self.go_to(edit)
        edit.selectAll()
        self.keys += len(text)
        _test.keyClicks(edit, text)
        settle()

    def choose(self, combo: QComboBox, words: str) -> None:
        at = _entry(combo, words)
        self.go_to(combo)
        for _ in range(combo.count() + 1):
            if combo.currentIndex() == at:
                settle()
                return
            down = combo.currentIndex() < at
            self.key(Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        raise StoryError(f"the arrows never reach {words!r}")

    def lead(self, canvas: PictureCanvas, cross: KeyCursor, to: QPoint) -> None:
        """Lead the cross to a place of the picture, within a step, and press Enter."""
        self.go_to(canvas.surface)
        for arrow, x, y in (
            (Qt.Key.Key_Right, 1, 0),
            (Qt.Key.Key_Left, -1, 0),
            (Qt.Key.Key_Down, 0, 1),
            (Qt.Key.Key_Up, 0, -1),
        ):
            while not cross.isVisible() or _along(to - cross.place, x, y) >= ARROW_PX:
                self.key(arrow)
        self.key(Qt.Key.Key_Return)
        settle()

    def take_first(self, rows: QListWidget) -> None:
        self.go_to(rows)
        if rows.currentRow() != 0:
            self.key(Qt.Key.Key_Home)
        settle()


def _along(way: QPoint, x: int, y: int) -> int:
    return way.x() * x + way.y() * y


def _nearer(here: QWidget, there: QWidget, arrow: Qt.Key) -> bool:
    """Whether a person who looks would press this arrow."""
    way = there.mapToGlobal(QPoint()) - here.mapToGlobal(QPoint())
    return {
        Qt.Key.Key_Right: way.x() > 0,
        Qt.Key.Key_Left: way.x() < 0,
        Qt.Key.Key_Down: way.y() > 0,
        Qt.Key.Key_Up: way.y() < 0,
    }[arrow]


def _entry(combo: QComboBox, words: str) -> int:
    at = combo.findText(words, Qt.MatchFlag.MatchContains)
    if at < 0:
        raise StoryError(f"no {words!r} in {combo.accessibleName()!r}")
    return at


def _in_sight(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
    settle(2)


@dataclass
class Step:
    """What one step took."""

    name: str
    clicks: int = 0
    keys: int = 0


@dataclass
class Story:
    """One person's two visits.

    Parameters
    ----------
    folder : Path
        The store is made in it where there is none; files are written there.
    hand : Hand
        How the person works.
    size_px : (width, height)
        Of the windows.
    photograph : callable
        Called with a name for each state worth a picture.
    """

    folder: Path
    hand: Hand
    size_px: tuple[int, int] = (1280, 720)
    photograph: Callable[[str], None] = lambda name: None
    now: datetime = FIRST_DAY
    steps: list[Step] = field(default_factory=list)
    camera: str = BEFORE

    def __post_init__(self) -> None:
        clocks = Clocks(lambda: self.now)
        store = self.folder / "store"
        if not store.exists():
            clinic = ClinicSettings("US", "Europe/London", name="Vein Clinic")
            invented_clinic(store, USER, PASSWORD, clinic, clocks)
        self.clocks = clocks
        self.memory = Memory(self.folder / "window.json")
        self.memory.offer(store=str(store), user=USER)
        self.day = self._begin()

    def _begin(self) -> Day:
        return Day(
            self.memory,
            self._sign_in,
            options=ViewerOptions(size_px=self.size_px, canvas="qt"),
            devices=lambda: [Listing(self.camera, "Camera of the ring", "/dev/video0")],
        )

    def _sign_in(self, typed: Credentials) -> AtWork:
        return sign_in_to_work(
            typed.store,
            typed.user,
            typed.password,
            clocks=self.clocks,
            idle_limit_s=float("inf"),
        )

    # --- where the person is -----------------------------------------------------

    @property
    def window(self) -> ViewerWindow:
        """Of the session."""
        assert self.day.window is not None
        return self.day.window

    @property
    def front(self) -> QWidget:
        """What a person looks at: the question that is open, or the window."""
        return QApplication.activeModalWidget() or self.day.window or self.day.start

    def press(self, words: str) -> None:
        """Press the button of these words."""
        self.hand.press(named(lambda: self.front, words, QAbstractButton))

    def put(self, words: str, text: str) -> None:
        """Type into the field of these words."""
        self.hand.put(named(lambda: self.front, words, QLineEdit), text)

    def choose(self, words: str, entry: str) -> None:
        """Choose in the list of these words."""
        self.hand.choose(named(lambda: self.front, words, QComboBox), entry)

    def reads(self, words: str) -> None:
        """Wait until the person can read these words."""

        def shown() -> bool:
            tops = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
            texts: list[Any] = [two for one in tops for two in one.findChildren(QLabel)]
            texts += [two for one in tops for two in one.findChildren(QPushButton)]
            return any(words in one.text() for one in texts if one.isVisible())

        until(shown, f"{words!r} is read")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what a step takes, and photograph its end."""
        before = self.hand.clicks, self.hand.keys
        yield
        settle(20)
        self.steps.append(
            Step(name, self.hand.clicks - before[0], self.hand.keys - before[1])
        )
        self.photograph(name)

    # --- the first visit ---------------------------------------------------------

    def walk(self) -> None:
        """Both visits, from the first sign-in to the comparison."""
        self.sign_in()
        self.new_patient()
        self.open_session()
        self.screen()
        self.look()
        self.photograph_leg("left", "thigh", "lateral")
        self.inject_three()
        self.correct()
        self.sign()
        self.report()
        self.leave()
        self.now += EIGHT_WEEKS
        self.camera = AFTER
        self.memory.offer(camera=AFTER)  # the same ring over the same leg
        self.sign_in()
        self.go_on()
        self.look()
        self.photograph_leg("left", "thigh", "lateral")
        self.compare()
        self.leave()

    def sign_in(self) -> None:
        with self.step("sign in"):
            self.day.ask_to_sign_in()
            page = self.day.start.page
            assert isinstance(page, SignInPage)
            self.put("Password", PASSWORD)
            self.press("Sign in")
            until(lambda: isinstance(self.day.start.page, TodayPage), "the worklist")
            until(lambda: self._page.camera.url == self.camera, "the camera is found")

    @property
    def _page(self) -> TodayPage:
        page = self.day.start.page
        assert isinstance(page, TodayPage)
        return page

    def new_patient(self) -> None:
        with self.step("new patient"):
            self.press("New patient")
            self.put("Name", "Anne Probe")
            self.put("Born", "1980-04-12")
            self.press("Add")
            until(lambda: self._page.start.name.text() == "Anne Probe", "the patient")

    def open_session(self) -> None:
        with self.step("open the session"):
            self.put("Needle", "30 G")
            self.press("Start today's session")
            until(lambda: self.day.window is not None, "the window")
            self.press("Skip the tour")

    def screen(self) -> None:
        with self.step("screening"):
            self.press("Patient")
            self.press("Screening")
            self.press("Doppler or duplex: normal")
            self.put("Day of the Doppler", "2026-03-01")
            self.choose("CEAP class of the left leg", "C1")
            self.choose("CEAP class of the right leg", "C1")
            self.press("Consent to the treatment")
            self.press("Consent to photographs")
            self.press("Suitable for this treatment: suitable")
            self.put("Reason of the decision", "spider veins, nothing against it")
            self.press("All open questions: no")
            self.press("Enter this screening")
            visit = self.window.patient
            until(lambda: visit.screening.visit.screening.suitable, "the screening")

    def look(self) -> None:
        with self.step("live picture"):
            until(lambda: self.window.live.count > 3, "the live picture")

    def photograph_leg(self, side: str, part: str, face: str) -> None:
        with self.step("photograph"):
            before = len(self.window.photos.page.tiles)
            self.press("Photograph")
            self.choose("Side", side)
            self.choose("Part of the leg", part)
            self.choose("Seen from", face)
            self.choose("Pose", "standing")
            self.choose("Light", "transillumin")
            self.press("Store")
            until(
                lambda: len(self.window.photos.page.tiles) == before + 1,
                "the photograph is kept",
            )

    def type_dose(self, volume_ml: str) -> None:
        self.put("Strength in percent", "0.5")
        self.put("Volume in mL", volume_ml)

    def inject_three(self) -> None:
        with self.step("three injections, one of them with a stop"):
            self.inject_two()
            self.type_dose("40")
            self.place((300, 400))
            self.reads("It was given: record it")
            self.photograph("a stop, and its reason")
            self.put("Reason", "given before it was seen")
            self.press("It was given: record it")
            self.until_recorded(3)

    def inject_two(self) -> None:
        """Two injections of one product, within every limit."""
        self.press("Inject")
        product = self.window.panel.form.product.lineEdit()
        assert product is not None
        self.hand.put(product, "Asclera")
        self.put("Area of the body", "left thigh lateral")
        self.type_dose("0.1")
        self.place((120, 200))
        self.until_recorded(1)
        self.type_dose("0.2")
        self.place((200, 300))
        self.until_recorded(2)

    def place(self, point_rc: tuple[float, float]) -> None:
        """Click the site; by keyboard the arrows lead a cross to it."""
        until(self._dose_is_judged, "the dose is checked")
        pause(1.1)  # a second click within a second is taken for a slip
        if not self.window.panel.log_sites.isChecked():
            self.press("LOG SITES")
        canvas = self.window.canvas
        if isinstance(self.hand, KeyboardHand):
            self.hand.lead(canvas, self.window.cross, canvas.to_screen(point_rc))
            return
        self.hand.clicks += 1
        _test.mouseClick(
            canvas.surface,
            Qt.MouseButton.LeftButton,
            pos=canvas.to_screen(point_rc),
        )
        settle()

    def _dose_is_judged(self) -> bool:
        texts = [one.text() for one in self.window.panel.dose.findChildren(QLabel)]
        return not any("hecking" in text for text in texts)

    def until_recorded(self, count: int) -> None:
        visit = self.window.patient.screening.visit
        until(
            lambda: len(visit.session.entries) == count, f"{count} injections recorded"
        )

    def correct(self) -> None:
        with self.step("correct an entry"):
            self.press("List")
            table = self.window.panel.log.table
            until(lambda: table.rowCount() > 2, "the list")
            self._choose_row("2")
            self.press("Correct")
            self.put("Volume in mL", "0.25")
            self.put("Reason", "read again on the syringe")
            self.press("Correct this entry")
            until(lambda: QApplication.activeModalWidget() is None, "corrected")

    def _choose_row(self, number: str) -> None:
        table = self.window.panel.log.table
        rows = [
            row
            for row in range(table.rowCount())
            if (item := table.item(row, 0)) is not None and item.text() == number
        ]
        if isinstance(self.hand, KeyboardHand):
            self.hand.go_to(table)
            for _ in range(2 * table.rowCount()):
                if any(item.row() == rows[0] for item in table.selectedItems()):
                    break
                down = table.currentRow() < rows[0] or table.currentRow() == 0
                self.hand.key(Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        else:
            viewport, item = table.viewport(), table.item(rows[0], 0)
            assert viewport is not None and item is not None
            self.hand.clicks += 1
            place = table.visualItemRect(item).center()
            _test.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        settle()

    def sign(self) -> None:
        with self.step("sign"):
            self.press("Patient")
            self.press("Sign")
            self.press("I performed it")
            self.put("Your own password", PASSWORD)
            self.press("Sign this session")
            self.reads("Signed as performed by anna")

    def report(self) -> None:
        with self.step("report"):
            file = self.folder / "report.pdf"
            QTimer.singleShot(0, self._choose_report)
            self.press("Print")
            until(lambda: isinstance(self.front, QFileDialog), "where to write it")
            dialog = self.front
            assert isinstance(dialog, QFileDialog)
            field = dialog.findChild(QLineEdit)
            assert field is not None
            field.selectAll()
            self.hand.keys += len(str(file)) + 1
            _test.keyClicks(field, str(file))
            _test.keyClick(field, Qt.Key.Key_Return)
            self.reads(str(file))
            assert file.read_bytes().startswith(b"%PDF")
            self._close_messages()

    def _choose_report(self) -> None:
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            QTimer.singleShot(5, self._choose_report)
            return
        self.hand.keys += 2
        _test.keyClick(menu, Qt.Key.Key_Down)
        _test.keyClick(menu, Qt.Key.Key_Return)

    def _close_messages(self) -> None:
        while (box := QApplication.activeModalWidget()) is not None:
            self.hand.keys += 1
            _test.keyClick(box, Qt.Key.Key_Escape)
            settle()

    def leave(self) -> None:
        """Close the window, and the program; another one is started later."""
        self.day.close()
        settle(10)
        self.day = self._begin()

    # --- eight weeks later -------------------------------------------------------

    def go_on(self) -> None:
        with self.step("whom to see: the next session"):
            patients = self._page.patients
            until(lambda: patients.count() == 1, "who is due")
            self.hand.take_first(patients)
            until(lambda: self._page.start.name.text() == "Anne Probe", "the patient")
            self.press("Start today's session")
            until(lambda: self.day.window is not None, "the window")

    def compare(self) -> None:
        with self.step("compare"):
            self.press("Compare")
            page = self.window.photos.page
            if len(page.chosen) != 2:
                for tile in page.tiles:
                    if not tile.isChecked():
                        self.hand.press(tile)
            assert all(isinstance(one, PhotoTile) for one in page.tiles)
            self.hand.press(page.compare)
            until(lambda: self.window.photos.comparison is not None, "the comparison")
        comparison = self.window.photos.comparison
        assert comparison is not None
        self.verdict = " ".join(
            one.text() for one in comparison.findChildren(QLabel) if one.isVisible()
        )
        comparison.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--only", type=int, default=0, help="1: by keyboard alone")
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    app = application()
    app.setQuitOnLastWindowClosed(False)
    told: list[list[Step]] = []
    hands: tuple[type[MouseHand] | type[KeyboardHand], ...] = (MouseHand, KeyboardHand)
    for hand in hands[asked.only : 1 if asked.pictures else 2]:
        with tempfile.TemporaryDirectory() as folder:
            story = Story(Path(folder), hand(), (width, height))
            if asked.pictures:
                story.photograph = Pictures(asked.pictures, asked.size, story)
            try:
                story.walk()
            finally:
                story.day.close()
            told.append(story.steps)
    for steps in zip(*told, strict=True):
        counts = "  ".join(
            f"{one.clicks:3d} clicks {one.keys:4d} keys" for one in steps
        )
        print(f"{steps[0].name:45s} {counts}")


class Pictures:
    """Saves what is on the screen, in the order of the story."""

    def __init__(self, folder: Path, size: str, story: Story) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._size, self._story = folder, size, story
        self._count = 0

    def __call__(self, name: str) -> None:
        settle(20)
        self._count += 1
        screen = self._story.front.screen()
        assert screen is not None
        plain = "".join(c if c.isalnum() else "-" for c in name)
        file = self._folder / f"{self._count:02d}-{plain}-{self._size}.png"
        everything: Any = 0
        screen.grabWindow(everything).save(str(file))


if __name__ == "__main__":
    main()
