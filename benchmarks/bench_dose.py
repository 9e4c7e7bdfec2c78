"""What a dose check costs on a patient with a long history.

    python benchmarks/bench_dose.py     # to 100,000 injections; 2,000 at once

Reading is the JSON text to the context, checking is the context to the answer, without
the search for reference cycles, as the command does it. Under pytest the small bodies
run once, so that none rots.
"""

from __future__ import annotations

import gc
import json
import platform
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from vein_imaging.domain.dose_document import answer, read_document

SIZES = (100, 1_000, 10_000, 100_000)
PER_SESSION = 40


def history(count: int, *, region: str, product: str) -> str:
    """A document of `count` injections, 40 a session, a session each fortnight."""
    started = datetime(2016, 1, 1, 10, tzinfo=UTC)
    sessions: list[dict[str, Any]] = []

    def shot(number: int, at: datetime) -> dict[str, str]:
        return {
            "id": f"i{number}",
            "at": at.isoformat(),
            "product": product,
            "concentration_percent": "0.5",
            "form": "liquid",
            "volume_ml": f"0.{1 + number % 2}",
            "vein_diameter_mm": "0.8",
            "site": f"s{number % PER_SESSION}",
        }

    for first in range(0, count, PER_SESSION):
        numbers = range(first, min(first + PER_SESSION, count))
        given = [shot(n, started + timedelta(minutes=n - first)) for n in numbers]
        sessions.append({"started": started.isoformat(), "injections": given})
        started += timedelta(days=14)
    last = started - timedelta(days=14)
    document = {
        "region": region,
        "timezone": "Europe/London",
        "patient": {"weight_kg": "70", "weighed_on": last.date().isoformat()},
        "sessions": sessions,
        "planned": shot(count, last + timedelta(hours=2)),
    }
    return json.dumps(document)


def one_session(count: int, *, planned: bool) -> str:
    """A document whose `count` injections are all of one session, 40 sites."""
    document = json.loads(history(PER_SESSION, region="US", product="asclera"))
    (session,) = document["sessions"]
    given = session["injections"]
    session["injections"] = [
        given[number % PER_SESSION] | {"id": f"i{number}"} for number in range(count)
    ]
    document["planned"]["id"] = "p"
    if not planned:
        del document["planned"]
    return json.dumps(document)


def cost_ms(text: str, repeats: int) -> tuple[float, float]:
    """Least CPU time of reading and of checking, ms."""
    read, check = [], []
    gc.collect()
    gc.disable()
    for _ in range(repeats):
        start = time.process_time()
        context = read_document(text)
        middle = time.process_time()
        answer(context)
        read.append(middle - start)
        check.append(time.process_time() - middle)
    gc.enable()
    return min(read) * 1e3, min(check) * 1e3


def bench_a_thousand_injections_by_weight() -> None:
    reply = answer(read_document(history(1_000, region="DE", product="aethoxysklerol")))
    assert [row["rule"] for row in reply["remaining"]] == ["per_day_mass_per_kg"]


def bench_a_thousand_injections_by_volume() -> None:
    reply = answer(read_document(history(1_000, region="US", product="asclera")))
    assert [row["rule"] for row in reply["remaining"]] == ["per_session_volume"]


def bench_two_thousand_injections_of_one_session() -> None:
    assert answer(read_document(one_session(2_000, planned=True)))["findings"]


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; ms of CPU time")
    print(f"{'':22}{'injections':>11}{'read':>9}{'check':>9}{'both':>9}{'µs each':>9}")
    for region, product in (("US", "asclera"), ("DE", "aethoxysklerol")):
        for size in SIZES:
            text = history(size, region=region, product=product)
            read, check = cost_ms(text, 3 if size > 10_000 else 9)
            both = read + check
            print(
                f"{region} {product:19}{size:11,}{read:9.1f}{check:9.1f}{both:9.1f}"
                f"{both * 1e3 / size:9.2f}"
            )
    for planned in (True, False):
        read, check = cost_ms(one_session(2_000, planned=planned), 15)
        what = "one session, a plan" if planned else "one session, record"
        both = read + check
        print(f"{what:22}{2_000:11,}{read:9.1f}{check:9.1f}{both:9.1f}{both / 2:9.2f}")


if __name__ == "__main__":
    main()
