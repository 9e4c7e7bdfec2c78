"""Kill the writer, kill the server, cut the power: is anything acknowledged lost?

    python benchmarks/crash.py --kills 500 --server-kills 100 --cuts 300 \\
        --out benchmarks/results/crash.txt

A writer stores a picture, then the entry that names it, then an injection, and says so
only after each call returned. Afterwards every acknowledged entry must be there with
its hash, every picture byte for byte, and the whole must verify.

A proof that cannot fail proves nothing: the power cuts are repeated with
synchronous=NORMAL, without the flush of files, and without the flush of folders, and
each of these must *find* losses. The cuts need /dev/fuse, Debian's fuse3 and mfusepy.
"""

from __future__ import annotations

import argparse
import os
import platform
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from sqlalchemy import create_engine, select

from vein_imaging.domain.session import Annotated, Photographed
from vein_imaging.storage import (
    Server,
    Store,
    StoreError,
    create_store,
    new_key,
    open_store,
)
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.errors import DamagedImageError, MissingImageError
from vein_imaging.storage.people import passwords
from vein_imaging.storage.people.administration import change_password, set_up
from vein_imaging.storage.people.signed_in import sign_in
from vein_imaging.storage.upkeep.verify import verify_store

FAULTS = ("none", "synchronous=NORMAL", "no flush of files", "no flush of folders")
Ack = Callable[[str], None]


def now() -> datetime:
    return datetime.now(UTC)


# --- the writer ----------------------------------------------------------------------


def new_session(store: Store) -> str:
    patient_id = store.add_patient({"name": "Probe"}, author="crash", at=now())
    return store.start_session(patient_id, author="crash", at=now())


def write_entries(store: Store, session_id: str, entries: int, ack: Ack) -> None:
    """Write picture, entry, injection, and acknowledge each as it returns."""
    dice = np.random.default_rng(os.getpid())
    for number in range(entries):
        noise = dice.integers(0, 255, (96, 96), np.uint8)
        png = bytes(cv2.imencode(".png", noise)[1])
        sha256 = store.put_image(session_id, png)
        own_id, at = f"{os.getpid()}-{number}", now()
        for entry, image in (
            (
                Photographed(
                    entry_id=f"{own_id}p",
                    image_id=sha256,
                    at=at,
                    light="white",
                    pose="standing",
                ),
                sha256,
            ),
            (Annotated(entry_id=f"{own_id}n", text=str(number)), "-"),
        ):
            done = store.append(session_id, entry, author="c", at=at)
            ack(f"{done.seq} {done.hash.hex()} {image}\n")


def plant(fault: str) -> None:
    """Leave one of the writer's promises out."""
    from vein_imaging import durable
    from vein_imaging.storage.database import sqlcipher

    if fault == "synchronous=NORMAL":
        sqlcipher._PRAGMAS = tuple(
            ("synchronous", "NORMAL", 1) if name == "synchronous" else (name, *rest)
            for name, *rest in sqlcipher._PRAGMAS
        )  # type: ignore[assignment]
    elif fault == "no flush of folders":
        durable.flush_folder = lambda folder: None
    elif fault == "no flush of files":
        real = os.fsync

        def only_folders(descriptor: int) -> None:
            if Path(f"/proc/self/fd/{descriptor}").is_dir():
                real(descriptor)

        os.fsync = only_folders  # type: ignore[assignment]


# --- the judge -----------------------------------------------------------------------


@dataclass
class Tally:
    """What was found over all rounds of one kind."""

    name: str
    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    images_damaged: int = 0
    not_whole: int = 0
    rounds_with_loss: int = 0
    orphans: int = 0
    took_s: float = 0.0

    def judge(self, folder: Path, key: bytes, session_id: str, acks: str) -> None:
        """Open what is left and compare it with what was acknowledged."""
        self.rounds += 1
        before = (self.lost, self.images_damaged, self.not_whole)
        lines = [line.split() for line in acks.split("\n")[:-1]]
        self.acknowledged += len(lines)
        try:
            with open_store(folder, key) as store:
                self._compare(store, session_id, lines)
        except StoreError:
            self.not_whole += 1
            self.lost += len(lines)
        self.rounds_with_loss += before != (
            self.lost,
            self.images_damaged,
            self.not_whole,
        )

    def _compare(self, store: Store, session_id: str, lines: list[list[str]]) -> None:
        with store.reading() as connection:
            rows = connection.execute(select(event.c.seq, event.c.hash)).all()
        there = {seq: digest.hex() for seq, digest in rows}
        for seq, digest, sha256 in lines:
            self.lost += there.get(int(seq)) != digest
            if sha256 != "-":
                try:
                    store.image(session_id, sha256)
                except (DamagedImageError, MissingImageError, StoreError):
                    self.images_damaged += 1
        seen = verify_store(store)
        self.not_whole += bool(seen.problems)
        self.orphans += seen.orphans

    def line(self) -> str:
        return (
            f"{self.name:<44} {self.rounds:>6} {self.acknowledged:>8} {self.lost:>6}"
            f" {self.images_damaged:>8} {self.not_whole:>9} {self.rounds_with_loss:>10}"
            f" {self.orphans:>8} {self.took_s:>7.0f}"
        )


HEADER = (
    f"{'':<44} {'rounds':>6} {'checked':>8} {'lost':>6} {'img dmg':>8} {'not whole':>9}"
    f" {'bad rounds':>10} {'orphans':>8} {'s':>7}"
)


# --- SIGKILL -------------------------------------------------------------------------


def forked_writer(folder: Path, key: bytes, session_id: str) -> tuple[int, int]:
    """Start a writer in a child; return its process id and where its acks come out."""
    out, into = os.pipe()
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    os.close(out)
    try:
        with open_store(folder, key) as store:
            write_entries(store, session_id, 10**6, lambda text: _all(into, text))
    except StoreError:  # the server was killed: nothing more is acknowledged
        os._exit(1)
    finally:  # never on into the parent's code
        os._exit(0)


def _all(descriptor: int, text: str) -> None:
    os.write(descriptor, text.encode())


def read_all(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read().decode()


def kill_writers(rounds: int, base: Path, dice: random.Random) -> Tally:
    """Kill a writer on the encrypted file; a fresh store every 25 kills."""
    tally, started = Tally("SIGKILL, encrypted file"), time.monotonic()
    for number in range(rounds):
        if number % 25 == 0:
            folder, key, acks = base / f"kill-{number}", new_key(), ""
            with create_store(folder, key, author="crash", at=now()) as store:
                session_id = new_session(store)
        child, out = forked_writer(folder, key, session_id)
        first = os.read(out, 1 << 16).decode()  # it is at work now
        time.sleep(dice.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # acknowledgements of the rounds before must have survived this one too
        acks += first + read_all(out)
        tally.judge(folder, key, session_id, acks)
        if number % 25 == 24:
            shutil.rmtree(folder)
    tally.took_s = time.monotonic() - started
    return tally


def kill_password_changes(rounds: int, base: Path, dice: random.Random) -> Tally:
    """Kill a change of password anywhere; one of the two passwords must sign in.

    `lost` counts the rounds after which neither did; `checked` those in all.
    """
    passwords.ARGON2ID_COST = (32, 1, 4)  # the least, so that the writes are hit
    tally, started = Tally("SIGKILL, a change of password"), time.monotonic()
    words = ("correct horse battery", "velvet barometer fig")
    folder = base / "people"
    set_up(folder, "olga", words[0], at=now())
    counts = 0
    for _ in range(rounds):
        out, into = os.pipe()
        child = os.fork()
        if not child:
            with sign_in(folder, "olga", words[counts]) as olga:
                os.write(into, b"begins")
                change_password(olga, words[counts], words[1 - counts])
            os._exit(0)
        os.close(into)
        os.read(out, 6)
        time.sleep(dice.uniform(0, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
        tally.rounds += 1
        tally.acknowledged += 1
        fitting = [n for n, word in enumerate(words) if _signs_in(folder, word)]
        tally.lost += not fitting
        tally.not_whole += len(fitting) == 2
        if fitting:
            counts = fitting[0]
    tally.rounds_with_loss = tally.lost
    tally.took_s = time.monotonic() - started
    return tally


def _signs_in(folder: Path, password: str) -> bool:
    (folder / "attempts.json").unlink(missing_ok=True)
    try:
        with sign_in(folder, "olga", password) as olga:
            return not olga.warnings
    except StoreError:
        return False


class Cluster:
    """A PostgreSQL server in a temporary folder, to be killed."""

    def __init__(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            raise SystemExit("PostgreSQL is not installed: run scripts/setup")
        self.bin = programs[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.data = str(self.folder / "data")
        self._run("initdb", "-k", "-A", "trust", "-U", "owner", "-D", self.data)
        self.start()
        self._sql("CREATE ROLE app LOGIN")

    def _sql(self, statements: str) -> None:
        engine = create_engine(self.url("owner"))
        with engine.begin() as connection:
            connection.exec_driver_sql(statements)
        engine.dispose()

    def empty(self) -> None:
        """Make room for another store."""
        self._sql(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
            "GRANT USAGE ON SCHEMA public TO app"
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.bin / program, *arguments],
            check=True,
            capture_output=True,
            user=self.user,
            cwd=self.folder,
        )

    def url(self, role: str) -> str:
        return f"postgresql+psycopg://{role}@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c shared_buffers=16MB"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-w", "-D", self.data, "-l", log, "-o", options, "start")

    def kill(self) -> None:
        """SIGKILL the server and every process of it at once."""
        first = int((Path(self.data) / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["ps", "--ppid", str(first), "-o", "pid="], capture_output=True, text=True
        ).stdout.split()
        for process in (first, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while Path(f"/proc/{first}").exists():
            time.sleep(0.01)

    def remove(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


def kill_servers(rounds: int, base: Path, dice: random.Random) -> Tally:
    """Kill PostgreSQL, every second time the writer with it."""
    tally, started = Tally("SIGKILL, PostgreSQL (server and writer)"), time.monotonic()
    cluster = Cluster()
    server = Server(cluster.url("app"), cluster.url("owner"))
    for number in range(rounds):
        if number % 20 == 0:
            cluster.empty()
            folder, key, acks = base / f"server-{number}", new_key(), ""
            with create_store(folder, key, author="c", at=now(), server=server) as new:
                session_id = new_session(new)
        child, out = forked_writer(folder, key, session_id)
        first = os.read(out, 1 << 16).decode()
        time.sleep(dice.uniform(0, 0.1))
        if number % 2:
            os.kill(child, signal.SIGKILL)
        cluster.kill()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        acks += first + read_all(out)
        cluster.start()
        tally.judge(folder, key, session_id, acks)
    cluster.remove()
    tally.took_s = time.monotonic() - started
    return tally


# --- power cuts ----------------------------------------------------------------------


def record_run(base: Path, fault: str, entries: int) -> tuple[Path, bytes, str]:
    """Write on a mounted disk that keeps a journal; return the journal and the keys."""
    mounted = base / "mounted"
    journal, here = base / f"{fault}.journal", Path(__file__).parent
    mounted.mkdir(exist_ok=True)
    script = "unflushed_disk.py"
    disk = subprocess.Popen([sys.executable, here / script, mounted, journal])
    while not os.path.ismount(mounted):
        time.sleep(0.05)
    try:
        told = subprocess.run(
            [sys.executable, __file__, "--write-on", mounted, fault, str(entries)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
    finally:
        subprocess.run(["fusermount3", "-u", mounted], check=True)
        disk.wait(30)
    return journal, bytes.fromhex(told[0]), told[1]


def write_on(mounted: Path, fault: str, entries: int) -> None:
    """Be the writer on the mounted disk (a process of its own)."""
    plant(fault)
    key = new_key()
    with create_store(mounted / "clinic", key, author="c", at=now()) as store:
        session_id = new_session(store)
        acks = os.open(mounted / "ack", os.O_WRONLY | os.O_CREAT)
        os.write(acks, b"begin")
        write_entries(store, session_id, entries, lambda text: _all(acks, text))
    print(key.hex(), session_id)


def cut_power(
    fault: str,
    model: str,
    cuts: int,
    base: Path,
    dice: random.Random,
    entries: int = 40,
) -> Tally:
    """Look at `cuts` disks that a power cut during one run may have left."""
    from unflushed_disk import (  # type: ignore[import-not-found]
        disk_after_cut,
        read_journal,
    )

    tally, started = Tally(f"power cut, {model}, {fault}"), time.monotonic()
    file, key, session_id = record_run(base, fault, entries)
    journal = read_journal(file)
    begin = next(i for i, op in enumerate(journal) if op.what == "ack")
    for number in range(cuts):
        position = dice.randint(begin, len(journal))
        target = base / f"cut-{number}"
        disk_after_cut(journal, position, model, target, dice)
        said = [
            op.data.decode() for op in journal[begin + 1 : position] if op.what == "ack"
        ]
        tally.judge(target / "clinic", key, session_id, "".join(said))
        shutil.rmtree(target)
    tally.took_s = time.monotonic() - started
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--server-kills", type=int, default=100)
    parser.add_argument("--password-kills", type=int, default=200)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--control-cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--write-on", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write_on:
        folder, fault, entries = asked.write_on
        write_on(Path(folder), fault, int(entries))
        return
    dice = random.Random(asked.seed)
    tallies: list[Tally] = []
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        steps: list[Callable[[], Tally]] = []
        if asked.kills:
            steps.append(lambda: kill_writers(asked.kills, base, dice))
        if asked.password_kills:
            kills = asked.password_kills
            steps.append(lambda: kill_password_changes(kills, base, dice))
        if asked.server_kills:
            steps.append(lambda: kill_servers(asked.server_kills, base, dice))
        for fault in FAULTS if asked.cuts else ():
            cuts = asked.cuts if fault == "none" else asked.control_cuts
            for model in ("strict", "ext4"):
                steps.append(
                    lambda f=fault, m=model, n=cuts: cut_power(f, m, n, base, dice)  # type: ignore[misc]
                )
        print(HEADER)
        for step in steps:
            tallies.append(step())
            print(tallies[-1].line(), flush=True)
    sound = all(
        not t.rounds_with_loss
        for t in tallies
        if not t.name.startswith("power cut") or t.name.endswith("none")
    )
    controls = [t for t in tallies if t.name.startswith("power cut, strict")][1:]
    seeing = all(t.rounds_with_loss for t in controls)
    verdict = (
        f"nothing acknowledged was lost: {sound};"
        f" every left-out flush was found (strict model): {seeing}"
    )
    print(verdict)
    if asked.out:
        lines = [HEADER, *(tally.line() for tally in tallies), verdict, ""]
        head = f"benchmarks/crash.py, {now():%Y-%m-%d}, {platform.machine()}, seed"
        asked.out.write_text(f"{head} {asked.seed}\n" + "\n".join(lines))
    raise SystemExit(0 if sound and seeing else 1)


if __name__ == "__main__":
    main()
