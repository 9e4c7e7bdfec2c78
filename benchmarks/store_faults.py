"""What a user sees for each fault, and whether it is noticed.

    python benchmarks/store_faults.py --out benchmarks/results/store_faults.txt

Needs root on Linux: it mounts small disks in memory and gives up its rights.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
from vein_imaging.storage.people.administration import (
    add_user,
    change_password,
    set_up,
)
from vein_imaging.storage.people.roles import Action, Role
from vein_imaging.storage.people.signed_in import sign_in
from vein_imaging.storage.people.slot_changes import people_problems
from vein_imaging.storage.upkeep.checkpoint import verification_key
from vein_imaging.storage.upkeep.kept_checkpoints import (
    checkpoint_file,
    write_checkpoints,
)
from vein_imaging.storage.upkeep.verify import verify_store
from vein_imaging.storage.upkeep.witness import Witness, witness_request

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
        own = entry_hash(prev, header_of(row), row.content, row.commitment)
        connection.execute(
            "UPDATE event SET prev = ?, hash = ? WHERE seq = ?", (prev, own, row.seq)
        )
        prev = own
    for text in SQLITE_0001.values():
        connection.execute(text)
    connection.close()
    return case.verify()


# --- the record against its own people ------------------------------------------------

OLGA, ANTON = "correct horse battery", "velvet barometer fig"


def clinic_with_people(base: Path) -> Path:
    """Make a store that olga owns; anton is an assistant."""
    set_up(base / "clinic", "olga", OLGA, at=AT)
    with sign_in(base / "clinic", "olga", OLGA) as olga:
        add_user(olga, "anton", ANTON, [Role.ASSISTANT], at=AT)
    return base / "clinic"


def people_verified(folder: Path, key: bytes) -> list[str]:
    with open_store(folder, key) as store:
        return [f"verify: {where}: {what}" for where, what in people_problems(store)]


def slot_copied(base: Path) -> list[str]:
    folder = clinic_with_people(base)
    with sign_in(folder, "olga", OLGA) as olga:
        key = olga.allowed_key(Action.USERS)
    file = folder / "users.json"
    users = json.loads(file.read_text())
    users["slots"]["olga"] = users["slots"]["anton"]
    file.write_text(json.dumps(users))
    tried = said(lambda: sign_in(folder, "olga", ANTON))
    return [f"as olga with anton's password: {tried}", *people_verified(folder, key)]


def older_slot(base: Path) -> list[str]:
    folder = clinic_with_people(base)
    file = folder / "users.json"
    before = json.loads(file.read_text())["slots"]["anton"]
    with sign_in(folder, "anton", ANTON) as anton:
        change_password(anton, ANTON, "copper thistle meridian")
    users = json.loads(file.read_text())
    users["slots"]["anton"] = before
    file.write_text(json.dumps(users))
    return [f"with the old password: {said(lambda: sign_in(folder, 'anton', ANTON))}"]


def made_owner(base: Path) -> list[str]:
    folder = clinic_with_people(base)
    with sign_in(folder, "olga", OLGA) as olga:
        key = olga.allowed_key(Action.USERS)
    with open_store(folder, key) as store:
        body = {"name": "anton", "roles": ["owner"]}
        store.append_own("user", body, author="olga", at=AT)
    with sign_in(folder, "anton", ANTON) as anton:
        asked = said(lambda: anton.require(Action.ERASE))
    return [f"anton asks to erase: {asked}", *people_verified(folder, key)]


def id_changed(base: Path) -> list[str]:
    case = make(base, 40)
    file = case.folder / "store.json"
    described = json.loads(file.read_text())
    first = "1" if described["store_id"][0] == "0" else "0"
    described["store_id"] = first + described["store_id"][1:]
    file.write_text(json.dumps(described))
    return case.verify(with_checkpoint=False)


def log_deleted(base: Path) -> list[str]:
    case = make(base, 40)
    child = os.fork()
    if not child:
        store = open_store(case.folder, KEY)
        for _ in range(10):
            append(store, case.session_id)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (case.folder / "ledger.db-wal").unlink()
    return [said(lambda: open_store(case.folder, KEY))]


def copied_in_use(base: Path, copies: int = 100) -> list[str]:
    """Copy the folder a hundred times while a writer writes and carries over."""
    case, dice = make(base, 40), random.Random("copies")
    out, into = os.pipe()
    child = os.fork()
    if not child:
        store = open_store(case.folder, KEY)
        while True:
            append(store, case.session_id, "x" * 2000)
            store.settle_file(empty_log=True)
            os.write(into, b"%d\n" % store.head().seq)
    outcomes: Counter[str] = Counter()
    acknowledged, buffered = 0, b""
    for number in range(copies):
        buffered += os.read(out, 1 << 16)
        acknowledged = int(buffered.split(b"\n")[-2])
        copy = base / f"copy-{number}"
        copy.mkdir()
        files = sorted(f for f in case.folder.iterdir() if f.is_file())
        for file in dice.sample(files, len(files)):
            with suppress(FileNotFoundError):
                shutil.copy(file, copy)
            time.sleep(dice.uniform(0, 0.05))  # as a share on a network would take
        shutil.copytree(case.folder / "images", copy / "images")
        outcomes[outcome_of(copy, acknowledged)] += 1
        shutil.rmtree(copy)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(out)
    os.close(into)
    return [f"{count:>4} x {what}" for what, count in outcomes.most_common()]


def outcome_of(copy: Path, acknowledged: int) -> str:
    """Open a copy; say whether it refused, or holds what was acknowledged before."""
    try:
        with open_store(copy, KEY) as store:
            if store.head().seq < acknowledged:
                return "OPENED WITHOUT ENTRIES THAT WERE ACKNOWLEDGED"
            faulty = bool(verify_store(store).problems)
            return "OPENED WITH FAULTS" if faulty else "complete"
    except StoreError as error:
        words = str(error).replace(str(copy), "...")
        return "refused: " + re.sub(r"\d+", "N", words)[:90]


def forked(base: Path) -> list[str]:
    case = make(base, 40)
    shutil.copytree(case.folder, base / "other")
    witness = Witness("clinic.example/second-pc", base / "witness")
    with open_store(case.folder, KEY) as one:
        append(one, case.session_id)
        vkey = verification_key(one)
        witness.cosign(witness_request(one), vkey, AT)
        size = one.head().seq
    with open_store(base / "other", KEY) as other:
        for _ in range(5):
            append(other, case.session_id)
        try:
            witness.cosign(witness_request(other, size), vkey, AT)
        except ValueError as error:
            return [f"the witness says: {error}"]
    return []


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
    "one's own slot under the owner's name": slot_copied,
    "an older slot put back": older_slot,
    "an entry that makes an assistant an owner": made_owner,
    "one digit of store_id changed": id_changed,
    "the log deleted after a kill": log_deleted,
    "100 copies of a folder in use": copied_in_use,
    "a fork, and a witness": forked,
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
