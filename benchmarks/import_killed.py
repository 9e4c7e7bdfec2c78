"""An import of 200 photographs, killed at many moments: all of it, or nothing.

    python benchmarks/import_killed.py --out benchmarks/results/import_killed.txt

Each round is a fresh store and a real `vein-imaging import` in a process of its own. It
is killed (SIGKILL) when so many pictures were said to be stored, or so many
milliseconds after the last one, where the one transaction is written; the store is then
opened, counted and verified, and the same import is run again.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from vein_imaging.storage.people.administration import set_up
from vein_imaging.storage.people.clinic import ClinicSettings
from vein_imaging.storage.people.roles import Role
from vein_imaging.storage.people.signed_in import sign_in

PASSWORD = "four unrelated words"
PHOTOGRAPHS = 200
PATIENTS = 10
RUN = (
    "from vein_imaging.storage.people import passwords\n"
    "passwords.ARGON2ID_COST = (32, 1, 4)\n"  # signing in is not what is measured
    "from vein_imaging.cli import main; main()\n"
)


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "VEIN_IMAGING_STORE": str(folder / "store"),
        "VEIN_IMAGING_USER": "anna",
        "VEIN_IMAGING_PASSWORD": PASSWORD,
        "XDG_DATA_HOME": str(folder / "data"),
    }


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(
        command, env=environment(folder), capture_output=True, text=True, check=False
    )


def make(folder: Path) -> tuple[str, str]:
    """A store with ten patients, and 200 photographs of them with their list."""
    now = datetime.now(UTC)
    set_up(folder / "store", "anna", PASSWORD, roles=[Role.CLINICIAN], at=now)
    with sign_in(folder / "store", "anna", PASSWORD) as owner:
        owner.set_clinic(ClinicSettings("US", "Europe/London"))
        for number in range(PATIENTS):
            owner.add_patient({"name": f"Probe {number}", "number": f"P-{number}"})
    photographs = folder / "photographs"
    photographs.mkdir()
    rows = ["file,patient,taken,light,pose,view,when,mm_per_pixel"]
    rng = np.random.default_rng(1)
    for number in range(PHOTOGRAPHS):
        noise = cv2.GaussianBlur(
            rng.integers(0, 256, (240, 320, 3), np.uint8), (5, 5), 2
        )
        cv2.imwrite(str(photographs / f"{number:03}.png"), noise)
        day = f"2025-{number // PATIENTS % 12 + 1:02}-{number // 120 + 3:02}"
        patient = f"P-{number % PATIENTS}"
        rows.append(f"{number:03}.png,{patient},{day},white,standing,left,before,0.1")
    listing = folder / "list.csv"
    listing.write_text("\n".join(rows), "utf-8")
    return str(photographs), str(listing)


def killed(folder: Path, arguments: tuple[str, str], at: int, wait_ms: float) -> bool:
    """Import, and kill it; whether it was killed before its end."""
    command = [sys.executable, "-u", "-c", RUN, "import", *arguments]
    process = subprocess.Popen(
        command, env=environment(folder), stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(f"{at} pictures"):
            time.sleep(wait_ms / 1000)
            process.send_signal(signal.SIGKILL)
            break
    process.stderr.close()
    return process.wait() == -signal.SIGKILL


def counted(folder: Path) -> tuple[int, bool]:
    """Photographs in the record, and whether `verify` finds the store whole."""
    with sign_in(folder / "store", "anna", PASSWORD) as signed_in:
        found = sum(
            entry.kind == "photographed"
            for patient in signed_in.patients()
            for entry in signed_in.history(patient.patient_id).events
        )
    return found, run(folder, "verify").returncode == 0


def main() -> None:
    """Kill, count, and write what was seen."""
    from vein_imaging.storage.people import passwords

    passwords.ARGON2ID_COST = (32, 1, 4)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    moments = [(100, 0.0), (10, 0.0), (190, 0.0)]
    moments += [(PHOTOGRAPHS, wait) for wait in (0.0, 30.0, 120.0)]
    lines = [f"{PHOTOGRAPHS} photographs of {PATIENTS} patients; killed after:"]
    bad = 0
    for at, wait_ms in moments:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            arguments = make(folder)
            was_killed = killed(folder, arguments, at, wait_ms)
            found, whole = counted(folder)
            again = run(folder, "import", *arguments, "--json")
            after, whole_after = counted(folder)
        good = found in (0, PHOTOGRAPHS) and whole and whole_after
        good = good and after == PHOTOGRAPHS and (found == 0) == (again.returncode == 0)
        bad += not good
        told = json.loads(again.stdout)["imported"]
        lines.append(
            f"  {at:>3} stored + {wait_ms:>3.0f} ms: killed {was_killed!s:<5}"
            f" {found:>3} in the record, store whole: {whole}; run again: {told:>3}"
            f" imported, {after} in the record{'' if good else '  BAD'}"
        )
        print(lines[-1], flush=True)
    lines.append(f"half-imported: {bad} of {len(moments)}")
    if out is not None:
        out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
