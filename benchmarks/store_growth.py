"""How the store behaves as it grows: opening, finding, appending, size.

    python benchmarks/store_growth.py --events 1000 10000 100000 1000000 \\
        --out benchmarks/results/store_growth.txt

One patient for each hundred events. Opening means: in a new process with the program's
modules already imported, open the store and have every patient's name. `--plain` leaves
the encryption of the file out (not that of the entries), to show what it costs.
`--server` measures a PostgreSQL server of its own, on a local socket, beside the file.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlcipher3
from crash import Cluster  # type: ignore[import-not-found]
from sqlalchemy import insert

from vein_imaging.storage import (
    Entry,
    PatientHistory,
    Server,
    Store,
    create_store,
    open_store,
)
from vein_imaging.storage.database.schema import event
from vein_imaging.storage.entries.canonical import canonical
from vein_imaging.storage.entries.ledger import entry_hash, head, key_of, make_key
from vein_imaging.storage.files.keys import sealed
from vein_imaging.storage.upkeep.verify import verify_store

KEY = bytes(range(32))
SYLLABLES = ("an", "ber", "ka", "cla", "do", "el", "gu", "ha", "jo", "mi", "pe", "ta")
BODY: dict[str, object] = {
    "entry_id": "filled",
    "injection": {
        "at": "2026-11-25T12:00:00+00:00",
        "product": "asclera",
        "concentration_percent": "0.5",
        "form": "liquid",
        "volume_ml": "0.1",
        "vein_diameter_mm": "0.8",
        "site": "left lateral thigh",
    },
    "limits_version": "2026-11",
}


def now() -> datetime:
    return datetime.now(UTC)


def use_plain_file() -> None:
    """Let the engine open files without a key."""

    class Keyless(sqlcipher3.Connection):  # type: ignore[misc]
        def execute(self, statement: str, *rest: Any) -> Any:
            if statement.startswith("PRAGMA key"):
                statement = "SELECT 1"
            return super().execute(statement, *rest)

    real = sqlcipher3.connect
    sqlcipher3.connect = lambda *a, **k: real(*a, **k, factory=Keyless)


def name(dice: random.Random) -> str:
    def word() -> str:
        return "".join(dice.choices(SYLLABLES, k=3)).capitalize()

    return f"{word()} {word()}"


def drafts(events: int) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Yield patient, session, kind and body: one patient for a hundred events."""
    dice = random.Random(1)
    for number in range(events):
        patient, within = divmod(number, 100)
        session = f"s{patient}-{within // 50}"
        if within == 0:
            yield f"p{patient}", "", "store.patient", {"name": name(dice)}
        elif within in (1, 50):
            yield f"p{patient}", session, "store.session", {}
        else:
            yield f"p{patient}", session, "injected", BODY


def fill(store: Store, events: int) -> None:
    """Write a clinic's history, in large transactions, through the triggers."""
    at = now().isoformat(timespec="microseconds")
    todo = drafts(events)
    while batch := list(itertools.islice(todo, 5000)):
        with store.writing() as connection:
            newest = head(connection)
            seq, prev, rows = newest.seq, newest.hash, []
            for patient, session, kind, body in batch:
                if kind == "store.patient":
                    make_key(connection, store.vault, patient)
                    key = key_of(connection, store.vault, patient)
                seq += 1
                header = {
                    "seq": seq,
                    "at": at,
                    "latest_at": at,
                    "author": "anna",
                    "patient_id": patient,
                    "session_id": session,
                    "kind": kind,
                }
                content = sealed(key, canonical(body), canonical(header))
                own = entry_hash(prev, header, content)
                rows.append({**header, "content": content, "prev": prev, "hash": own})
                prev = own
            connection.execute(insert(event), rows)


@dataclass(frozen=True)
class Note:
    severity: str = "note"


def measure_opening(folder: Path) -> None:
    """Be a fresh process: print what opening took, as JSON."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    with open_store(folder, KEY) as store:
        patients = store.patients()
        took_s = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        searches = []
        for fragment in ("berka", "anber x", "Clado Mi", "zz"):
            for _ in range(5):
                begun = time.perf_counter()
                store.patients(fragment)
                searches.append(time.perf_counter() - begun)
    print(
        json.dumps(
            {
                "patients": len(patients),
                "open_s": took_s,
                "open_cpu_s": after.ru_utime
                + after.ru_stime
                - before.ru_utime
                - before.ru_stime,
                "peak_mb": after.ru_maxrss / 1024,
                "search_ms": 1e3 * statistics.median(searches),
                "search_worst_ms": 1e3 * max(searches),
            }
        )
    )


def size(store: Store) -> float:
    """Return the megabytes of tables and indexes."""
    if not store.layout.database_url:
        store.settle_file(empty_log=True)
        return store.layout.ledger_file.stat().st_size / 1e6
    with store.reading() as connection:
        total = "SELECT sum(pg_total_relation_size(name::regclass)) FROM"
        tables = "unnest(ARRAY['event', 'patient_key']) AS t(name)"
        return float(connection.exec_driver_sql(f"{total} {tables}").scalar_one()) / 1e6


def measure(
    events: int, base: Path, plain: bool, server: Server | None
) -> dict[str, float]:
    folder = base / f"{events}-{plain}-{server is None}"
    with create_store(folder, KEY, author="o", at=now(), server=server) as store:
        started, begun = time.process_time(), time.perf_counter()
        fill(store, events - 1)
        fill_cpu_s = time.process_time() - started
        fill_s = time.perf_counter() - begun
        size_mb = size(store)
    arguments = [sys.executable, __file__, "--measure-opening", str(folder)]
    told = subprocess.run(
        arguments + ["--plain"] * plain, check=True, capture_output=True, text=True
    )
    row: dict[str, float] = json.loads(told.stdout)
    with open_store(folder, KEY) as store:
        seen: list[int] = []

        def check(past: PatientHistory) -> list[Note]:
            seen.append(len(past.events))
            return [Note()]

        waits, cpu = [], time.process_time()
        for number in range(300):
            session = f"s{number % max(1, events // 100)}-0"
            begun = time.perf_counter()
            store.check_and_append(
                session,
                Entry("injected", {**BODY, "entry_id": f"n{number}"}),
                check=check,
                author="a",
                at=now(),
            )
            waits.append(1e3 * (time.perf_counter() - begun))
        append_cpu_ms = 1e3 * (time.process_time() - cpu) / 300
        cpu, begun = time.process_time(), time.perf_counter()
        if not plain:  # whose pages carry no checksum to verify
            assert verify_store(store).problems == []
        verify_us = 1e6 * (time.process_time() - cpu) / events
        verify_s = time.perf_counter() - begun
    waits.sort()
    return {
        **row,
        "events": events,
        "size_mb": size_mb,
        "bytes_per_event": 1e6 * size_mb / events,
        "append_ms": statistics.median(waits),
        "append_p99_ms": waits[int(0.99 * len(waits))],
        "append_cpu_ms": append_cpu_ms,
        "verify_us_per_event": verify_us,
        "fill_us_per_event": 1e6 * fill_cpu_s / events,
        "verify_s": verify_s,
        "fill_s": fill_s,
    }


COLUMNS = (
    ("events", "{:.0f}"),
    ("patients", "{:.0f}"),
    ("open_s", "{:.3f}"),
    ("open_cpu_s", "{:.3f}"),
    ("peak_mb", "{:.0f}"),
    ("search_ms", "{:.2f}"),
    ("search_worst_ms", "{:.2f}"),
    ("append_ms", "{:.2f}"),
    ("append_p99_ms", "{:.2f}"),
    ("append_cpu_ms", "{:.2f}"),
    ("size_mb", "{:.1f}"),
    ("bytes_per_event", "{:.0f}"),
    ("verify_us_per_event", "{:.0f}"),
    ("fill_us_per_event", "{:.0f}"),
    ("verify_s", "{:.1f}"),
    ("fill_s", "{:.1f}"),
)


def fsync_ms(folder: Path) -> float:
    """Return the median of a 4 KiB write and flush: no store is faster than that."""
    waits = []
    with (folder / "probe").open("wb") as stream:
        for _ in range(100):
            begun = time.perf_counter()
            stream.write(bytes(4096))
            stream.flush()
            os.fsync(stream.fileno())
            waits.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(waits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--server", action="store_true")
    parser.add_argument("--folder", type=Path, help="On the disk to be measured.")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure-opening", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.plain:
        use_plain_file()
    if asked.measure_opening:
        measure_opening(asked.measure_opening)
        return
    lines = ["  ".join(["where ", *(title for title, _ in COLUMNS)])]
    print(lines[0])
    cluster = Cluster() if asked.server else None
    places: dict[str, Server | None] = {"file  ": None}
    if cluster:
        places["server"] = Server(cluster.url("app"), cluster.url("owner"))
    with tempfile.TemporaryDirectory(dir=asked.folder) as base:
        flush = fsync_ms(Path(base))
        for events, (where, server) in itertools.product(asked.events, places.items()):
            if cluster and server:
                cluster.empty()
            row = measure(events, Path(base), asked.plain, server)
            cells = (
                spec.format(row[title]).rjust(len(title)) for title, spec in COLUMNS
            )
            lines.append("  ".join([where, *cells]))
            print(lines[-1], flush=True)
    if cluster:
        cluster.remove()
    lines.append(f"one write and flush of 4 KiB on this disk: {flush:.2f} ms (median)")
    print(lines[-1])
    if asked.out:
        kind = "plain file" if asked.plain else "encrypted file"
        head_line = f"benchmarks/store_growth.py, {now():%Y-%m-%d}, {kind}"
        asked.out.write_text("\n".join([head_line, *lines, ""]))


if __name__ == "__main__":
    main()
