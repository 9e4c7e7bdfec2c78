"""The tuning pairs made harder: two legs in a picture, a wall, a roll, other framing.

    python benchmarks/hard_pairs.py ../shared/data/pairs [--only half,two_after] \
        [--every 3] [--strangers]

Each kind is a change of known geometry, so that the pairs' landmarks say whether what
was found is right: mean error of the landmarks inside the support at most 2 % of the
leg's width. Pictures are taken at 800 px. `--strangers` pairs each BEFORE with the
AFTER of another person, made harder the same way: all must be refused. `--every 3` does
three pairs in eight of each kind. With the better matcher where it is installed; set
VEIN_IMAGING_MATCHER to an empty folder for the figures without it. Nothing of the
pictures is written.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.aligning.registration import register
from vein_imaging.comparison.preparing.prepared import prepare_side
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.pipeline import analyse

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LONG_SIDE_PX = 800
_SHEET = (70, 75, 80)  # what lies around a picture that was turned or drawn smaller
_RIGHT_PERCENT = 2.0  # of the leg's width
_SEEN_TO = 0.93  # of a quarter turn: skin nearer to the limb's rim is not seen


@dataclass(frozen=True, eq=False)
class Leg:
    """A picture of a leg, upright, with its landmarks; nan where one was lost.

    Parameters
    ----------
    picture : (H, W, 3) uint8 RGB
    skin : (H, W) bool
    xy : (N, 2) px
    width_px : px
        Of the leg.
    """

    picture: Picture
    skin: Mask
    xy: Points
    width_px: float


class Pairs:
    """The pairs of a folder, read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        entries: dict[str, Any] = json.loads((folder / "landmarks.json").read_text())
        self._entries = entries
        self.names = [n for n, e in entries.items() if e.get("split") == "tuning"]
        self.leg = cache(self._leg)

    def other(self, name: str, steps: int) -> str:
        """Another person's pair."""
        return self.names[(self.names.index(name) + steps) % len(self.names)]

    def _leg(self, name: str, when: str) -> Leg:
        entry = self._entries[name]
        read = cv2.imread(str(self._folder / entry[when]), cv2.IMREAD_COLOR_RGB)
        if read is None:
            raise SystemExit(f"cannot read {entry[when]}")
        first = 0 if when == "before" else 2
        xy = np.array([p[first : first + 2] for p in entry["points"]], np.float64)
        scale = min(1.0, _LONG_SIDE_PX / max(read.shape[:2]))
        small = cv2.resize(read, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture, xy = np.asarray(small, np.uint8), xy * scale
        if picture.shape[1] > picture.shape[0]:
            picture, xy = picture.swapaxes(0, 1).copy(), xy[:, ::-1]
        width = float(entry[f"leg_width_{when}_px"]) * scale
        return Leg(picture, analyse(picture).field, xy, width)


def cropped(leg: Leg, left: int, top: int, right: int, bottom: int) -> Leg:
    """Part of a picture."""
    part = np.s_[top:bottom, left:right]
    xy = leg.xy - [left, top]
    xy[((xy < 0) | (xy >= [right - left, bottom - top])).any(axis=1)] = np.nan
    return Leg(leg.picture[part].copy(), leg.skin[part].copy(), xy, leg.width_px)


def half(leg: Leg) -> Leg:
    """The half, and a tenth more, that shows more landmarks."""
    height, width = leg.skin.shape
    parts = [
        cropped(leg, 0, 0, width, round(0.55 * height)),
        cropped(leg, 0, round(0.45 * height), width, height),
    ]
    return max(parts, key=lambda part: int(np.isfinite(part.xy).sum()))


def zoomed(leg: Leg, share: float = 0.65) -> Leg:
    """A part of the picture around its landmarks."""
    height, width = leg.skin.shape
    across, down = round(share * width), round(share * height)
    x, y = np.nanmedian(leg.xy, axis=0)
    left = int(np.clip(x - across / 2, 0, width - across))
    top = int(np.clip(y - down / 2, 0, height - down))
    return cropped(leg, left, top, left + across, top + down)


def turned(leg: Leg, degrees: float, scale: float) -> Leg:
    """Turned about its middle and drawn smaller, on a plain sheet."""
    height, width = leg.skin.shape
    affine = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    xy = leg.xy @ affine[:, :2].T + affine[:, 2]
    xy[((xy < 1) | (xy >= [width - 1, height - 1])).any(axis=1)] = np.nan
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.warpAffine(
        leg.picture, affine, (width, height), flags=how, borderValue=_SHEET
    )
    skin = cv2.warpAffine(leg.skin.astype(np.uint8), affine, (width, height)) > 0
    return Leg(np.asarray(picture, np.uint8), skin, xy, scale * leg.width_px)


def rolled(leg: Leg, degrees: float) -> Leg:
    """Rolled about its length, as if each row were cut from a cylinder."""
    rows = np.flatnonzero(leg.skin.any(axis=1))
    every = np.arange(leg.skin.shape[0])
    first = leg.skin.argmax(axis=1)
    last = leg.skin.shape[1] - 1 - leg.skin[:, ::-1].argmax(axis=1)
    low, high = (
        cv2.GaussianBlur(np.interp(every, rows, edge[rows])[:, None], (0, 0), 15)
        for edge in (first, last)
    )
    middle, radius = (low + high) / 2, np.maximum((high - low) / 2, 1)
    columns = np.arange(leg.skin.shape[1], dtype=np.float64)
    across = (columns - middle) / radius
    angle = np.arcsin(np.clip(across, -1, 1)) - np.radians(degrees)
    source = np.where(np.abs(across) < 1, middle + radius * np.sin(angle), columns)
    lines = np.broadcast_to(every[:, None], source.shape).astype(np.float32)
    picture = cv2.remap(leg.picture, source.astype(np.float32), lines, cv2.INTER_LINEAR)
    at = np.rint(leg.xy[:, 1]).astype(int).clip(0, every[-1])
    place = (leg.xy[:, 0] - middle[at, 0]) / radius[at, 0]
    there = np.arcsin(np.clip(place, -1, 1)) + np.radians(degrees)
    xy = leg.xy.copy()
    xy[:, 0] = middle[at, 0] + radius[at, 0] * np.sin(there)
    xy[(np.abs(place) >= 1) | (np.abs(there) > _SEEN_TO * np.pi / 2)] = np.nan
    return Leg(np.asarray(picture, np.uint8), leg.skin, xy, leg.width_px)


def small(leg: Leg, across_px: int = 300) -> Leg:
    """Drawn so many px wide."""
    scale = min(1.0, across_px / leg.skin.shape[1])
    picture, skin = (
        cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for plane in (leg.picture, leg.skin.astype(np.uint8))
    )
    return Leg(
        np.asarray(picture, np.uint8), skin > 0, scale * leg.xy, scale * leg.width_px
    )


def lit(leg: Leg) -> Leg:
    """Warm light from one side, another gamma, out of focus, JPEG at 55."""
    shade = np.linspace(0.55, 1.15, leg.skin.shape[1])[None, :, None]
    tint = shade * np.array([1.08, 1.0, 0.8]) * 1.15
    levels = 255 * np.clip((leg.picture / 255) ** 1.4 * tint, 0, 1)
    soft = cv2.GaussianBlur(levels.astype(np.uint8), (0, 0), 1.2)
    _, written = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, 55])
    read = cv2.imdecode(written, cv2.IMREAD_COLOR)
    return Leg(np.asarray(read, np.uint8), leg.skin, leg.xy, leg.width_px)


def walled(leg: Leg, shift: int) -> Leg:
    """In front of a tiled wall that has nearly the tone of the skin."""
    noise = np.random.default_rng(3).normal(size=(2200, 2200)).astype(np.float32)
    texture = 24 * cv2.GaussianBlur(noise, (0, 0), 3)
    rows, columns = np.mgrid[: leg.skin.shape[0], : leg.skin.shape[1]]
    rows, columns = rows + shift, columns + 2 * shift
    wall = 0.97 * np.median(leg.picture[leg.skin], axis=0) + texture[
        rows, columns
    ].reshape(*rows.shape, 1)
    tile = max(8, round(0.7 * leg.width_px))
    wall[(rows % tile < 3) | (columns % tile < 3)] *= 0.72
    skin = cv2.dilate(leg.skin.astype(np.uint8), np.ones((5, 5))) > 0
    picture = np.where(skin[..., None], leg.picture, np.clip(wall, 0, 255))
    return Leg(picture.astype(np.uint8), leg.skin, leg.xy, leg.width_px)


def beside(leg: Leg, other: Leg, *, right: bool, size: float = 0.9) -> Leg:
    """Another person's leg to one side, in the tone of this one."""
    scale = size * leg.width_px / other.width_px
    tone = leg.picture[leg.skin].mean(axis=0) / other.picture[other.skin].mean(axis=0)
    theirs = np.clip(other.picture * tone, 0, 255).astype(np.uint8)
    near, skin = (
        np.asarray(cv2.resize(plane, None, fx=scale, fy=scale))
        for plane in (theirs, other.skin.astype(np.uint8))
    )
    missing = max(0, leg.skin.shape[0] - near.shape[0])
    near = np.pad(near, ((0, missing), (0, 0), (0, 0)), "reflect")
    skin = np.pad(skin, ((0, missing), (0, 0)), "reflect")
    near = near[: leg.skin.shape[0]]
    parts, skins = [near, leg.picture], [skin[: leg.skin.shape[0]] > 0, leg.skin]
    if right:
        parts, skins = parts[::-1], skins[::-1]
    xy = leg.xy + ([0, 0] if right else [near.shape[1], 0])
    return Leg(np.hstack(parts), np.hstack(skins), xy, leg.width_px)


def kinds(pairs: Pairs) -> dict[str, Callable[[str, str], tuple[Leg, Leg]]]:
    """What is done to the pair of two names: BEFORE of one, AFTER of the other."""

    def two(name: str, when: str, steps: int, right: bool, size: float = 0.9) -> Leg:
        other = pairs.leg(pairs.other(name, steps), when)
        return beside(pairs.leg(name, when), other, right=right, size=size)

    def only_after(change: Callable[[Leg], Leg]) -> Callable[..., tuple[Leg, Leg]]:
        return lambda b, a: (pairs.leg(b, "before"), change(pairs.leg(a, "after")))

    def both(change: Callable[[Leg], Leg]) -> Callable[..., tuple[Leg, Leg]]:
        return lambda b, a: (
            change(pairs.leg(b, "before")),
            change(pairs.leg(a, "after")),
        )

    return {
        "plain": only_after(lambda leg: leg),
        "half": only_after(half),
        "zoomed": only_after(zoomed),
        "far": only_after(lambda leg: turned(leg, 5, 0.6)),
        "turned_25": only_after(lambda leg: turned(leg, 25, 0.85)),
        "turned_180": only_after(lambda leg: turned(leg, 180, 1.0)),
        "rolled_20": only_after(lambda leg: rolled(leg, 20)),
        "rolled_back_25": only_after(lambda leg: rolled(leg, -25)),
        "small_after": only_after(small),
        "small_both": both(small),
        "light": only_after(lit),
        "wall": only_after(lambda leg: walled(leg, 40)),
        "wall_both": lambda b, a: (
            walled(pairs.leg(b, "before"), 10),
            walled(pairs.leg(a, "after"), 60),
        ),
        "two_after": lambda b, a: (
            pairs.leg(b, "before"),
            two(a, "after", 1, right=False),
        ),
        "two_before": lambda b, a: (
            two(b, "before", 2, right=True),
            pairs.leg(a, "after"),
        ),
        "two_swapped": lambda b, a: (
            two(b, "before", 1, right=True),
            two(a, "after", 3, right=False),
        ),
        "two_larger": lambda b, a: (
            two(b, "before", 3, right=False, size=1.3),
            two(a, "after", 2, right=True, size=1.3),
        ),
        "two_rolled_small": lambda b, a: (
            small(pairs.leg(b, "before"), 360),
            small(
                beside(
                    rolled(pairs.leg(a, "after"), 15),
                    pairs.leg(pairs.other(a, 1), "after"),
                    right=False,
                ),
                420,
            ),
        ),
    }


def verdict_on(before: Leg, after: Leg, *, strangers: bool) -> tuple[str, str]:
    """Align two pictures: "right", "wrong", "refused" or "unmarked", and a line."""
    one, other = (
        prepare_side(leg.picture, None, None, CompareSettings())
        for leg in (before, after)
    )
    found = register(one.view, other.view)
    share = float("nan") if found.evidence is None else found.evidence.hit_share
    line = f"{found.matcher:14}share {share:.2f}"
    if found.transform is None:
        return "refused", line
    if strangers:
        return "wrong", line
    seen = np.isfinite(before.xy).all(axis=1) & np.isfinite(after.xy).all(axis=1)
    xy, true = before.xy[seen], after.xy[seen]
    landed = found.transform.to_after(xy[:, ::-1])[:, ::-1]
    columns, rows = np.rint(xy).astype(int).T
    height, width = found.support.shape
    inside = found.support[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    error = 100 * np.hypot(*(landed - true).T) / after.width_px
    line += f"  inside {np.count_nonzero(inside)} of {len(xy)}"
    if not inside.any():
        return "unmarked", line
    mean = float(error[inside].mean())
    verdict = "right" if mean <= _RIGHT_PERCENT else "wrong"
    return verdict, f"{line}  mean {mean:.2f} %"


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("data", type=Path)
    told.add_argument("--only", default="")
    told.add_argument("--every", type=int, default=1)
    told.add_argument("--strangers", action="store_true")
    said = told.parse_args()
    cv2.setNumThreads(1)
    pairs, counts = Pairs(said.data), Counter[tuple[str, str]]()
    chosen = {
        kind: made
        for kind, made in kinds(pairs).items()
        if not said.only or kind in said.only.split(",")
    }
    for number, (kind, made) in enumerate(chosen.items()):
        for at, name in enumerate(pairs.names):
            if (at - number) % said.every:
                continue
            other = pairs.other(name, 4) if said.strangers else name
            begun_s = time.process_time()
            verdict, line = verdict_on(*made(name, other), strangers=said.strangers)
            counts[kind, verdict] += 1
            spent_s = time.process_time() - begun_s
            print(
                f"{kind:18}{name:10}{verdict:10}{line}  {spent_s:.1f} s CPU", flush=True
            )
    for kind in chosen:
        row = {what: n for (of, what), n in counts.items() if of == kind}
        print(f"{kind}: {row}")
    whole = Counter[str]()
    for (_, what), count in counts.items():
        whole[what] += count
    print(f"all: {dict(whole)}")


if __name__ == "__main__":
    main()
