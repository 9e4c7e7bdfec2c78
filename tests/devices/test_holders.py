"""Who holds a device."""

from __future__ import annotations

import os
from pathlib import Path

from vein_devices.holders import Holder, holders_of


def test_holders_are_other_programs(tmp_path: Path) -> None:
    for pid in ("123", str(os.getpid())):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "comm").write_text("cheese\n")
        (tmp_path / pid / "cmdline").write_text("cheese\0--full\0")
        (tmp_path / pid / "fd/7").symlink_to("/dev/video0")
    found = holders_of("/dev/video0", tmp_path)
    assert found == [Holder("cheese", 123, "cheese --full")]
    assert str(found[0]) == "cheese (123)"
    assert holders_of("/dev/video1", tmp_path) == []
