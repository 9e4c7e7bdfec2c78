"""Damaged clips: how many wrong pictures are shown, and how many right ones left out.

    python benchmarks/clip_damage.py [--clips 30] [--only hevc] [--whole 40]

A drawn leg moves a little, 20 pictures at 640 x 480, a key frame every 10; in each clip
1, 8 or 64 bytes at one place become random ones. A picture is wrong where over half a
percent of it is off by over 25 grey levels from the same picture of the whole clip.
"wrong" is counted in what FFmpeg gives when nobody asks it about faults; "of them
shown" in what `VideoReader` gives. Then whole clips of other rates, sizes and motion:
pictures of those that are left out are false alarms.
Results: benchmarks/results/clip_damage.txt.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from vein_devices.cameras.video import VideoReader
from vein_devices.errors import DeviceDataError
from vein_phantom import PhantomSettings, draw_frame

Picture = NDArray[np.uint8]
X265 = "log-level=none:pools=none:frame-threads=1"
BURSTS = (1, 8, 64)
OFF_LEVELS, OFF_SHARE = 25, 0.005


@dataclass(frozen=True, slots=True)
class Kind:
    """A codec in a container."""

    name: str
    codec: str
    suffix: str
    options: dict[str, str]


KINDS = (
    Kind("H.264, MP4", "libx264", "mp4", {"g": "10"}),
    Kind("H.264, MP4, low rate", "libx264", "mp4", {"g": "10", "crf": "33"}),
    Kind("H.264, TS", "libx264", "ts", {"g": "10"}),
    Kind("HEVC, MP4", "libx265", "mp4", {"x265-params": f"keyint=10:{X265}"}),
    Kind(
        "HEVC, MP4, no B frames", "libx265", "mp4",
        {"x265-params": f"keyint=10:bframes=0:{X265}"},
    ),
    Kind(
        "HEVC, MP4, high rate", "libx265", "mp4",
        {"x265-params": f"keyint=10:crf=20:{X265}"},
    ),
    Kind("HEVC, TS", "libx265", "ts", {"x265-params": f"keyint=10:{X265}"}),
    Kind("MJPEG, AVI", "mjpeg", "avi", {"qscale": "4"}),
    Kind("MPEG-2, MPG", "mpeg2video", "mpg", {"g": "10", "b": "3000000"}),
    Kind("MPEG-4, AVI", "mpeg4", "avi", {"g": "10", "b": "2000000"}),
    Kind("WMV2, WMV", "wmv2", "wmv", {"g": "10", "b": "2000000"}),
)  # fmt: skip


def filmed(
    count: int, seed: int, speed_px: float, size_px: tuple[int, int]
) -> Iterator[Picture]:
    """A drawn leg that moves, with a camera's noise."""
    width, height = size_px
    still = draw_frame(
        PhantomSettings(seed=seed, width_px=width, height_px=height, colour="skin")
    )[0]
    rng = np.random.default_rng(seed)
    for index in range(count):
        way = speed_px * np.array([np.sin(index / 5), np.cos(index / 7)])
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.1 * index, 1)
        turn = turn + np.column_stack([np.zeros((2, 2)), way])
        moved = cv2.warpAffine(still, turn, size_px, borderMode=cv2.BORDER_REFLECT)
        noisy = moved + rng.normal(0, 2, moved.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def write(path: Path, kind: Kind, pictures: Iterator[Picture]) -> Path:
    """A whole clip."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(kind.codec, rate=25, options=kind.options)
        stream.pix_fmt = "yuvj420p" if kind.codec == "mjpeg" else "yuv420p"
        if "b" in kind.options:
            stream.bit_rate = int(kind.options["b"])
        for index, rgb in enumerate(pictures):
            if not index:
                stream.height, stream.width = rgb.shape[:2]
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode())
    return path


def naive(path: Path) -> dict[float, Picture]:
    """What FFmpeg gives when its complaints are thrown away."""
    got: dict[float, Picture] = {}
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            first: float | None = None
            for packet in container.demux(stream):
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    continue
                for frame in frames:
                    if isinstance(frame, av.VideoFrame) and frame.time is not None:
                        first = frame.time if first is None else first
                        got[round(frame.time, 3)] = np.asarray(
                            frame.to_ndarray(format="rgb24"), np.uint8
                        )
    except (av.error.FFmpegError, OSError, IndexError):
        return got
    return got


def read(path: Path) -> dict[float, Picture]:
    """What the program shows."""
    got: dict[float, Picture] = {}
    try:
        video = VideoReader(path)
        try:
            for frame in video.frames():
                if frame._frame.time is not None:
                    got[round(frame._frame.time, 3)] = frame.pixels()
        finally:
            video.close()
    except DeviceDataError:
        return got
    return got


def is_wrong(got: Picture, good: Picture) -> bool:
    off = np.abs(got.astype(np.int16) - good).max(axis=2) > OFF_LEVELS
    return bool(off.mean() > OFF_SHARE)


def damaged(kind: Kind, clips: int, folder: Path) -> None:
    """One row of the table."""
    path = folder / f"clip.{kind.suffix}"
    rng = np.random.default_rng(18)
    wrong = shown = left = right = 0
    by_burst = dict.fromkeys(BURSTS, 0)
    begun = time.process_time()
    for number in range(clips):
        write(path, kind, filmed(20, number, 3.0, (640, 480)))
        data, good = bytearray(path.read_bytes()), naive(path)
        burst = BURSTS[number % len(BURSTS)]
        at = int(rng.integers(len(data) // 10, len(data) * 19 // 20 - burst))
        data[at : at + burst] = rng.bytes(burst)
        path.write_bytes(data)
        plain, ours = naive(path), read(path)
        bad = {
            at_s for at_s in plain if at_s in good and is_wrong(plain[at_s], good[at_s])
        }
        seen = {
            at_s for at_s in ours if at_s in good and is_wrong(ours[at_s], good[at_s])
        }
        wrong, shown = wrong + len(bad | seen), shown + len(seen)
        by_burst[burst] += len(seen)
        left += len(set(good) - bad - set(ours))
        right += len(set(good) - bad)
    passed = ", ".join(f"{count} of {burst} B" for burst, count in by_burst.items())
    print(
        f"{kind.name:26}{wrong:7d}{shown:14d}{left:10d} of {right:4d}   "
        f"{time.process_time() - begun:6.1f}  {passed}",
        flush=True,
    )


def whole(kind: Kind, clips: int, folder: Path) -> None:
    """False alarms in clips that nothing happened to."""
    path, rng = folder / f"whole.{kind.suffix}", np.random.default_rng(3)
    count = out = 0
    for number in range(clips):
        speed = float(rng.choice([0.0, 3.0, 40.0]))
        size = ((320, 240), (640, 480), (1280, 720))[number % 3]
        write(path, kind, filmed(20, 100 + number, speed, size))
        count += 20
        out += 20 - len(read(path))
    print(f"{kind.name:26}{count:7d}{out:14d}", flush=True)


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--clips", type=int, default=30)
    told.add_argument("--whole", type=int, default=12)
    told.add_argument("--only", default="")
    said = told.parse_args()
    kinds = [kind for kind in KINDS if said.only.lower() in kind.name.lower()]
    with tempfile.TemporaryDirectory() as name:
        print(f"{'':26}  wrong  of them shown  right, left out   CPU s")
        for kind in kinds:
            damaged(kind, said.clips, Path(name))
        print(f"{'':26}  whole  of them left out")
        for kind in kinds:
            whole(kind, said.whole, Path(name))


if __name__ == "__main__":
    main()
