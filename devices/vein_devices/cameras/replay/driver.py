"""`file:PATH?fps=recorded&loop=1`: a video, a picture, or a folder of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from vein_devices.address import Address, read_options, split_options
from vein_devices.cameras.pacing import FramePacer
from vein_devices.cameras.pictures.kind import (
    PICTURE_SUFFIXES,
    foreign_kind,
    is_picture,
)
from vein_devices.cameras.pictures.plain_file import read_head
from vein_devices.cameras.pictures.reader import StillPicture, read_pictures
from vein_devices.cameras.replay.picture_file import pictures_in
from vein_devices.cameras.replay.recorded_folder import RecordedFrame, read_frame_table
from vein_devices.cameras.source import Shot
from vein_devices.cameras.video import VideoReader
from vein_devices.clock import Clock
from vein_devices.errors import (
    BrokenRecordingError,
    DeviceAbsentError,
    DeviceAddressError,
    DeviceDataError,
    DeviceError,
    DevicePermissionError,
    DeviceUnsupportedError,
    EndOfStreamError,
)
from vein_devices.frame import FrameFlag

__all__ = ["ReplaySource", "make_source"]

_STILLS_FPS = 10.0
"""Pictures without times, shown again and again, at a pace that an eye follows."""


class ReplaySource:
    """Frames from files. None is left out, however late it is fetched.

    Parameters
    ----------
    path : Path
        A video, a picture, or a folder of pictures.
    fps : 1/s, >= 0, or None
        None: as recorded, in a recording's folder by the times in its frames.csv
        (pictures without times: 10 when they are looped, else as fast as asked).
        0: as fast as asked.
    loop : bool
        Whether to begin again at the end.
    clock : Clock
        Time.
    """

    def __init__(self, path: Path, fps: float | None, loop: bool, clock: Clock) -> None:
        self.path = path
        self._fps = fps
        self._loop = loop
        self._clock = clock
        self._recorded_fps: float | None = None
        self._shots: Iterator[Shot] | None = None
        self._ready: Shot | None = None
        self._last_s: float | None = None  # when the frame before had been recorded
        self._pace = FramePacer(0.0, clock)
        self._video: VideoReader | None = None
        self._bits = 8  # in use, of each value of the pictures until now

    @property
    def nominal_fps(self) -> float | None:
        """The rate at which frames are given; None: as fast as asked."""
        if self._fps is not None:
            return self._fps or None
        return self._recorded_fps

    def open(self) -> None:
        """Look at the file and decode its first frame.

        Raises
        ------
        DeviceError
            If it is absent, forbidden, empty, or nothing that can be decoded.
        """
        self.close()
        try:
            self._shots = self._play(self._kind())
            self._ready = next(self._shots)
        except BaseException:
            self.close()
            raise
        self._pace = FramePacer(self.nominal_fps or 0.0, self._clock)

    def shot(self, timeout_s: float) -> Shot:
        """Give the next frame when it is due.

        Parameters
        ----------
        timeout_s : s
            Never waits longer than this and the time of decoding.

        Returns
        -------
        Shot

        Raises
        ------
        EndOfStreamError
            When it is over.
        BrokenRecordingError
            If it cannot be read further, or is cut off.
        """
        if self._shots is None:
            raise RuntimeError("shot() before open()")
        if self._ready is None:
            try:
                self._ready = next(self._shots, None)
            except DeviceError as error:
                raise BrokenRecordingError(str(error)) from error
        if self._ready is None:
            raise EndOfStreamError(f"{self.path}: no further frame")
        shot = self._ready
        at_s = shot.extra.get("recorded_s") if self._fps is None else None
        gap_s = None
        if at_s is not None and self._last_s is not None and at_s > self._last_s:
            gap_s = at_s - self._last_s
        self._pace.wait(timeout_s, live=False, gap_s=gap_s)
        self._ready, self._last_s = None, at_s
        return shot

    def close(self) -> None:
        """Let go of the file."""
        self._shots = self._ready = self._last_s = None
        if self._video is not None:
            self._video.close()
            self._video = None

    def _kind(self) -> str:
        try:
            if self.path.is_dir():
                return "folder"
        except PermissionError:
            raise DevicePermissionError(
                f"{self.path}: this user may not read it"
            ) from None
        except OSError as error:
            raise DeviceDataError(f"{self.path}: {error.strerror}") from error
        head = read_head(self.path)
        foreign = foreign_kind(head, self.path)
        if foreign is not None:
            raise DeviceUnsupportedError(f"{self.path}: {foreign}")
        return "picture" if is_picture(head, self.path) else "video"

    def _play(self, kind: str) -> Iterator[Shot]:
        """All frames in order, again and again when looped."""
        if kind == "video":
            play = self._play_video
        else:
            rows = self._pictures(kind)
            if not rows:
                raise DeviceAbsentError(
                    f"{self.path}: the folder holds no picture "
                    f"({', '.join(sorted(PICTURE_SUFFIXES))})"
                )
            self._recorded_fps = _rate(rows) or (_STILLS_FPS if self._loop else None)

            def play() -> Iterator[Shot]:
                for row in rows:
                    yield from self._shots_of(row)

        yield from play()
        while self._loop:
            yield from play()

    def _pictures(self, kind: str) -> list[RecordedFrame]:
        if kind == "picture":
            return [RecordedFrame(self.path)]
        recorded = read_frame_table(self.path)
        return recorded or [RecordedFrame(path) for path in pictures_in(self.path)]

    def _play_video(self) -> Iterator[Shot]:
        if self._video is not None:
            self._video.close()
        self._video = video = VideoReader(self.path)
        self._recorded_fps = video.fps
        good = told = 0
        for frame in video.frames():
            good, told = good + 1, video.lost
            yield Shot(
                frame.pixels(), device_s=frame.time_s, dropped_before=frame.lost_before
            )
        if video.cut is not None or video.lost > told or not good:
            raise DeviceDataError(
                f"{self.path}: {video.cut or 'it ends in damage'}; {good} frames "
                f"before that are good, {video.lost} damaged"
            )

    def _shots_of(self, row: RecordedFrame) -> Iterator[Shot]:
        """The pictures of a file; their bright end is the one of all before them."""
        for picture in read_pictures(row.path, least_bits=self._bits):
            self._bits = max(self._bits, picture.bits)
            yield _shot(row, picture)


def _rate(rows: list[RecordedFrame]) -> float | None:
    """Mean rate of a recording; None where no times are known."""
    first_s, last_s = rows[0].monotonic_s, rows[-1].monotonic_s
    if first_s is None or last_s is None or last_s <= first_s:
        return None
    return (len(rows) - 1) / (last_s - first_s)


def _shot(row: RecordedFrame, picture: StillPicture) -> Shot:
    damage = FrameFlag.DAMAGED if picture.is_damaged else FrameFlag.NONE
    return Shot(
        picture.eight_bits,
        device_s=row.device_s,
        exposure_us=row.exposure_us,
        light=row.light,
        # Whether a frame repeats the one before is seen again.
        flags=row.flags & ~FrameFlag.REPEATED | damage,
        dropped_before=row.dropped_before,
        jpeg=picture.jpeg,
        extra={"path": str(row.path), "recorded_s": row.monotonic_s},
    )


def make_source(address: Address, clock: Clock) -> ReplaySource:
    """Read the address of a file.

    Parameters
    ----------
    address : Address
        Place: a path, absolute or relative, with ~ and percent escapes. A file whose
        name itself holds a "?" or "%" is found by that name first. Options: fps
        ("recorded", 0, or a rate) and loop.
    clock : Clock
        Time.

    Returns
    -------
    ReplaySource

    Raises
    ------
    DeviceAddressError
        If there is no path, or an option is unknown or wrong.
    """
    rest = address.rest
    if rest.startswith("//"):  # file:///path and file://localhost/path
        host, _, after = rest[2:].partition("/")
        if host not in ("", "localhost"):
            raise DeviceAddressError(
                f"{address.text}: a file is on this machine: file:PATH"
            )
        rest = "/" + after
    path_text, _, query = rest.partition("?")
    if not path_text:
        raise DeviceAddressError(f"{address.text}: wanted file:PATH")
    path = _existing(rest)
    if path is not None:
        query = ""
    else:
        path = _existing(path_text) or Path(unquote(path_text)).expanduser()
    values = read_options(
        address.text, split_options(address.text, query), {"fps": str, "loop": bool}
    )
    fps = _read_fps(address.text, str(values.get("fps", "recorded")))
    return ReplaySource(path, fps, bool(values.get("loop", False)), clock)


def _existing(text: str) -> Path | None:
    """Give the path as it is written, if there is such a file or folder."""
    path = Path(text).expanduser()
    try:
        return path if path.exists() else None
    except OSError:
        return None


def _read_fps(address: str, text: str) -> float | None:
    if text == "recorded":
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = -1.0
    if not 0.0 <= fps <= 1000.0:
        raise DeviceAddressError(
            f"{address}: fps is recorded, 0 (as fast as asked) or a rate up to 1000, "
            f"not {text!r}"
        )
    return fps
