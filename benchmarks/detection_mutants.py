"""Spoil detection in one way at a time: some bound on it must fail each time.

    python benchmarks/detection_mutants.py --out FILE

Works on a copy; a mutation whose text is not found any more is an error. The bounds
stand in tests/vein_imaging/detection/floors.toml.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUARDS = "tests/vein_imaging/detection"
MEASUREMENT = "vein_imaging/pipeline/measurement.py"
POINTS = "points_rc=points[start:stop],"

# what is spoilt: file, text, what stands there instead
MUTANTS: dict[str, tuple[str, str, str]] = {
    "only the longest third of the branches": (
        MEASUREMENT,
        "    return tuple(branches)\n",
        "    branches.sort(key=lambda branch: -branch.length_px)\n"
        "    return tuple(branches[: len(branches) // 3])\n",
    ),
    "every centreline 2 px to the right": (
        MEASUREMENT,
        POINTS,
        "points_rc=points[start:stop] + np.array([0, 2], np.float32),",
    ),
    "WIDE_ERROR_SHARE = 0": (
        MEASUREMENT,
        "WIDE_MM, WIDE_ERROR_SHARE = 2.0, 0.1",
        "WIDE_MM, WIDE_ERROR_SHARE = 2.0, 0.0",
    ),
    "every centreline 1 px down": (
        MEASUREMENT,
        POINTS,
        "points_rc=points[start:stop] + np.array([1, 0], np.float32),",
    ),
    "widths 10 % too large": (
        MEASUREMENT,
        "diameter_mm = None if mm is None else diameter * np.float32(mm)",
        "diameter_mm = None if mm is None else diameter * np.float32(1.1 * mm)",
    ),
    "every tenth branch lost": (
        MEASUREMENT,
        "    return tuple(branches)\n",
        "    return tuple(b for i, b in enumerate(branches) if i % 10)\n",
    ),
}


def guard(copy: Path) -> tuple[list[str], float]:
    """Names of the bounds that fail, and the CPU time of all, s."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", GUARDS],
        cwd=copy, env={**os.environ, "PYTHONPATH": f"{copy}:{copy}/devices"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    spent_s = sum(
        getattr(after, name) - getattr(before, name)
        for name in ("ru_utime", "ru_stime")
    )
    return re.findall(r"^FAILED .*\[(\S+)\]", done.stdout, re.MULTILINE), spent_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="Names of mutants.")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        for part in ("vein_imaging", "devices", "calibration", GUARDS):
            shutil.copytree(ROOT / part, copy / part)
        for part in ("pyproject.toml", "tests/conftest.py"):
            shutil.copy(ROOT / part, copy / part)
        real = (ROOT.parent / "shared").resolve()
        if real.is_dir():
            (Path(name) / "shared").symlink_to(real)
        failed, spent_s = guard(copy)
        if failed:
            raise SystemExit(f"the bounds fail before anything is spoilt: {failed}")
        lines = [
            f"benchmarks/detection_mutants.py, {datetime.now(UTC):%Y-%m-%d}, "
            f"real skin {'there' if real.is_dir() else 'not there'}",
            f"nothing spoilt: no bound fails, {spent_s:.0f} s of CPU",
        ]
        for mutant in asked.only or MUTANTS:
            file_name, text, instead = MUTANTS[mutant]
            whole = (copy / file_name).read_text("utf-8")
            if text not in whole:
                raise SystemExit(f"{mutant}: {text!r} is not in {file_name} any more")
            (copy / file_name).write_text(whole.replace(text, instead), "utf-8")
            failed, _ = guard(copy)
            (copy / file_name).write_text(whole, "utf-8")
            verdict = f"{len(failed)} bounds fail" if failed else "SURVIVES"
            lines.append(f"{mutant}: {verdict}: {', '.join(failed)}")
            print(lines[-1], flush=True)
    report = "\n".join(lines) + "\n"
    if asked.out:
        asked.out.write_text(report, "utf-8")
    print(report)
    if "SURVIVES" in report:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
