"""Recording an injection, checked: as the tree before the treatment floor did, and now.

    python benchmarks/append_checked.py [--against CHECKOUT] [--rounds N]
    python benchmarks/append_checked.py --beside CHECKOUT [--rounds N]

Each round takes a fresh store and records injections one after the other, with the
whole dose check inside the transaction; rounds of the two trees alternate in one run.
`CHECKOUT` is another checkout of this project with its own .venv, of before the
treatment floor; with `--beside` it is one of after it, measured in the same way. Prints
medians and 99th percentiles in ms and the medians' ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

OLD = """
import json, sys, time, uuid
from datetime import UTC, datetime
from pathlib import Path
import numpy as np
from vein_devices.frame import Frame
from vein_imaging.domain.limits import load_limits
from vein_imaging.domain.moments import zone_from_text
from vein_imaging.storage import create_store, new_key
from vein_imaging.viewer.entry import EntryText
from vein_imaging.viewer.session_record import SessionRecord
from vein_imaging.viewer.site_log import InjectionLog, Site
folder, count, timed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
now = datetime.now(UTC)
with create_store(folder, new_key(), author="a", at=now) as store:
    patient = store.add_patient({"name": "N"}, author="a", at=now)
    session = store.start_session(patient, author="a", at=now)
    head = store.sessions(patient)[0]
    record = SessionRecord(store, head, author="a")
    log = InjectionLog(record, load_limits("US"), zone_from_text("UTC"))
    entry = EntryText("asclera", "0.5", "liquid", "", "0.1", "", "L1")
    site = Site((1.0, 1.0), Frame(np.zeros((8, 8), np.uint8), 0, 0.0))
    waits = []
    for number in range(count + timed):
        begun = time.perf_counter()
        log.record(entry, site, reason=None)
        waits.append(1e3 * (time.perf_counter() - begun))
print(json.dumps(waits[count:]))
"""


def measure_new(folder: Path, count: int, timed: int) -> list[float]:
    """Record as the window does now."""
    import numpy as np

    from vein_imaging.treatment import Site
    from vein_imaging.treatment.practice import practice_visit
    from vein_imaging.treatment.typed_injection import EntryText

    entry = EntryText("asclera", "0.5", "liquid", "", "0.1", "", "L1")
    entry = replace(entry, site="left thigh")
    site = Site((1.0, 1.0), np.zeros((8, 8), np.uint8))
    waits = []
    with practice_visit("US", "UTC") as visit:
        for _ in range(count + timed):
            begun = time.perf_counter()
            visit.log.record(entry, site)
            waits.append(1e3 * (time.perf_counter() - begun))
    return waits[count:]


def main() -> None:
    """Measure, and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--against", type=Path)
    asked.add_argument("--beside", type=Path)
    asked.add_argument("--injections", type=int, default=60)
    asked.add_argument("--timed", type=int, default=30)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--new", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.new:
        print(json.dumps(measure_new(given.new, given.injections, given.timed)))
        return
    waits: dict[str, list[float]] = {"before": [], "after": []}
    for _ in range(given.rounds):
        for name in waits:
            with tempfile.TemporaryDirectory() as base:
                folder = Path(base) / "store"
                sizes = [str(given.injections), str(given.timed)]
                command = [sys.executable, __file__, "--new", str(folder)]
                command += ["--injections", sizes[0], "--timed", sizes[1]]
                where = Path(__file__).parents[1]
                if name == "before" and given.beside is not None:
                    where = given.beside.absolute()
                elif name == "before":
                    if given.against is None:
                        continue
                    python = given.against / ".venv" / "bin" / "python"
                    command = [str(python), "-c", OLD, str(folder), *sizes]
                    where = given.against
                roots = [where, where / "devices", where / "calibration"]
                path = os.pathsep.join(map(str, roots))
                told = subprocess.run(
                    command,
                    check=True,
                    capture_output=True,
                    text=True,
                    cwd=where,
                    env={**os.environ, "PYTHONPATH": path},
                )
                waits[name] += json.loads(told.stdout)
    medians = {name: statistics.median(w) for name, w in waits.items() if w}
    print(f"{datetime.now(UTC):%Y-%m-%d}  {given.injections} injections before, ms:")
    for name, median in medians.items():
        slowest = statistics.quantiles(waits[name], n=100)[98]
        print(
            f"  {name:<7} median {median:.2f}  99th percentile {slowest:.2f}"
            f"  of {len(waits[name])}"
        )
    if len(medians) == 2:
        print(f"  ratio   {medians['after'] / medians['before']:.2f}")


if __name__ == "__main__":
    main()
