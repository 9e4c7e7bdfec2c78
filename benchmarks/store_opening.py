"""What opening one session costs, with more and more patients beside it.

    python benchmarks/store_opening.py --patients 20 200 2000 \\
        --out benchmarks/results/store_opening.txt

A hundred entries and two sessions a patient. Each store is opened in a new process with
the program's modules already imported; opening means what the window does before it
shows a session: open the store, find the session's beginning, read its entries and all
of its patient's. Signing in is left out: Argon2 makes it slow on purpose.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store_growth import KEY, fill, now  # type: ignore[import-not-found]

from vein_imaging.storage import create_store, open_store
from vein_imaging.storage.entries import ledger


def open_one(folder: Path, session_id: str) -> None:
    """Be a fresh process: print what opening took, as JSON."""
    opened = []
    real = vars(ledger)["opened"]

    def count(key: bytes, box: bytes, about: bytes) -> bytes:
        opened.append(len(box))
        return bytes(real(key, box, about))

    vars(ledger)["opened"] = count
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    with open_store(folder, KEY) as store:
        head = store.session_head(session_id)
        store.events(session_id)
        store.patient_events(head.patient_id)
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    print(json.dumps({"cpu_s": cpu_s, "wall_s": wall_s, "decrypted": len(opened)}))


def measure(patients: int, base: Path) -> str:
    folder = base / str(patients)
    with create_store(folder, KEY, author="o", at=now()) as store:
        fill(store, 100 * patients)
    arguments = [sys.executable, __file__, "--open", str(folder)]
    arguments += ["--session", f"s{patients // 2}-1"]
    rows = [json.loads(subprocess.check_output(arguments)) for _ in range(5)]
    rows.sort(key=lambda row: float(row["cpu_s"]))
    row = rows[2]
    return (
        f"{patients:>8}  {row['decrypted']:>9}  {row['cpu_s']:>5.3f}"
        f"  {row['wall_s']:>6.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=[20, 200, 2000])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--session", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.open:
        open_one(asked.open, asked.session)
        return
    lines = [f"benchmarks/store_opening.py, {now():%Y-%m-%d}, median of 5 by CPU time"]
    lines.append("patients  decrypted  cpu_s  wall_s")
    with tempfile.TemporaryDirectory() as base:
        for patients in asked.patients:
            lines.append(measure(patients, Path(base)))
            print(lines[-1], flush=True)
    if asked.out:
        asked.out.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
