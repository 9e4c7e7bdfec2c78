"""Pictures that must not align: of different people, and of a leg and its mirror image.

    python benchmarks/strangers.py ../shared/data/pairs \
        [--only strangers,mirrors,parts] [--max-side 1000] [--share 1/4]

Each BEFORE of the tuning pairs against each other pair's AFTER; each picture against
its own mirror image, and each BEFORE against its AFTER mirrored; the first two fifths
of each leg against its last two fifths. With the better matcher where it is installed
(`make setup`). One line a pair, then the counts. Nothing of the pictures is written. It
takes about 5 s of CPU a pair (a picture's field and points are found once): `--share
1/4` does every fourth.
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
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.registration import Registration, register
from vein_imaging.comparison.learned.features import Features
from vein_imaging.comparison.learned.graph_files import find_graphs
from vein_imaging.comparison.learned.matcher import LearnedMatcher
from vein_imaging.comparison.preparing.prepared import Side, prepare_side
from vein_imaging.comparison.settings import CompareSettings

Picture = NDArray[np.uint8]
_MATCHER = "vein_imaging.comparison.aligning.automatic.learned_matcher"
_PART = 0.4
"""Of a leg's length: a fifth lies between the two parts, so that no skin is in both."""


class Remembering(LearnedMatcher):
    """The better matcher, which describes the same skin of one picture once."""

    def __init__(self, disk: bytes, lightglue: bytes) -> None:
        super().__init__(disk, lightglue)
        self._known: dict[int, Features] = {}

    def describe(self, picture: Picture, skin: NDArray[np.bool_]) -> Features:
        """Points of a picture, from memory where it was seen before."""
        seen = hash((picture.tobytes(), skin.tobytes()))
        if seen not in self._known:
            self._known[seen] = super().describe(picture, skin)
        return self._known[seen]


class Aligner:
    """What `compare` does until it knows whether two pictures align."""

    def __init__(self) -> None:
        self._sides: dict[int, Side] = {}

    def register(self, before: Picture, after: Picture) -> Registration:
        """Align two pictures."""
        one, other = (self._side(picture) for picture in (before, after))
        return register(one.view, other.view)

    def _side(self, picture: Picture) -> Side:
        seen = hash((picture.shape, picture.tobytes()))
        if seen not in self._sides:
            self._sides[seen] = prepare_side(picture, None, None, CompareSettings())
        return self._sides[seen]


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
    for name in names if "parts" in only else ():
        before, after = picture(name, "before"), picture(name, "after")
        for what, first, second in (
            ("before, itself", before, before),
            ("before, after", before, after),
            ("after, before", after, before),
        ):
            yield "parts", f"{name} {what}", first_part(first), last_part(second)


def first_part(picture: Picture) -> Picture:
    """Its first two fifths along the longer side."""
    share = _PART if picture.shape[0] > picture.shape[1] else 1.0
    rows = round(share * picture.shape[0])
    columns = round((_PART if share == 1.0 else 1.0) * picture.shape[1])
    return np.ascontiguousarray(picture[:rows, :columns])


def last_part(picture: Picture) -> Picture:
    """Its last two fifths along the longer side."""
    return np.ascontiguousarray(first_part(picture[::-1, ::-1])[::-1, ::-1])


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("data", type=Path)
    told.add_argument("--only", default="strangers,mirrors,parts")
    told.add_argument("--max-side", type=int, default=1000)
    told.add_argument("--share", type=Fraction, default=Fraction(1))
    said = told.parse_args()
    cv2.setNumThreads(1)
    graphs = find_graphs()
    matcher = None if graphs is None else Remembering(*graphs)
    aligner = Aligner()
    every, counts = round(1 / said.share), Counter[tuple[str, str]]()
    rows = cases(said.data, said.only.split(","), said.max_side)
    for at, (kind, names, before, after) in enumerate(rows):
        if at % every:
            continue
        begun_s = time.process_time()
        with patch(_MATCHER, return_value=matcher):
            found = aligner.register(before, after)
        verdict = "refused" if found.transform is None else "aligned"
        evidence = found.evidence
        share = float("nan") if evidence is None else evidence.hit_share
        counts[kind, verdict] += 1
        print(
            f"{kind:10}{names:28}{verdict:10}share {share:.2f}  "
            f"{found.matcher:14}{time.process_time() - begun_s:5.1f} s CPU",
            flush=True,
        )
    for (kind, verdict), count in sorted(counts.items()):
        print(f"{kind}: {count} {verdict}")


if __name__ == "__main__":
    main()
