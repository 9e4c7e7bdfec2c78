"""Small pictures of stored photographs, read one after the other in a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import cv2
import numpy as np
from qtpy.QtCore import QObject, Signal

from vein_devices.frame import Pixels
from vein_imaging.treatment import RecordError
from vein_imaging.treatment.photographs import Photo, Photographs
from vein_imaging.viewer.qt.in_background import InBackground

__all__ = ["THUMBNAIL_PX", "Thumbnails", "photo_thumbnail"]

THUMBNAIL_PX = 130, 88
"""Width and height: three beside each other in the page."""


def photo_thumbnail(picture: Pixels, size_px: tuple[int, int] = THUMBNAIL_PX) -> Pixels:
    """Make a picture small, whole, in its own shape.

    Parameters
    ----------
    picture : (H, W) or (H, W, 3) uint8
    size_px : (width, height)
        That it fits into.
    """
    height, width = picture.shape[:2]
    share = min(size_px[0] / width, size_px[1] / height)
    size = max(1, round(share * width)), max(1, round(share * height))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


class Thumbnails(QObject):
    """Reads what is asked for and keeps it until it is closed.

    Parameters
    ----------
    photographs : Photographs
        Of the patient.

    Signals
    -------
    ready(image_id, picture)
    failed(image_id, why)
        The picture is missing or damaged.
    """

    ready = Signal(str, object)
    failed = Signal(str, str)

    def __init__(self, photographs: Photographs) -> None:
        super().__init__()
        self._photographs = photographs
        self._kept: dict[str, Pixels] = {}
        self._asked: set[str] = set()
        self._waiting: deque[Photo] = deque()
        self._reading = False
        self._open = True

    def ask(self, photos: Iterable[Photo]) -> None:
        """Read these; one that was read before is told at once."""
        for photo in photos:
            kept = self._kept.get(photo.image_id)
            if kept is not None:
                self.ready.emit(photo.image_id, kept)
            elif photo.image_id not in self._asked:
                self._asked.add(photo.image_id)
                self._waiting.append(photo)
        self._go_on()

    def close(self) -> None:
        """Forget every picture; one that is being read is not told any more."""
        self._open = False
        self._waiting.clear()
        self._kept.clear()

    def _go_on(self) -> None:
        if self._reading or not self._waiting or not self._open:
            return
        self._reading = True
        photo = self._waiting.popleft()
        reading = InBackground(self._read, photo)
        reading.returned.connect(lambda small: self._got(photo, small))
        reading.errored.connect(lambda error: self._missed(photo, error))
        reading.finished.connect(self._done)
        reading.start()

    def _read(self, photo: Photo) -> Pixels:
        return photo_thumbnail(self._photographs.picture(photo))

    def _got(self, photo: Photo, small: Pixels) -> None:
        if self._open:
            self._kept[photo.image_id] = small
            self.ready.emit(photo.image_id, small)

    def _missed(self, photo: Photo, error: Exception) -> None:
        self._asked.discard(photo.image_id)  # asked again, it is tried again
        if not isinstance(error, RecordError):
            raise error
        if self._open:
            self.failed.emit(photo.image_id, str(error))

    def _done(self) -> None:
        self._reading = False
        self._go_on()
