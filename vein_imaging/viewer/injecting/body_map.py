"""Both legs from the front and from behind: a press names the area of the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from qtpy.QtCore import QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from qtpy.QtWidgets import QSizePolicy, QWidget

from vein_imaging.domain.body_area import (
    BodyArea,
    BodyFace,
    BodyPart,
    BodySide,
    read_body_area,
)
from vein_imaging.viewer.qt.style import colour
from vein_imaging.words import translate as _

__all__ = ["BodyMap", "Region", "regions"]

_WIDE, _HIGH = 640.0, 300.0  # of the drawing, in its own units
# Height of the upper end of each part, and of the soles. Wider than legs are, so that
# a finger hits the ankle's three parts where the window is 720 px high.
_LEVELS: tuple[tuple[BodyPart, float], ...] = (
    ("thigh", 16.0),
    ("knee", 118.0),
    ("lower leg", 150.0),
    ("ankle", 230.0),
    ("foot", 260.0),
)
# Side, where its middle stands, and what is seen of it from left to right: from the
# front the patient's right leg stands at the left.
_LEGS: tuple[tuple[BodySide, float, tuple[BodyFace, ...]], ...] = (
    ("right", 70.0, ("lateral", "anterior", "medial")),
    ("left", 214.0, ("medial", "anterior", "lateral")),
    ("left", 426.0, ("lateral", "posterior", "medial")),
    ("right", 570.0, ("medial", "posterior", "lateral")),
)
_SOLE = 296.0  # where the drawing ends
# Height, and half the width there: thigh, knee, calf, ankle, foot.
_OUTLINE = (
    (16.0, 66.0),
    (62.0, 61.0),
    (106.0, 50.0),
    (132.0, 46.0),
    (150.0, 47.0),
    (180.0, 53.0),
    (214.0, 44.0),
    (238.0, 39.0),
    (260.0, 43.0),
    (282.0, 50.0),
    (296.0, 47.0),
)
_MIDDLE = 1 / 3  # of half the width: three parts of one width
_STEP = 4.0  # so fine the outline is drawn
_PALE = 36  # of 255: skin is a shade of the ink, in a light and a dark window
_HOVERED = 110  # of 255: paler than the area that is chosen


@dataclass(frozen=True, slots=True)
class Region:
    """One area of one leg as one side of the drawing shows it.

    Parameters
    ----------
    name : str
        As it is written into the record: ``left thigh lateral``.
    words : str
        The same in the user's language.
    path : QPainterPath
        In the drawing's units.
    column, row : int
        Where the arrow keys find it.
    """

    name: str
    words: str
    path: QPainterPath
    column: int
    row: int


def regions() -> tuple[Region, ...]:
    """All areas, those of the front first; the inner and outer sides stand twice."""
    found = []
    borders = (-1.0, -_MIDDLE, _MIDDLE, 1.0)
    for at, (side, centre, faces) in enumerate(_LEGS):
        for row, (part, top) in enumerate(_LEVELS):
            bottom = _LEVELS[row + 1][1] if row + 1 < len(_LEVELS) else _SOLE
            for stripe, face in enumerate(faces):
                path = _band(centre, top, bottom, borders[stripe], borders[stripe + 1])
                area = BodyArea(side, part, face)
                found.append(Region(area.text, str(area), path, 3 * at + stripe, row))
    return tuple(found)


def _half_width(y: float) -> float:
    for (above, wide), (below, then) in pairwise(_OUTLINE):
        if y <= below:
            share = (y - above) / (below - above)
            smooth = share * share * (3 - 2 * share)  # no corner at a knot
            return wide + (then - wide) * smooth
    return _OUTLINE[-1][1]


def _band(
    centre: float, top: float, bottom: float, first: float, last: float
) -> QPainterPath:
    heights = [top]
    while heights[-1] + _STEP < bottom:
        heights.append(heights[-1] + _STEP)
    heights.append(bottom)
    one = [QPointF(centre + first * _half_width(y), y) for y in heights]
    other = [QPointF(centre + last * _half_width(y), y) for y in reversed(heights)]
    path = QPainterPath()
    path.addPolygon(QPolygonF([*one, *other]))
    path.closeSubpath()
    return path


class BodyMap(QWidget):
    """The drawing. Click an area, or go to it with the arrow keys and press Enter.

    Signals
    -------
    chosen(str)
        Name of the area, as the record writes it.
    pointed(str)
        Words for the area under the pointer or the keys.
    """

    chosen = Signal(str)
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.regions = regions()
        """Every area, in the order of the drawing."""
        self._at = 0
        self._under: int | None = None
        self._named = ""
        self._counts: dict[str, int] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(640, 300)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Areas of both legs"))
        self._say()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give the size at which an area is large enough for a finger."""
        return QSize(1160, 544)

    def show_named(self, name: str, counts: Mapping[str, int]) -> None:
        """Show which area is meant, and how many injections each has.

        Parameters
        ----------
        name : str
            Of the form; another name than those of the drawing marks nothing.
        counts : mapping of name to number
        """
        self._named = _read(name)
        self._counts = {}
        for key, count in counts.items():
            self._counts[_read(key)] = self._counts.get(_read(key), 0) + count
        for at, region in enumerate(self.regions):
            if region.name == self._named:
                self._at = at
                break
        self._say()
        self.update()

    def centre_of(self, name: str) -> QPointF:
        """Where an area is on the widget; the first of the two that show it."""
        region = next(one for one in self.regions if one.name == name)
        middle = region.path.boundingRect().center()
        return QPointF(middle.x() * self._scale, middle.y() * self._scale) + self._left

    @property
    def current(self) -> Region:
        """The area that the keys are at."""
        return self.regions[self._at]

    @property
    def _scale(self) -> float:
        return min(self.width() / _WIDE, self.height() / _HIGH)

    @property
    def _left(self) -> QPointF:
        return QPointF((self.width() - _WIDE * self._scale) / 2, 0.0)

    def _region_at(self, place: QPointF) -> int | None:
        inside = (place - self._left) / self._scale
        for at, region in enumerate(self.regions):
            if region.path.contains(inside):
                return at
        return None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Choose the area that was pressed; Qt calls this."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._region_at(event.position())
        if at is not None:
            self._at = at
            self._choose()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Name the area under the pointer; Qt calls this."""
        if event is not None:
            self._under = self._region_at(event.position())
            self._say()
            self.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Go to another area, or choose this one; Qt calls this."""
        if event is None:
            return
        step = {
            int(Qt.Key.Key_Left): (-1, 0),
            int(Qt.Key.Key_Right): (1, 0),
            int(Qt.Key.Key_Up): (0, -1),
            int(Qt.Key.Key_Down): (0, 1),
        }.get(event.key())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        elif step is None:
            super().keyPressEvent(event)
        else:
            self._go(*step)

    def _go(self, across: int, down: int) -> None:
        here = self.current
        wanted = (here.column + across) % 12, here.row + down
        for at, region in enumerate(self.regions):
            if (region.column, region.row) == wanted:
                self._at, self._under = at, None
        self._say()
        self.update()

    def _choose(self) -> None:
        self._named = self.current.name
        self._say()
        self.update()
        self.chosen.emit(self.current.name)

    def _say(self) -> None:
        at = self._at if self._under is None else self._under
        words = self.regions[at].words
        count = self._counts.get(self.regions[at].name, 0)
        if count:
            words = _("{area}: {count} given").format(area=words, count=count)
        self.setAccessibleDescription(words)
        self.pointed.emit(words)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw both legs; Qt calls this."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._left)
        painter.scale(self._scale, self._scale)
        ink, skin = QColor(colour("text")), QColor(colour("text"))
        skin.setAlpha(_PALE)
        chosen = QColor(colour("chosen"))
        for at, region in enumerate(self.regions):
            named = region.name == self._named
            painter.setPen(_pen(ink, 0.7))
            painter.setBrush(chosen if named else skin)
            if at == self._under and not named:
                painter.setBrush(_shade(chosen))
            painter.drawPath(region.path)
            count = self._counts.get(region.name, 0)
            if count:
                self._number(painter, region, count)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            # Two rings: one of them stands out from any ground.
            for ring, width in (("text", 4.0), ("focus", 2.0)):
                painter.setPen(_pen(QColor(colour(ring)), width))
                painter.drawPath(self.current.path)
        painter.setPen(ink)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        for centre, words in (
            (70.0, _("R")),
            (142.0, _("from the front")),
            (214.0, _("L")),
            (426.0, _("L")),
            (498.0, _("from behind")),
            (570.0, _("R")),
        ):
            painter.drawText(
                QRectF(centre - 50, 0, 100, 15), Qt.AlignmentFlag.AlignCenter, words
            )

    @staticmethod
    def _number(painter: QPainter, region: Region, count: int) -> None:
        middle = region.path.boundingRect().center()
        box = QRectF(middle.x() - 6, middle.y() - 6, 12, 12)
        painter.setBrush(QColor("#ffffff"))
        painter.setPen(_pen(QColor("#000000"), 0.8))
        painter.drawEllipse(box)
        font = painter.font()
        font.setPixelSize(9)
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))


def _pen(ink: QColor, width: float) -> QPen:
    pen = QPen(ink)
    pen.setWidthF(width)
    return pen


def _shade(full: QColor) -> QColor:
    paler = QColor(full)
    paler.setAlpha(_HOVERED)
    return paler


def _read(name: str) -> str:
    """The area as the record writes it, however it was typed."""
    area = read_body_area(name)
    return area.text if area is not None else name
