"""Pictures that must not align: of different people, and of a leg and its mirror image.

    python benchmarks/strangers.py ../shared/data/pairs [--only strangers,mirrors] \
        [--max-side 1000] [--share 1/4]

Each BEFORE of the tuning pairs against each other pair's AFTER; each picture against
its own mirror image, and each BEFORE against its AFTER mirrored. With the better
matcher where it is installed (`make setup`). One line a pair, then the counts. Nothing
of the pictures is written. It takes 10 to 20 s of CPU a pair: `--share 1/4` does every
fourth.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging import compare

Picture = NDArray[np.uint8]


def opened(path: Path, max_side: int) -> Picture:
    """A picture, no larger than that."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise SystemExit(f"cannot read {path}")
    scale = min(1.0, max_side / max(picture.shape[:2]))
    return np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        np.uint8,
    )


def cases(
    folder: Path, only: list[str], max_side: int
) -> Iterator[tuple[str, str, Picture, Picture]]:
    """Kind, names, and the two pictures."""
    entries: dict[str, Any] = json.loads((folder / "landmarks.json").read_text())
    names = [n for n, entry in entries.items() if entry.get("split") == "tuning"]

    def picture(name: str, when: str) -> Picture:
        return opened(folder / entries[name][when], max_side)

    for one in names if "strangers" in only else ():
        for other in names:
            if one != other:
                pair = picture(one, "before"), picture(other, "after")
                yield "strangers", f"{one}, {other}", *pair
    for name in names if "mirrors" in only else ():
        before, after = picture(name, "before"), picture(name, "after")
        for what, first, second in (
            ("before, itself", before, before),
            ("after, itself", after, after),
            ("before, after", before, after),
        ):
            mirrored = np.ascontiguousarray(second[:, ::-1])
            yield "mirrors", f"{name} {what}", first, mirrored


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("data", type=Path)
    told.add_argument("--only", default="strangers,mirrors")
    told.add_argument("--max-side", type=int, default=1000)
    told.add_argument("--share", type=Fraction, default=Fraction(1))
    said = told.parse_args()
    cv2.setNumThreads(1)
    every, counts = round(1 / said.share), Counter[tuple[str, str]]()
    rows = cases(said.data, said.only.split(","), said.max_side)
    for at, (kind, names, before, after) in enumerate(rows):
        if at % every:
            continue
        begun_s = time.process_time()
        result = compare(before, after)
        found = result.registration
        evidence = found.evidence
        share = float("nan") if evidence is None else evidence.hit_share
        counts[kind, result.alignment_verdict] += 1
        print(
            f"{kind:10}{names:28}{result.alignment_verdict:10}share {share:.2f}  "
            f"{found.matcher:14}{time.process_time() - begun_s:5.1f} s CPU",
            flush=True,
        )
    for (kind, verdict), count in sorted(counts.items()):
        print(f"{kind}: {count} {verdict}")


if __name__ == "__main__":
    main()
