"""What a user sees for each fault, and whether it is noticed.

    python benchmarks/store_faults.py --out benchmarks/results/store_faults.txt

Needs root on Linux: it mounts small disks in memory and gives up its rights.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import sqlcipher3

from vein_imaging.domain.session import Annotated, Event, Photographed
from vein_imaging.storage import Store, StoreError, create_store, open_store
from vein_imaging.storage.database.append_only import SQLITE_0001
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.ledger import entry_hash, header_of
from vein_imaging.storage.files.keys import Vault
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    write_checkpoints,
)
from vein_imaging.storage.upkeep.verify import verify_store

KEY = bytes(range(32))
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAGE = 4096
NOBODY = 65534


@dataclass
class Case:
    """A store of two hundred entries and ten pictures, and what was seen."""

    folder: Path
    checkpoint: Path
    session_id: str
    seen: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    def verify(self, with_checkpoint: bool = True) -> list[str]:
        """Return what opening and verifying says; empty where nothing is noticed."""
        checkpoints = [self.checkpoint] if with_checkpoint else []
        try:
            with open_store(self.folder, KEY) as store:
                seen = verify_store(store, checkpoints=checkpoints)
        except StoreError as error:
            return [str(error)]
        return [str(problem) for problem in seen.problems]


def make(base: Path, entries: int = 200) -> Case:
    folder = base / "clinic"
    with create_store(folder, KEY, author="o", at=AT) as store:
        patient_id = store.add_patient({"name": "Käthe Probe"}, author="a", at=AT)
        session_id = store.start_session(patient_id, author="a", at=AT)
        dice = np.random.default_rng(1)
        for number in range(entries):
            event: Event = Annotated(entry_id=f"n{number}", text="0.1 mL")
            if number % 20 == 0:
                noise = dice.integers(0, 255, (64, 64), np.uint8)
                png = bytes(cv2.imencode(".png", noise)[1])
                event = Photographed(
                    entry_id=f"n{number}",
                    image_id=store.put_image(session_id, png),
                    at=AT,
                    light="white",
                    pose="standing",
                )
            store.append(session_id, event, author="a", at=AT)
        write_checkpoints(store, [base / "safe"])
        checkpoint = checkpoint_file(store, base / "safe")
    return Case(folder, checkpoint, session_id)


@contextmanager
def small_disk(base: Path, size: str) -> Iterator[Path]:
    """Mount a disk in memory."""
    disk = base / "disk"
    disk.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True
    )
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def said(act: Callable[[], object]) -> str:
    """Return the refusal's words."""
    try:
        act()
    except StoreError as error:
        return f"{type(error).__name__}: {error}"
    return "NOTHING WAS SAID"


def append(store: Store, session_id: str, text: str = "x") -> None:
    note = Annotated(entry_id=uuid.uuid4().hex, text=text)
    store.append(session_id, note, author="a", at=AT)


def disk_full(base: Path) -> list[str]:
    with small_disk(base, "3m") as disk:
        case = make(disk, 40)
        noise = np.random.default_rng(2).integers(0, 255, (256, 256), np.uint8)
        png = bytes(cv2.imencode(".png", noise)[1])
        with open_store(case.folder, KEY) as store:
            # leave one picture's room less than a picture needs
            filler = disk / "filler"
            free = shutil.disk_usage(disk).free
            filler.write_bytes(bytes(free - 40_000))
            picture = said(lambda: store.put_image(case.session_id, png))

            def fill() -> None:
                for _ in range(1000):
                    append(store, case.session_id, "x" * 400)

            entry = said(fill)
            filler.unlink()
            append(store, case.session_id)
        whole = not case.verify()
    return [
        f"picture: {picture}",
        f"entry: {entry}",
        f"goes on once there is room, and verifies: {whole}",
    ]


def read_only(base: Path) -> list[str]:
    with small_disk(base, "8m") as disk:
        case = make(disk, 40)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        opening = said(lambda: open_store(case.folder, KEY))
        with open_store(case.folder, KEY, read_only=True) as store:
            shown = len(store.events(case.session_id))
            refused = said(lambda: append(store, case.session_id))
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    return [
        f"opening: {opening}",
        f"--read-only shows {shown} entries; writing then: {refused}",
    ]


def permission_lost(base: Path) -> list[str]:
    case = make(base, 40)
    for path in (case.folder, *case.folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    base.chmod(0o755)
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with open_store(case.folder, KEY) as store:
            append(store, case.session_id)
        for path in (*case.folder.rglob("*"), case.folder):
            path.chmod(0o500 if path.is_dir() else 0o400)

        def write() -> None:
            with open_store(case.folder, KEY) as store:
                append(store, case.session_id)

        os.write(into, said(write).encode())
        os._exit(0)
    os.close(into)
    os.waitpid(child, 0)
    with os.fdopen(out) as stream:
        return [stream.read()]


def clock_back(base: Path) -> list[str]:
    case = make(base, 40)
    with open_store(case.folder, KEY) as store:
        entry = Annotated(entry_id="late", text="0.1 mL")
        past = AT - timedelta(days=365)
        written = store.append(case.session_id, entry, author="a", at=past)
        seen = verify_store(store)
    return [
        f"entry accepted, flagged clock_set_back={written.clock_set_back}; a check"
        f" is given {written.latest_at:%Y-%m-%d}; verify lists {seen.clock_set_back}"
    ]


def damaged(change: Callable[[bytes], bytes]) -> Callable[[Path], list[str]]:
    def run(base: Path) -> list[str]:
        case = make(base)
        case.ledger.write_bytes(change(case.ledger.read_bytes()))
        return case.verify()[:3]

    return run


def swapped(content: bytes) -> bytes:
    pages = [content[i : i + PAGE] for i in range(0, len(content), PAGE)]
    pages[7], pages[9] = pages[9], pages[7]
    return b"".join(pages)


def bit_flips(part: str, count: int) -> Callable[[Path], list[str]]:
    def run(base: Path) -> list[str]:
        case, dice = make(base, 60), random.Random(part)
        files = [case.ledger]
        if part == "images":
            files = sorted((case.folder / "images").iterdir())
        outcomes: Counter[str] = Counter()
        for _ in range(count):
            file = dice.choice(files)
            good = file.read_bytes()
            content = bytearray(good)
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            file.write_bytes(content)
            found = case.verify()
            outcomes[found[0].split("(")[0][:70] if found else "NOT NOTICED"] += 1
            file.write_bytes(good)
        noticed = count - outcomes["NOT NOTICED"]
        kinds = [
            f"  {number:>4} x {words}" for words, number in outcomes.most_common(4)
        ]
        clean = not case.verify()
        return [f"{noticed} of {count} noticed; clean again after: {clean}", *kinds]

    return run


def older_copy(base: Path) -> list[str]:
    case = make(base, 40)
    shutil.copytree(case.folder, base / "older")
    with open_store(case.folder, KEY) as store:
        append(store, case.session_id)
        write_checkpoints(store, [base / "safe"])
    shutil.rmtree(case.folder)
    (base / "older").rename(case.folder)
    without = case.verify(with_checkpoint=False)
    return [f"without a checkpoint: {without or 'not noticed'}", *case.verify()]


def recomputed(base: Path) -> list[str]:
    """Edit one entry with the key in hand, and compute the chain anew."""
    case = make(base, 40)
    connection = sqlcipher3.connect(str(case.ledger), isolation_level=None)
    connection.execute(f"PRAGMA key=\"x'{Vault(KEY).database_key.hex()}'\"")
    for name in SQLITE_0001:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE event SET author = 'bob' WHERE seq = 20")
    with open_store(case.folder, KEY) as store, store.reading() as reading:
        rows = reading.execute(event.select().order_by(event.c.seq)).all()
    prev = rows[18].hash
    for row in rows[19:]:
        own = entry_hash(prev, header_of(row), row.content)
        connection.execute(
            "UPDATE event SET prev = ?, hash = ? WHERE seq = ?", (prev, own, row.seq)
        )
        prev = own
    for text in SQLITE_0001.values():
        connection.execute(text)
    connection.close()
    return case.verify()


FAULTS: dict[str, Callable[[Path], list[str]]] = {
    "disk full": disk_full,
    "read-only disk": read_only,
    "permission lost": permission_lost,
    "clock set back a year": clock_back,
    "file cut to half": damaged(lambda content: content[: len(content) // 2 + 17]),
    "page zeroed": damaged(lambda c: c[: 7 * PAGE] + bytes(PAGE) + c[8 * PAGE :]),
    "first page zeroed": damaged(lambda content: bytes(PAGE) + content[PAGE:]),
    "two pages swapped": damaged(swapped),
    "200 bit flips in the ledger": bit_flips("ledger", 200),
    "200 bit flips in pictures": bit_flips("images", 200),
    "an older copy put back": older_copy,
    "one entry edited, the chain computed anew": recomputed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lines = [f"benchmarks/store_faults.py, {datetime.now(UTC):%Y-%m-%d}"]
    for name, run in FAULTS.items():
        with tempfile.TemporaryDirectory() as folder:
            shown = [
                line.replace(folder, "...") for line in run(Path(folder)) or ["NOTHING"]
            ]
        lines += ["", name, *(f"    {line}" for line in shown)]
        print("\n".join(lines[-len(shown) - 2 :]), flush=True)
    if asked.out:
        asked.out.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
