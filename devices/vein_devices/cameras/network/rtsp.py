"""RTSP streams through FFmpeg: nothing damaged unsaid, nothing old called new.

FFmpeg hands out pictures that follow a lost one as if they were whole. What it knows of
losses stands in its messages only; `DamageWatch` reads them. Of a picture in H.264 or
H.265 FFmpeg knows the end when the next begins: such a picture comes one period late,
and its age says so.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vein_devices.address import without_password
from vein_devices.cameras.decoder_log import messages
from vein_devices.cameras.gaps import GapCounter
from vein_devices.cameras.network.backlog import Backlog
from vein_devices.cameras.network.damage import DamageWatch
from vein_devices.cameras.network.rtsp_redirect import redirect_of
from vein_devices.cameras.network.stream_clock import StreamClock
from vein_devices.cameras.source import OLD_S, Shot
from vein_devices.cameras.video import VideoFrame, import_av
from vein_devices.clock import SYSTEM_CLOCK, Clock
from vein_devices.errors import DeviceAbsentError, DeviceTimeoutError
from vein_devices.frame import FrameFlag

if TYPE_CHECKING:
    import av

__all__ = ["RtspSource"]

_OPEN_S = 8.0
"""A camera in the house answers in a tenth of this time; one that takes a picture in
two and a half seconds, and waits for two of them before it answers, needs it."""
_READ_S = 6.0
"""Two such pictures. FFmpeg does not go on after a deadline: the stream must be opened
again."""
_OLDEST_S = 1.0
"""A stream whose pictures come older than this is opened again, which is the one way
past what waits on a slow line ..."""
_RENEW_S = 4.0  # ... and no more often: opening takes up to half a second of that
_AT_ONCE = 0.3  # of the usual interval: what came sooner had been waiting
_OPTIONS = {
    # What is read before the first picture waits, and grows old.
    "fpsprobesize": "0", "probesize": "2000",
    "analyzeduration": "1",
    "buffer_size": str(1 << 18),  # half a second of the richest streams
}  # fmt: skip


class RtspSource:
    """An RTSP stream, with deadlines.

    Parameters
    ----------
    url : str
        As rtsp://user:password@host/stream.
    clock : Clock
        Time; must be the machine's own.
    transport : "tcp" or "udp"
        What is tried first.
    """

    def __init__(
        self, url: str, clock: Clock = SYSTEM_CLOCK, transport: str = "tcp"
    ) -> None:
        self.url = url
        self.shown = without_password(url)
        self._clock = clock
        self._transport = transport
        self._container: Any = None
        self._packets: Iterator[av.Packet[Any]] = iter(())
        self._damage: Any = None  # made at each opening
        self._asked = False  # where it sends its visitors

    @property
    def nominal_fps(self) -> float | None:
        """What the stream states: often nothing, or wrong."""
        if self._container is None:
            return None
        rate = self._container.streams.video[0].codec_context.framerate
        return float(rate) if rate and 0 < rate <= 1000 else None

    def open(self) -> None:
        """Connect, in eight seconds at most, and skip what had been kept for us.

        Raises
        ------
        DeviceAbsentError
            If it does not open.
        DeviceUnsupportedError
            If the extra `video` is not installed.
        """
        self.close()
        av = import_av(self.shown)
        self._refuse_redirect()
        self._opened_s = self._clock.monotonic_s()
        first = {"rtsp_flags": "prefer_tcp"}
        options = first if self._transport == "tcp" else {"rtsp_transport": "udp"}
        self._damage = DamageWatch()
        try:
            with messages():
                self._container = av.open(
                    self.url,
                    options={**_OPTIONS, **options},
                    timeout=(_OPEN_S, _READ_S),
                )
                stream = self._container.streams.video[0]
            # Where nothing came, it gives up and says nothing of it.
            if self._clock.monotonic_s() - self._opened_s >= _OPEN_S:
                raise TimeoutError
        except (av.error.FFmpegError, OSError, IndexError):
            self.close()
            # not chained: FFmpeg's own message holds the password
            raise DeviceAbsentError(
                f"{self.shown}: it cannot be opened in {_OPEN_S:.0f} s; are address, "
                f"name and password right, and does it play in another program?"
            ) from None
        # Several frames at a time would each be as many periods late.
        stream.thread_type, stream.codec_context.thread_count = "SLICE", 1
        stream.codec_context.options = {"err_detect": "explode"}
        self._packets = self._container.demux(stream)
        self._damage.begin(stream.codec_context)
        self._ages = StreamClock()
        self._gaps = GapCounter(by_device=True)
        self._intervals: deque[float] = deque(maxlen=8)
        self._is_parsed = stream.codec_context.name != "mjpeg"
        self._came_s: float | None = None  # the packet before
        self._time_s: float | None = None  # its time in the stream
        self._backlog = Backlog(self._opened_s)
        self._dropped = self._count = 0

    def _refuse_redirect(self) -> None:
        """Before its first opening: no password goes where nobody sent it."""
        if self._asked or urlsplit(self.url).username is None:
            return
        to = redirect_of(self.url)
        if to is not None:
            raise DeviceAbsentError(
                f"{self.shown}: it sends its visitors on to {without_password(to)!r}; "
                f"if that is your camera, give that address"
            )
        self._asked = True

    def shot(self, timeout_s: float) -> Shot:
        """Give the newest frame; a silent stream may hold this up by six seconds.

        Parameters
        ----------
        timeout_s : s
            As far as FFmpeg allows.

        Returns
        -------
        Shot
            Flagged damaged from a loss up to the next key frame.
        """
        if self._container is None:
            raise DeviceAbsentError(f"{self.shown} is not open")
        until_s = self._clock.monotonic_s() + timeout_s
        while True:
            packet, waited = self._next_packet()
            for frame, is_damaged in self._damage.decode(packet):
                now_s = self._clock.monotonic_s()
                age_s = self._age_s(frame, now_s)
                if not self._backlog.is_over:
                    continue  # kept for newcomers: nobody knows how long
                if age_s > OLD_S and not waited and now_s < until_s:
                    self._dropped += 1  # others wait behind it
                    continue
                shot = self._shot(frame, is_damaged, now_s, age_s)
                if age_s > _OLDEST_S and now_s - self._opened_s > _RENEW_S:
                    self.open()
                    self._dropped = 1  # at least
                return shot
            if self._clock.monotonic_s() >= until_s:
                raise DeviceTimeoutError(
                    f"{self.shown}: data comes, and no picture in {timeout_s:.1f} s; "
                    f"it may begin with the next key frame"
                )

    def _next_packet(self) -> tuple[av.Packet[Any], bool]:
        """The next packet, and whether it had to be waited for."""
        av = import_av(self.shown)
        asked_s = self._clock.monotonic_s()
        try:
            with messages() as told:
                packet = next(self._packets, None)
        except (av.error.FFmpegError, OSError):
            packet = None
        if packet is None or packet.size == 0:
            raise DeviceAbsentError(f"{self.shown}: the stream ended or fell silent")
        self._damage.listen(told)
        now_s = self._clock.monotonic_s()
        usual_s = statistics.median(self._intervals) if self._intervals else 0.0
        waited_s = now_s - asked_s
        waited = waited_s > max(0.002, _AT_ONCE * usual_s)
        self._backlog.see(asked_s, now_s, usual_s)
        self._note(packet, now_s, waited=waited)
        return packet, waited

    def _note(self, packet: av.Packet[Any], now_s: float, *, waited: bool) -> None:
        """Take note of when a packet came, beside its own time."""
        came_s, self._came_s = self._came_s, now_s
        if packet.pts is None or packet.time_base is None:
            return
        time_s = float(packet.pts * packet.time_base)
        if self._time_s is not None and time_s > self._time_s:
            self._intervals.append(time_s - self._time_s)
        self._time_s = time_s
        began_s = came_s if self._is_parsed else now_s
        if began_s is not None:
            self._ages.see(time_s, began_s, idle=waited)

    def _age_s(self, frame: av.VideoFrame, now_s: float) -> float:
        if frame.time is None or not self._ages.seen:
            return now_s - self._opened_s  # no older than that
        return self._ages.age_s(frame.time, now_s)

    def _shot(
        self, frame: av.VideoFrame, is_damaged: bool, now_s: float, age_s: float
    ) -> Shot:
        flags = FrameFlag.STALE if age_s > OLD_S else FrameFlag.NONE
        if is_damaged:
            flags |= FrameFlag.DAMAGED
        if frame.time is None:
            flags |= FrameFlag.UNTIMED
        dropped, self._dropped = self._dropped, 0
        if frame.time is not None:
            dropped += self._gaps.lost(frame.time, dropped)
        self._count += 1
        # The decoder's, and not the stream's: that one is known at the opening only.
        codec = self._container.streams.video[0].codec_context
        aspect = float(codec.sample_aspect_ratio or 1)
        made = VideoFrame(self.shown, self._count, frame.time, dropped, frame, aspect)
        return Shot(
            made.pixels(), device_s=frame.time, flags=flags, dropped_before=dropped,
            arrived_s=now_s, delay_s=age_s,
        )  # fmt: skip

    def close(self) -> None:
        """Hang up."""
        if self._damage is not None:
            self._damage.close()
        if self._container is not None:
            self._container.close()
            self._container = None
