"""Pictures that must not be laid on each other: other people, mirrors, other parts.

    nice python benchmarks/strangers.py ../shared/data/pairs >> \
        benchmarks/results/strangers.txt

Real before/after pairs, shuffled: BEFORE of one person with AFTER of every other;
every picture with its own mirror image; the upper third of BEFORE with the lower third
of AFTER, and the reverse. All must be refused. With the learned matcher where it is
installed (`make setup`), and the last line says which it was.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging import compare
from vein_imaging.comparison.learned.matcher import learned_matcher

Picture = NDArray[np.uint8]
Trial = tuple[str, str, Picture, Picture]


def read(path: Path) -> Picture:
    found = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if found is None:
        raise SystemExit(f"cannot read {path}")
    return np.asarray(found, np.uint8)


def thirds(picture: Picture) -> tuple[Picture, Picture]:
    rows = picture.shape[0] // 3
    return picture[:rows], picture[-rows:]


def trials(pairs: dict[str, tuple[Picture, Picture]]) -> Iterator[Trial]:
    for one, other in itertools.permutations(pairs, 2):
        yield "another person", f"{one}/{other}", pairs[one][0], pairs[other][1]
    for name, pictures in pairs.items():
        for picture in pictures:
            yield "its own mirror", name, picture, picture[:, ::-1].copy()
    for name, (before, after) in pairs.items():
        (upper, lower), (above, below) = thirds(before), thirds(after)
        yield "another part of the leg", name, upper, below
        yield "another part of the leg", name, lower, above


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    asked = parser.parse_args()
    described = json.loads((asked.pairs / "landmarks.json").read_text())
    pairs = {
        name: (read(asked.pairs / one["before"]), read(asked.pairs / one["after"]))
        for name, one in described.items()
    }
    told: Counter[tuple[str, str]] = Counter()
    began = time.process_time()
    for kind, name, before, after in trials(pairs):
        found = compare(before, after)
        told[kind, found.alignment_verdict] += 1
        if found.alignment_verdict != "refused":
            print(f"NOT REFUSED: {kind}, {name}: {found.alignment_verdict}", flush=True)
    cpu_s = (time.process_time() - began) / sum(told.values())
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[1]:.1f}, "
        f"{'classical' if learned_matcher() is None else 'with the learned matcher'}, "
        f"{cpu_s:.1f} s of CPU each"
    )
    for (kind, verdict), count in sorted(told.items()):
        print(f"- {kind}: {count} {verdict}")


if __name__ == "__main__":
    main()
