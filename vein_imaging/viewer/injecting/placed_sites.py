"""The marks on the picture: they follow the skin where it is recognised, and say so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.guiding.guide import Guide
from vein_imaging.domain.session import RecordedInjection
from vein_imaging.treatment import RecordError, Visit
from vein_imaging.viewer.canvas.picture_canvas import PictureCanvas, SiteMark
from vein_imaging.viewer.injecting.log_rows import area_key, site_marks
from vein_imaging.viewer.qt.newest_only import NewestOnly
from vein_imaging.words import translate as _

__all__ = ["PlacedSites", "Points"]

_FOLLOW_EVERY_S = 0.3  # a leg that is treated moves slowly; a match takes 0.05 s
_HOLDS_S = 1.5  # so long a place that was found again is believed
_PICTURES = 4
"""So many pictures of an area are looked for: each costs a match for every look."""

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """Where the sites of some pictures lie in one live picture."""

    places: dict[str, tuple[float, float]]
    of: Pixels
    at_s: float


class PlacedSites:
    """Draws the sites of the area that is typed.

    A site is drawn plainly on the very picture it was marked on, and on a live one in
    which that picture's skin is found again. Else it is dimmed, where it was marked in
    this window, or left out.

    Parameters
    ----------
    visit : Visit
    canvas : PictureCanvas
    area : callable
        The area that is typed.
    say : callable
        Takes what the marks mean; empty where all are sure.
    onto : callable
        From (N, 2) points of what the camera gave, px, to those of the picture on the
        screen: that may have its lens taken out.
    """

    def __init__(
        self,
        visit: Visit,
        canvas: PictureCanvas,
        area: Callable[[], str],
        say: Callable[[str], None],
        onto: Callable[[Points], Points],
    ) -> None:
        self._visit, self._canvas, self._onto = visit, canvas, onto
        self._area, self._say = area, say
        # Marked in this window, on this camera; the newest with their pictures.
        self._here: dict[str, Pixels | None] = {}
        self._guides: dict[str, Guide | None] = {}
        self._shown: Pixels | None = None
        self._looked: _Looked | None = None
        self._followed_s = 0.0
        self._newest = NewestOnly(self._found, self._failed)

    def place(self, entry_id: str, pixels: Pixels) -> None:
        """Take note of the picture that a site was just marked on."""
        self._here[entry_id] = pixels
        for older in list(self._here)[:-_PICTURES]:
            self._here[older] = None  # the store has it; memory stays flat

    def forget(self) -> None:
        """Draw no dimmed mark of before any more: the camera began anew."""
        self._here.clear()
        self._looked = None
        self.show()

    def close(self) -> None:
        """Follow nothing any more."""
        self._newest.forget()

    def follow(self, pixels: Pixels) -> None:
        """Find the sites again in the picture on the screen, now and then.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) uint8 RGB
            As the camera gave it.
        """
        fresh = pixels is not self._shown
        self._shown = pixels
        now_s = time.monotonic()
        if not fresh or self._newest.busy:
            return
        if now_s - self._followed_s < _FOLLOW_EVERY_S:
            return
        self._followed_s = now_s
        wanted = self._of_area()
        if wanted:
            self._newest.ask(lambda: self._look(wanted, pixels, now_s))
        else:
            self.show()

    def _of_area(self) -> tuple[RecordedInjection, ...]:
        area = area_key(self._area())
        return tuple(
            one
            for one in self._visit.session.entries
            if one.voided_by is None
            and one.event.mark is not None
            and area_key(one.injection.site or "") == area
        )

    def _look(
        self, wanted: tuple[RecordedInjection, ...], pixels: Pixels, at_s: float
    ) -> _Looked:
        """In another thread: match the newest pictures of the area, each once."""
        by_picture: dict[str, list[RecordedInjection]] = {}
        for one in reversed(wanted):
            assert one.event.mark is not None  # asked for above
            by_picture.setdefault(one.event.mark.image_id, []).append(one)
        places: dict[str, tuple[float, float]] = {}
        newest = dict(list(by_picture.items())[:_PICTURES])
        self._guides = {key: one for key, one in self._guides.items() if key in newest}
        for image_id, held in newest.items():
            guide = self._guide(image_id, held)
            if guide is None:
                continue
            points = np.array([_point(one) for one in held])
            moved = guide.carried(points, pixels)
            if moved is not None:
                for one, (row, column) in zip(held, moved, strict=True):
                    places[one.entry_id] = float(row), float(column)
        return _Looked(places, pixels, at_s)

    def _guide(self, image_id: str, held: list[RecordedInjection]) -> Guide | None:
        if image_id not in self._guides:
            own = [self._here.get(one.entry_id) for one in held]
            pixels = next((one for one in own if one is not None), None)
            try:
                if pixels is None:
                    pixels = self._visit.record.picture(image_id)
                self._guides[image_id] = Guide(pixels)
            except (RecordError, ValueError):
                self._guides[image_id] = None  # it is dimmed, and said so
        return self._guides[image_id]

    def _found(self, looked: _Looked) -> None:
        self._looked = looked
        self.show()

    def _failed(self, error: BaseException) -> None:
        self._looked = None
        self.show()
        raise error

    def show(self) -> None:
        """Draw the marks as far as is known where they lie."""
        area = {one.entry_id for one in self._of_area()}
        names = tuple(self._visit.log.names)
        known = (
            self._as_known(entry_id, mark)
            for entry_id, mark in site_marks(self._visit.session, names, area)
        )
        drawn = [mark for mark in known if mark is not None]
        self._canvas.show_sites(drawn)
        unsure = sum(mark.dimmed for mark in drawn)
        self._say(
            _(
                "Dashed marks were placed on an earlier picture: where they lie now is "
                "not known"
            )
            if unsure
            else ""
        )

    def _as_known(self, entry_id: str, mark: SiteMark) -> SiteMark | None:
        own = self._here.get(entry_id)
        if own is not None and own is self._shown:
            return self._drawn(mark, mark.point_rc)
        looked = self._looked
        fresh = looked is not None and (
            looked.of is self._shown or time.monotonic() - looked.at_s < _HOLDS_S
        )
        if looked is not None and fresh and entry_id in looked.places:
            return self._drawn(mark, looked.places[entry_id])
        if entry_id not in self._here:
            return None
        return replace(self._drawn(mark, mark.point_rc), dimmed=True)

    def _drawn(self, mark: SiteMark, point_rc: tuple[float, float]) -> SiteMark:
        ((row, column),) = self._onto(np.array([point_rc], np.float64))
        return replace(mark, point_rc=(float(row), float(column)))


def _point(one: RecordedInjection) -> tuple[float, float]:
    assert one.event.mark is not None  # only such are asked for
    row, column = one.event.mark.points_rc[0]
    return float(row), float(column)
