"""A few simulated power cuts over ledger and pictures.

Hundreds of them: `benchmarks/crash.py`.
"""

from __future__ import annotations

import importlib
import os
import random
import shutil
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
pytest.importorskip("mfusepy", exc_type=ImportError)
CAN_MOUNT = os.access("/dev/fuse", os.W_OK) and shutil.which("fusermount3")
pytestmark = pytest.mark.skipif(
    not CAN_MOUNT, reason="needs /dev/fuse and Debian's fuse3"
)


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("crash")


@pytest.mark.parametrize("model", ["strict", "ext4"])
def test_a_power_cut_loses_nothing_acknowledged(
    crash: ModuleType, tmp_path: Path, model: str
) -> None:
    tally = crash.cut_power("none", model, 12, tmp_path, random.Random(1), 10)
    assert tally.acknowledged > 0
    assert (tally.lost, tally.images_damaged, tally.not_whole) == (0, 0, 0)


@pytest.mark.parametrize(
    "fault", ["synchronous=NORMAL", "no flush of files", "no flush of folders"]
)
def test_each_flush_left_out_is_found_by_the_cuts(
    crash: ModuleType, tmp_path: Path, fault: str
) -> None:
    tally = crash.cut_power(fault, "strict", 12, tmp_path, random.Random(1), 10)
    assert tally.rounds_with_loss > 0
