"""The firmware's parts use each other in one direction."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

FIRMWARE = Path(__file__).parents[3] / "devices/firmware"
PARTS = ("main", "board", "safety", "memory", "crc", "protocol", "parse")


def used_by(part: str) -> set[str]:
    text = (FIRMWARE / f"{part}.c").read_text()
    header = FIRMWARE / f"{part}.h"
    text += header.read_text() if header.exists() else ""
    return set(re.findall(r'#include "(\w+)\.h"', text)) & set(PARTS) - {part}


def test_no_two_parts_of_the_firmware_use_each_other() -> None:
    order = list(
        TopologicalSorter({part: used_by(part) for part in PARTS}).static_order()
    )
    assert order.index("safety") < order.index("protocol") < order.index("main")


def test_nothing_is_declared_behind_a_header() -> None:
    for source in FIRMWARE.glob("*.c"):
        assert not re.search(r"^extern", source.read_text(), re.M), source.name
