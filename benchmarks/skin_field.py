"""How well the field is found: marked pictures, the same changed, and drawn ones.

    python -m benchmarks.skin_field ../shared/data [--only GROUP]

IoU, share of the skin missed and share of the rest included, for each group; then the
strokes outside the field by near-infrared, retinas, the near-infrared video's following
frames, and the cost beside one Gaussian blur. No picture is written.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PilImage

from benchmarks.made_skin import (
    Case,
    changed,
    close_ups,
    drawn,
    in_a_room,
    marked,
    on_other_grounds,
)
from vein_imaging.imaging.field.find_field import find_field, look_for_field


def score(case: Case) -> tuple[float, float, float]:
    """IoU, share missed, share of the rest included."""
    field = find_field(case.picture)
    skin, rest = case.truth == 255, case.truth == 0
    either = (field | skin) & (case.truth != 128)
    return (
        share(field & skin, either),
        share(skin & ~field, skin),
        share(rest & field, rest),
    )


def share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    """Area of one mask over that of another."""
    return int(np.count_nonzero(part)) / max(1, int(np.count_nonzero(whole)))


def print_table(cases: Iterable[Case]) -> None:
    """One line a group."""
    groups: dict[str, list[tuple[float, float, float, str]]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append((*score(case), case.name))
    print(f"{'':22s}   n   IoU  least        missed worst  rest included")
    for group, rows in groups.items():
        iou, missed, extra = (np.array([row[k] for row in rows]) for k in range(3))
        worst = rows[int(iou.argmin())][3]
        print(
            f"{group:22s} {len(rows):3d}  {iou.mean():.3f} {iou.min():.3f}"
            f"       {missed.mean():.3f}  {missed.max():.3f}  {extra.mean():.3f}"
            f"   {worst}",
            flush=True,
        )


def made_of(cases: list[Case]) -> Iterator[Case]:
    """All that is made of the marked pictures, group by group."""
    yield from chain.from_iterable(map(changed, cases))
    visible = [case for case in cases if case.picture.std(axis=2).mean() > 2]
    visible = [case for case in visible if case.group in ("leg", "extra")]
    yield from chain.from_iterable(map(on_other_grounds, visible))
    yield from chain.from_iterable(map(close_ups, cases))


def print_advice(cases: list[Case]) -> None:
    """How often it is said to come nearer, where that is right and where it is not."""
    groups = {
        "in a room": list(chain.from_iterable(map(in_a_room, cases))),
        "all skin": list(chain.from_iterable(map(close_ups, cases))),
        "marked": cases,
    }
    for name, group in groups.items():
        said = sum(bool(look_for_field(case.picture).advice) for case in group)
        print(f"told to come nearer, {name}: {said} of {len(group)}")


def print_strokes(folder: Path) -> None:
    outside = []
    for name, strokes in json.loads((folder / "nir-strokes.json").read_text()):
        picture = cv2.imread(str(folder / name), cv2.IMREAD_COLOR_RGB)
        line = np.asarray(cv2.imread(str(folder / strokes), 0)) > 127
        field = find_field(np.asarray(picture, np.uint8))
        outside.append(share(line & ~field, line))
    print(
        f"near-infrared strokes outside the field: mean {np.mean(outside):.3f}, "
        f"worst {max(outside):.3f}"
    )


def print_retinas(folder: Path) -> None:
    scores: dict[str, list[float]] = {"colour": [], "green": []}
    for path in sorted(folder.glob("*/images/*.tif")):
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)
        (mask,) = (path.parents[1] / "mask").glob(f"{path.stem}_mask.gif")
        with PilImage.open(mask) as image:
            truth = np.asarray(image.convert("L"), np.uint8)
        for kind, pixels in (("colour", picture), ("green", picture[..., 1].copy())):
            scores[kind].append(score(Case("", "", pixels, truth))[0])
    for kind, iou in scores.items():
        print(f"retinas, {kind}: IoU mean {np.mean(iou):.4f}, least {min(iou):.4f}")


def print_video(path: Path) -> None:
    video, before, agreement = cv2.VideoCapture(str(path)), None, []
    for number in range(int(video.get(cv2.CAP_PROP_FRAME_COUNT))):
        if not video.grab() or number % 40 > 1:
            continue
        frame = np.asarray(video.retrieve()[1][..., ::-1])
        field = find_field(np.ascontiguousarray(frame))
        if number % 40 == 1 and before is not None:
            agreement.append(share(field & before, field | before))
        before = field
    print(
        f"near-infrared video, following frames: IoU mean {np.mean(agreement):.4f}, "
        f"least {min(agreement):.4f}"
    )


def print_cost(cases: list[Case]) -> None:
    """CPU time at 1080p, least of several, beside one Gaussian blur of that size."""
    cv2.setNumThreads(1)
    blur, size = np.zeros((1080, 1920), np.float32), (1920, 1080)
    costs = []
    for case in cases:
        large = np.asarray(cv2.resize(case.picture, size), np.uint8)
        times: dict[str, list[float]] = {"field": [], "blur": []}
        for _ in range(5):
            begun = time.thread_time()
            find_field(large)
            middle = time.thread_time()
            cv2.GaussianBlur(blur, (0, 0), 2)
            times["field"].append(middle - begun)
            times["blur"].append(time.thread_time() - middle)
        costs.append((min(times["field"]), min(times["blur"])))
        cost, one = costs[-1]
        print(f"{case.name:9s} {1e3 * cost:5.1f} ms, {cost / one:.1f} blurs")
    print(f"mean {1e3 * np.mean(costs, axis=0)[0]:.1f} ms at 1920 x 1080, one thread")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default="marked,made,drawn,others,cost")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    cases = marked(arguments.data / "skin")
    if "marked" in parts:
        print_table(cases)
    if "made" in parts:
        print_table(made_of(cases))
    if "drawn" in parts:
        print_table(drawn())
    if "others" in parts:
        print_advice(cases)
        print_strokes(arguments.data / "skin")
        print_retinas(arguments.data / "drive")
        print_video(arguments.data / "nir-video" / "forearm.mp4")
    if "cost" in parts:
        print_cost(cases)


if __name__ == "__main__":
    main()
