"""Two processes race for the last 0.1 mL: exactly one may pass, every time.

    python benchmarks/store_race.py --out benchmarks/results/store_race.txt

In each round a new patient has 0.1 mL left of the maximum; both processes meet at a
barrier, check and append. On the encrypted file and on PostgreSQL. As a control the
check is also made *before* the transaction, as a careless program would: then both
pass now and then, or the race proves nothing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.synchronize import Barrier
from pathlib import Path

from crash import Cluster  # type: ignore[import-not-found]

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import (
    PatientHistory,
    Server,
    Store,
    StoredEvent,
    create_store,
    new_key,
    open_store,
)

MAXIMUM_ML = Decimal("0.3")


def shot() -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text="0.1")


@dataclass(frozen=True)
class Stop:
    severity: str = "stop"


def now() -> datetime:
    return datetime.now(UTC)


def findings(events: tuple[StoredEvent, ...]) -> list[Stop]:
    used = sum((Decimal(str(e.body["text"])) for e in events), Decimal(0))
    return [Stop()] if used + Decimal("0.1") > MAXIMUM_ML else []


def careful(store: Store, session_id: str) -> bool:
    def check(history: PatientHistory) -> list[Stop]:
        return findings(history.events)

    outcome = store.check_and_append(
        session_id, shot(), check=check, author="race", at=now()
    )
    return outcome.event is not None


def careless(store: Store, session_id: str) -> bool:
    if findings(store.events(session_id)):
        return False
    store.append(session_id, shot(), author="race", at=now())
    return True


def racer(
    folder: Path,
    key: bytes,
    sessions: list[str],
    barrier: Barrier,
    passed: multiprocessing.Queue[list[bool]],
    with_care: bool,
) -> None:
    act = careful if with_care else careless
    with open_store(folder, key) as store:
        results = []
        for session_id in sessions:
            barrier.wait()
            results.append(act(store, session_id))
        passed.put(results)


def race(folder: Path, rounds: int, server: Server | None, with_care: bool) -> str:
    """Run all rounds; return one line of the table."""
    key, started = new_key(), time.monotonic()
    with create_store(folder, key, author="race", at=now(), server=server) as store:
        sessions = []
        for _ in range(rounds):
            patient_id = store.add_patient({"name": "Probe"}, author="r", at=now())
            sessions.append(store.start_session(patient_id, author="r", at=now()))
            for _ in range(2):
                store.append(sessions[-1], shot(), author="r", at=now())
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(2), context.Queue()
    racers = [
        context.Process(
            target=racer, args=(folder, key, sessions, barrier, queue, with_care)
        )
        for _ in range(2)
    ]
    for process in racers:
        process.start()
    first, second = queue.get(), queue.get()
    for process in racers:
        process.join()
    counted = Counter(a + b for a, b in zip(first, second, strict=True))
    with open_store(folder, key) as store:
        over = sum(len(store.events(session_id)) > 3 for session_id in sessions)
    took_s = time.monotonic() - started
    return (
        f"{'PostgreSQL' if server else 'encrypted file':<16}"
        f" {'in one transaction' if with_care else 'check before (control)':<24}"
        f" {rounds:>6} {counted[0]:>6} {counted[1]:>6} {counted[2]:>6} {over:>8}"
        f" {sum(first):>6}:{sum(second):<6} {took_s:>5.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    lines = [
        f"{'':<16} {'':<24} {'rounds':>6} {'none':>6} {'one':>6} {'both':>6}"
        f" {'over max':>8} {'who won':^13} {'s':>5}"
    ]
    cluster = Cluster()
    server = Server(cluster.url("app"), cluster.url("owner"))
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        for with_care in (True, False):
            rounds = asked.rounds if with_care else min(asked.rounds, 300)
            for at_server in (None, server):
                folder = base / f"{with_care}-{at_server is None}"
                lines.append(race(folder, rounds, at_server, with_care))
                cluster.empty()
    cluster.remove()
    text = "\n".join(lines)
    print(text)
    if asked.out:
        head = f"benchmarks/store_race.py, {now():%Y-%m-%d}"
        asked.out.write_text(f"{head}\n{text}\n")


if __name__ == "__main__":
    main()
