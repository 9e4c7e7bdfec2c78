"""A hundred thousand damaged and split messages for each wire format, counted.

    python benchmarks/device_codecs.py [CASES]

Half of the cases are whole and only split; in the other half one byte is changed, lost
or added. "right" gave exactly the message, "refused" gave none, "passed wrong" gave
another one. docs/wire-protocol.md says what each format can let pass.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np

from vein_devices.cameras.jpeg import check_jpeg
from vein_devices.cameras.network.multipart import MultipartReader
from vein_devices.cameras.openmv import protocol as openmv
from vein_devices.cameras.vc0706 import protocol as vc0706
from vein_devices.errors import DeviceDataError
from vein_devices.illuminators import protocol as illuminator

Case = tuple[bytes, bytes, Callable[[bytes], list[bytes]]]
"""A whole message on the wire, what it says, and how to read it."""


def spoil(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    at = rng.randrange(len(data))
    how = rng.choice(("changed", "lost", "added"))
    if how == "changed":
        return how, data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[
            at + 1 :
        ]
    if how == "lost":
        return how, data[:at] + data[at + 1 :]
    return how, data[:at] + bytes([rng.randrange(256)]) + data[at:]


def split(data: bytes, rng: random.Random) -> list[bytes]:
    marks = sorted({0, len(data), *(rng.randrange(len(data) + 1) for _ in range(4))})
    return [data[a:b] for a, b in itertools.pairwise(marks)]


def openmv_case(
    rng: random.Random,
) -> Case:
    body = rng.randbytes(rng.randrange(1, 52))
    packet = openmv.Packet(rng.randrange(256), 3, 0x26, openmv.Flag(0), body)

    def read(data: bytes) -> list[bytes]:
        reader = openmv.PacketReader()
        got = [p for part in split(data + bytes(70), rng) for p in reader.feed(part)]
        return [openmv.encode(p) for p in got]

    return openmv.encode(packet), openmv.encode(packet), read


def line_case(
    rng: random.Random,
) -> Case:
    text = "".join(chr(rng.randrange(0x20, 0x7F)) for _ in range(rng.randrange(1, 60)))

    def read(data: bytes) -> list[bytes]:
        reader = illuminator.LineReader(demand_check=True)
        lines = [x for part in split(data + b"\n", rng) for x in reader.feed(part)]
        return [line.text.encode() for line in lines]

    return illuminator.encode_line(text, check=True), text.encode(), read


def vc0706_case(
    rng: random.Random,
) -> Case:
    body = rng.randbytes(64)
    head = bytes.fromhex("7600320000")

    def read(data: bytes) -> list[bytes]:
        reader = vc0706.ReplyReader(vc0706.READ_FBUF, len(body))
        for part in split(data, rng):
            reply = reader.feed(part)
            if reply is not None:
                return [reply.data] if reply.status == 0 else []
        return []

    return head + body + head, body, read


def multipart_case(rng: random.Random, pictures: list[bytes]) -> Case:
    body = rng.choice(pictures)
    head = b"--frame\r\nContent-Length: %d\r\n\r\n" % len(body)

    def read(data: bytes) -> list[bytes]:
        reader = MultipartReader(b"frame")
        parts = [p.body for part in split(data, rng) for p in reader.feed(part)]
        return [check_jpeg(p)[0] for p in parts]

    return head + body + b"\r\n--frame", body, read


def codecs(cases: int = 100_000) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (12, 32, 48), np.uint8)
    smooth = [cv2.GaussianBlur(picture, (0, 0), 2) for picture in noise]
    pictures = [bytes(cv2.imencode(".jpg", p)[1].tobytes()) for p in smooth]
    table: dict[
        str,
        Callable[[random.Random], Case],
    ]
    table = {
        "openmv packets": openmv_case,
        "illuminator lines with CRC": line_case,
        "vc0706 pictures": vc0706_case,
        "multipart JPEG": lambda rng: multipart_case(rng, pictures),
    }
    for name, make in table.items():
        rng = random.Random(1)
        count: Counter[str] = Counter()
        for i in range(cases):
            whole, wanted, read = make(rng)
            if i % 2:
                how, data = "split only", whole
            else:
                how, data = spoil(whole, rng)
            try:
                got = read(data)
            except DeviceDataError:
                got = []
            if got == [wanted]:
                outcome = "right"
            else:
                outcome = "passed wrong" if got else "refused"
            count[f"{how}: {outcome}"] += 1
        print(
            f"{name}, {cases} cases: "
            + ", ".join(f"{k} {v}" for k, v in sorted(count.items()))
        )


if __name__ == "__main__":
    codecs(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
