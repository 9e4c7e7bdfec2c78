"""One server, two machines: a race, a pulled cable, restarts.

    python benchmarks/store_server.py --rounds 300 --pulls 4 --restarts 40 \\
        --out benchmarks/results/store_server.txt

The two rooms are two network namespaces with an address, a cable and a route of their
own; they reach PostgreSQL over TLS with a checked certificate. Needs root on Linux and
`ip` (Debian's iproute2).

Race: as `store_race.py`, for the last 0.1 mL, and its control.
Cable: it is pulled while a room writes; how long until the room gives up, and until the
other one can write; nothing acknowledged may be lost, and nothing stored called failed.
Restarts: the server is stopped at a random moment under a writer and started again. As
a control, the end of a transaction is believed as the driver tells it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from crash import Cluster  # type: ignore[import-not-found]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from store_race import careful, careless, shot  # type: ignore[import-not-found]

from vein_imaging.storage import Server, Store, create_store, new_key, open_store
from vein_imaging.storage.database import engines
from vein_imaging.storage.errors import StoreError, StoreUnreachableError, translated
from vein_imaging.storage.upkeep.verify import verify_store

SERVER = "10.77.0.1"
ROOMS = ("vein-room1", "vein-room2")


def now() -> datetime:
    return datetime.now(UTC)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def two_rooms() -> Iterator[None]:
    """Lay a cable from the server to each of two machines."""
    try:
        ip("addr", "add", f"{SERVER}/32", "dev", "lo")
        for number, room in enumerate(ROOMS, start=1):
            net = f"10.77.{number}"
            ip("netns", "add", room)
            ip("link", "add", f"cable{number}", "type", "veth", "peer", "eth0",
               "netns", room)  # fmt: skip
            ip("addr", "add", f"{net}.1/24", "dev", f"cable{number}")
            ip("link", "set", f"cable{number}", "up")
            setting_up: list[tuple[str, ...]] = [
                ("link", "set", "lo", "up"),
                ("addr", "add", f"{net}.2/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("route", "add", "default", "via", f"{net}.1"),
            ]
            for what in setting_up:
                ip("-n", room, *what)
        yield
    finally:
        for number, room in enumerate(ROOMS, start=1):
            for gone in (("link", "del", f"cable{number}"), ("netns", "del", room)):
                subprocess.run(["ip", *gone], check=False, capture_output=True)
        subprocess.run(["ip", "addr", "del", f"{SERVER}/32", "dev", "lo"], check=False)


class NetCluster(Cluster):  # type: ignore[misc]
    """The server, reached over the network with TLS only."""

    def start(self) -> None:
        if not (self.folder / "ca.pem").exists():
            self._certify()
        options = (
            f"-c listen_addresses={SERVER} -k {self.folder} -c shared_buffers=16MB"
            f" -c ssl=on -c ssl_cert_file={self.folder}/server.pem"
            f" -c ssl_key_file={self.folder}/server.key"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-w", "-D", self.data, "-l", log, "-o", options, "start")

    def stop(self, how: str) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", how, "stop")

    def _certify(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clinic")])
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address(SERVER))])
        made = (
            x509.CertificateBuilder(name, name, key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - timedelta(days=1))
            .not_valid_after(now() + timedelta(days=1))
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .add_extension(address, critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM)
        for file in ("ca.pem", "server.pem"):
            (self.folder / file).write_bytes(pem)
        secret = self.folder / "server.key"
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        secret.chmod(0o600)
        if self.user:
            subprocess.run(["chown", self.user, secret], check=True)
        with (Path(self.data) / "pg_hba.conf").open("a") as rules:
            rules.write("hostssl all app 10.77.0.0/16 trust\n")

    def net_url(self) -> str:
        safe = f"sslmode=verify-full&sslrootcert={self.folder}/ca.pem"
        return f"postgresql+psycopg://app@{SERVER}/postgres?{safe}"


def in_room(number: int, *arguments: object) -> subprocess.Popen[str]:
    command = ["ip", "netns", "exec", ROOMS[number], sys.executable, __file__]
    return subprocess.Popen([*command, *map(str, arguments)], text=True)


# --- the race ------------------------------------------------------------------------


def race_in_room(folder: Path, key: bytes, port: int, with_care: bool) -> None:
    """Be a racer on a machine: at each session id that comes, try at once."""
    act: Callable[[Store, str], bool] = careful if with_care else careless
    with (
        open_store(folder, key) as store,
        socket.create_connection((SERVER, port)) as line,
    ):
        store.patients()  # the connections are made
        line.sendall(b"r")
        while session_id := line.recv(64).decode():
            line.sendall(b"1" if act(store, session_id) else b"0")


def race(folder: Path, rounds: int, server: Server, with_care: bool) -> str:
    key = new_key()
    with create_store(folder, key, author="race", at=now(), server=server) as store:
        sessions = []
        for _ in range(rounds):
            patient_id = store.add_patient({"name": "Probe"}, author="r", at=now())
            sessions.append(store.start_session(patient_id, author="r", at=now()))
            for _ in range(2):
                store.append(sessions[-1], shot(), author="r", at=now())
    with socket.create_server((SERVER, 0)) as listening:
        port = listening.getsockname()[1]
        racers = [
            in_room(n, "--race", folder, key.hex(), port, int(with_care))
            for n in (0, 1)
        ]
        lines = [listening.accept()[0] for _ in racers]
        for line in lines:
            assert line.recv(1) == b"r"
        started, results, dice = time.monotonic(), [], random.Random(1)
        for session_id in sessions:
            for line in dice.sample(lines, 2):
                line.sendall(session_id.encode())
            results.append(tuple(line.recv(1) == b"1" for line in lines))
        took_s = time.monotonic() - started
        for line in lines:
            line.close()
        for racer in racers:
            assert racer.wait() == 0
    counted = Counter(map(sum, results))
    with open_store(folder, key) as store:
        over = sum(len(store.events(session_id)) > 3 for session_id in sessions)
        problems = verify_store(store).problems
    what = "in one transaction" if with_care else "check before (control)"
    return (
        f"race, two machines, {what:<22}  {rounds} rounds: none {counted[0]}, one"
        f" {counted[1]}, both {counted[2]}; over the maximum {over}; won"
        f" {sum(a for a, _ in results)}:{sum(b for _, b in results)};"
        f" verify {len(problems)} problems; {took_s:.0f} s"
    )


# --- writers that are disturbed ------------------------------------------------------


def write_until(folder: Path, key: bytes, session_id: str, told: Path) -> None:
    """Append one entry after the other; write down what each call said and took."""
    with open_store(folder, key) as store, told.open("a", buffering=1) as out:
        for _ in range(10**6):
            entry, begun = shot(), time.monotonic()
            try:
                store.append(session_id, entry, author="w", at=now())
                said = "stored"
            except StoreUnreachableError as error:
                unknown = "not known" in str(error)
                said = "unknown" if unknown else "failed"
            except StoreError:
                said = "failed"
            took_s = time.monotonic() - begun
            out.write(f"{entry.entry_id} {said} {took_s:.3f}\n")
            if (told.parent / "stop").exists():
                return


def judged(store: Store, session_id: str, told: Path) -> Counter[str]:
    """Compare what the writer was told with what is there."""
    there = {str(event.body["entry_id"]) for event in store.events(session_id)}
    seen: Counter[str] = Counter()
    for line in told.read_text().splitlines():
        entry_id, said, _took = line.split()
        seen[f"{said}, {'there' if entry_id in there else 'not there'}"] += 1
    return seen


def lines_of(told: Path) -> list[list[str]]:
    text = told.read_text() if told.exists() else ""
    return [line.split() for line in text.splitlines() if line.count(" ") == 2]


def wait_for(what: Callable[[], bool], limit_s: float) -> float:
    begun = time.monotonic()
    while not what():
        if time.monotonic() - begun > limit_s:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - begun


def pull_cables(base: Path, pulls: int, server: Server, dice: random.Random) -> str:
    """Pull the first room's cable while it writes; the second room goes on."""
    key, folder, told = new_key(), base / "cable", base / "told"
    with create_store(folder, key, author="c", at=now(), server=server) as store:
        patient_id = store.add_patient({"name": "Probe"}, author="r", at=now())
        session_id = store.start_session(patient_id, author="r", at=now())
        writer = in_room(0, "--write", folder, key.hex(), session_id, told)
        gave_up_s, others_s = [], []
        for _ in range(pulls):
            before = len(lines_of(told))
            wait_for(lambda n=before: len(lines_of(told)) > n + 20, 60)  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.2))
            pulled_at = len(lines_of(told))
            ip("link", "set", "cable1", "down")

            def other_writes() -> bool:
                with contextlib.suppress(StoreError):
                    store.append_own("read", {}, author="o", at=now())
                    return True
                return False

            others_s.append(wait_for(other_writes, 150))
            gave_up_s.append(
                wait_for(
                    lambda n=pulled_at: any(  # type: ignore[misc]
                        said != "stored" for _, said, _ in lines_of(told)[n:]
                    ),
                    150,
                )
                + others_s[-1]
            )
            ip("link", "set", "cable1", "up")
            ip("-n", ROOMS[0], "route", "replace", "default", "via", "10.77.1.1")
            now_at = len(lines_of(told))
            wait_for(
                lambda n=now_at: any(  # type: ignore[misc]
                    said == "stored" for _, said, _ in lines_of(told)[n:]
                ),
                150,
            )
        (base / "stop").touch()
        writer.wait(150)
        (base / "stop").unlink()
        seen = judged(store, session_id, told)
        problems = verify_store(store).problems
    calls = [float(took) for _, said, took in lines_of(told) if said != "stored"]
    return (
        f"cable pulled {pulls} times while a room wrote: {dict(sorted(seen.items()))};"
        f" a call gave up after at most {max(calls, default=0):.0f} s; another machine"
        f" could write after {statistics.median(others_s):.1f} s (median),"
        f" {max(others_s):.1f} s (most); verify {len(problems)} problems"
    )


def restart(
    base: Path, cluster: NetCluster, restarts: int, dice: random.Random, sure: bool
) -> str:
    """Stop the server at a random moment under a writer, and start it again."""
    told = base / f"told-{sure}"
    if not sure:
        setattr(engines, "surely_written", as_the_driver_says)  # noqa: B010
    server = Server(cluster.url("app"), cluster.url("owner"))
    key, folder = new_key(), base / f"restart-{sure}"
    with create_store(folder, key, author="c", at=now(), server=server) as store:
        patient_id = store.add_patient({"name": "Probe"}, author="r", at=now())
        session_id = store.start_session(patient_id, author="r", at=now())
    writer = threading.Thread(target=write_until, args=(folder, key, session_id, told))
    writer.start()
    for number in range(restarts):
        before = len(lines_of(told))
        wait_for(lambda n=before: len(lines_of(told)) > n + 5, 60)  # type: ignore[misc]
        time.sleep(dice.uniform(0, 0.1))
        if number % 2:
            cluster.kill()
        else:
            cluster.stop("fast")
        cluster.start()
    (base / "stop").touch()
    writer.join()
    (base / "stop").unlink()
    with open_store(folder, key) as store:
        seen = judged(store, session_id, told)
        problems = verify_store(store).problems
    what = "" if sure else " (control: as the driver says)"
    return (
        f"{restarts} restarts under a writer{what}: {dict(sorted(seen.items()))};"
        f" verify {len(problems)} problems"
    )


@contextlib.contextmanager
def as_the_driver_says(engine: object) -> Iterator[object]:
    with translated(), engine.begin() as connection:  # type: ignore[attr-defined]
        yield connection


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--pulls", type=int, default=4)
    parser.add_argument("--restarts", type=int, default=40)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--race", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.race:
        folder, key, port, care = asked.race
        race_in_room(Path(folder), bytes.fromhex(key), int(port), care == "1")
        return
    if asked.write:
        folder, key, session_id, told = asked.write
        write_until(Path(folder), bytes.fromhex(key), session_id, Path(told))
        return
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    dice = random.Random(1)
    with two_rooms(), tempfile.TemporaryDirectory() as name:
        base, cluster = Path(name), NetCluster()
        server = Server(cluster.net_url(), cluster.url("owner"))
        try:
            for care, rounds in ((True, asked.rounds), (False, min(asked.rounds, 100))):
                say(race(base / f"race-{care}", rounds, server, care))
                cluster.empty()
            if asked.pulls:
                say(pull_cables(base, asked.pulls, server, dice))
                cluster.empty()
            for sure in (True, False) if asked.restarts else ():
                say(restart(base, cluster, asked.restarts, dice, sure))
                cluster.empty()
        finally:
            cluster.remove()
    if asked.out:
        title = f"benchmarks/store_server.py, {now():%Y-%m-%d}"
        asked.out.write_text("\n".join([title, *lines, ""]))


if __name__ == "__main__":
    main()
