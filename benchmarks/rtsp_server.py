"""A real RTSP camera for the proofs: GStreamer's server, run by the system's Python.

    /usr/bin/python3 benchmarks/rtsp_server.py --port 8554 --codec h264 --fps 30

Debian: gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-good, -bad, -ugly.
It shows a texture that moves. In its top rows stand, as 32 black or white squares each,
the time of `time.monotonic()` at which it was drawn, in milliseconds, and its number.
"""

from __future__ import annotations

import argparse
import random
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, SQUARE = 640, 480, 20
BITS = WIDTH // SQUARE
ENCODERS = {
    "h264": (
        "video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast "
        "sliced-threads=false threads=1 "
        "bitrate={kbit} key-int-max={key} "
        "! rtph264pay name=payload pt=96 config-interval=-1"
    ),
    "jpeg": (
        "video/x-raw,format=I420 ! jpegenc quality=80 ! rtpjpegpay name=payload pt=26"
    ),
}


_RANDOM = random.Random(7)
TEXTURE = [
    b"".join(bytes([_RANDOM.randrange(60, 190)]) * 8 for _ in range(WIDTH // 8))
    for _ in range(HEIGHT // 8)
]
"""Rows of eight grey squares' height; every picture is this, moved to the left."""


def squares(number: int) -> bytes:
    """Rows of black and white squares that carry a number."""
    bits = (235 if number >> bit & 1 else 16 for bit in range(BITS))
    return b"".join(bytes([level]) * SQUARE for level in bits) * SQUARE


def drawn(now_s: float, count: int) -> bytes:
    """A grey picture that carries its own time and number."""
    at = 3 * count % WIDTH
    rows = [(row[at:] + row[:at]) * 8 for row in TEXTURE]
    head = squares(int(now_s * 1000) & (1 << BITS) - 1) + squares(count)
    return head + b"".join(rows)[len(head) :]


class Camera(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """Draws one picture for each beat, for each client anew."""

    def __init__(self, launch: str, fps: float) -> None:
        super().__init__()
        self.set_launch(launch)
        self.fps = fps

    def do_configure(self, media: GstRtspServer.RTSPMedia) -> None:
        source = media.get_element().get_by_name("source")
        count, due_s = 0, time.monotonic()

        def push(*_: object) -> bool:
            nonlocal count, due_s
            data = Gst.Buffer.new_wrapped(drawn(time.monotonic(), count))
            count, due_s = count + 1, due_s + 1 / self.fps
            wait_s = max(0.0, due_s - time.monotonic())
            if source.emit("push-buffer", data) is Gst.FlowReturn.OK:
                GLib.timeout_add(int(1000 * wait_s), push)
            return False

        push()


def main() -> None:
    """Serve until killed."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--port", default="8554")
    told.add_argument("--codec", choices=sorted(ENCODERS), default="h264")
    told.add_argument("--fps", type=float, default=30.0)
    told.add_argument("--kbit", type=int, default=2000)
    told.add_argument("--key", type=int, default=30, help="pictures between key frames")
    told.add_argument("--loss", type=float, default=0.0, help="share of packets lost")
    said = told.parse_args()
    Gst.init(None)
    encoder = ENCODERS[said.codec].format(kbit=said.kbit, key=said.key)
    launch = (
        f"( appsrc name=source is-live=true do-timestamp=true format=time "
        f"caps=video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT},"
        f"framerate={round(said.fps * 10)}/10 "
        f"! videoconvert ! {encoder} "
        f"! identity name=pay0 drop-probability={said.loss} )"
    )
    server = GstRtspServer.RTSPServer()
    server.set_service(said.port)
    camera = Camera(launch, said.fps)
    server.get_mount_points().add_factory("/live", camera)
    server.attach(None)
    print(f"rtsp://127.0.0.1:{said.port}/live", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
