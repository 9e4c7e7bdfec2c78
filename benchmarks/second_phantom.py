"""A second phantom: legs before and after treatment, drawn by other code and rules.

`vein_phantom` grows trees towards attractors and stamps tubes; what was tuned on it may
only suit it. Here veins are random walks, their light is a chord through a distance
map, texture is filtered noise, and AFTER has what treatment and eight weeks leave:
brown stain along half of what vanished, a bruise, a tan, creases, weaker texture.
Nothing of `vein_phantom` is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates

__all__ = ["Drawn", "LegPlan", "Vein", "bruise_od", "draw_pair"]

Plane = NDArray[np.float64]

MARGIN_PX = 90  # the second pose shows skin that the first did not
DEPTH_STEPS_MM = (0.3, 0.6, 1.0, 1.6, 2.4)  # veins of one depth are blurred together
ABSORBS_PER_MM = 0.5  # differential absorption of blood, per mm of chord
# optical densities by channel: red, green, blue; and one for a grey transilluminator
VEIN = {"colour": (1.0, 0.75, 0.45), "grey": (1.0,)}
BROWN = {"colour": (0.4, 0.75, 1.0), "grey": (0.45,)}
PURPLE = {"colour": (0.35, 1.0, 0.6), "grey": (0.35,)}
SKIN = {"colour": (0.62, 0.40, 0.30), "grey": (0.55,)}


@dataclass(frozen=True)
class LegPlan:
    """One leg, and what happens to it.

    Parameters
    ----------
    seed : int
    cleared : 0 to 1
        Share of the veins' length that vanishes, as nearly as whole veins allow.
    kind : "grey" | "colour"
    stain, bruise, tan, creases, texture, pose, depth, hair
        Factors; 1 is the usual strength.
    texture_after : 0 to 1
        How much of the texture AFTER still shows.
    blur_px : px
    visit : 2, 3, ...
        Which visit AFTER is: each has a pose, a light and hairs of its own.
    """

    seed: int
    cleared: float = 0.5
    kind: str = "grey"
    stain: float = 1.0
    bruise: float = 1.0
    tan: float = 1.0
    creases: int = 2
    moles: int = 9
    texture: float = 1.0
    texture_after: float = 0.8
    pose: float = 1.0
    depth: float = 1.0
    blur_px: float = 0.9
    hair: int = 15
    height_px: int = 720
    width_px: int = 1280
    mm_per_pixel: float = 0.08
    visit: int = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Of the skin that is drawn, with a margin around the frame."""
        return self.height_px + 2 * MARGIN_PX, self.width_px + 2 * MARGIN_PX

    def rng(self, part: str) -> np.random.Generator:
        """A stream of its own for every part."""
        return np.random.default_rng([self.seed, *part.encode()])

    def rng_after(self, part: str) -> np.random.Generator:
        """A stream of its own for every part of every later visit."""
        return self.rng(part if self.visit == 2 else f"{part} {self.visit}")


@dataclass(frozen=True, eq=False)
class Vein:
    """A vein on the drawn skin: (N, 2) px, mm, mm, whether it vanishes and stains."""

    points_rc: Plane
    diameter_mm: float
    depth_mm: float
    gone: bool = False
    stained: bool = False

    @cached_property
    def length_px(self) -> float:
        """Sum of its steps."""
        return float(np.hypot(*np.diff(self.points_rc, axis=0).T).sum())


@dataclass(frozen=True, eq=False)
class Drawn:
    """Both pictures and the truth.

    `to_skin[visit]` are two (H, W) planes: row and column on the skin of each pixel.
    """

    plan: LegPlan
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    veins: tuple[Vein, ...]
    to_skin: dict[str, tuple[Plane, Plane]]

    def on_skin(self, points_rc: Plane, visit: str) -> Plane:
        """Take points of a picture to the skin; outside it, the nearest edge."""
        return np.column_stack(
            [
                map_coordinates(plane, points_rc.T, order=1, mode="nearest")
                for plane in self.to_skin[visit]
            ]
        )


def draw_pair(plan: LegPlan) -> Drawn:
    """Draw BEFORE and AFTER of one leg."""
    veins = _fated(_grow(plan), plan)
    maps = {visit: _place(plan, visit) for visit in ("before", "after")}
    pictures = {visit: _expose(plan, visit, veins, maps[visit]) for visit in maps}
    return Drawn(plan, pictures["before"], pictures["after"], veins, maps)


def _grow(plan: LegPlan) -> list[Vein]:
    """Walks from one side to the other that fork now and then."""
    rng = plan.rng("veins")
    height, width = plan.shape
    found: list[Vein] = []
    waiting = []
    for root in range(6):
        right = root % 2
        start = np.array([rng.uniform(0.15, 0.85) * height, right * (width - 1.0)])
        heading = np.pi * right + rng.uniform(-0.3, 0.3)
        waiting.append((start, heading, rng.uniform(1.0, 2.4)))
    while waiting and len(found) < 60:
        at, heading, diameter = waiting.pop(0)
        points, turn = [at], 0.0
        goal = rng.uniform(120, 330)
        for _ in range(int(goal)):
            turn = 0.93 * turn + rng.normal(0, 0.006)
            heading += turn
            at = at + np.array([np.sin(heading), np.cos(heading)])
            if not (0 <= at[0] < height and 0 <= at[1] < width):
                break
            points.append(at)
        if len(points) > 40:
            depth = plan.depth * np.clip(0.35 * diameter + rng.normal(0.3, 0.2), 0.2, 3)
            found.append(Vein(np.array(points), diameter, float(depth)))
        if len(points) >= int(goal) and diameter > 0.3:
            side = rng.uniform(0.35, 0.8)
            waiting.append((at, heading - 0.4 * side, diameter * rng.uniform(0.7, 0.9)))
            waiting.append((at, heading + side, diameter * rng.uniform(0.4, 0.7)))
    return found


def _fated(veins: list[Vein], plan: LegPlan) -> tuple[Vein, ...]:
    rng = plan.rng("fate")
    order = rng.permutation(len(veins))
    wanted = plan.cleared * sum(vein.length_px for vein in veins)
    gone: set[int] = set()
    done = 0.0
    for index in order:
        length = veins[index].length_px
        if abs(done + length - wanted) <= abs(done - wanted):
            gone.add(int(index))
            done += length
    stained = rng.uniform(size=len(veins)) < 0.5
    return tuple(
        replace(
            vein, gone=index in gone, stained=bool(index in gone and stained[index])
        )
        for index, vein in enumerate(veins)
    )


def _chords(
    plan: LegPlan, vein: Vein, widen: float = 1.0, more_mm: float = 0.0
) -> tuple[tuple[slice, slice], Plane]:
    """The chord through the tube, mm, in a window around the vein."""
    radius = 0.5 * (widen * vein.diameter_mm + more_mm) / plan.mm_per_pixel
    reach = int(radius) + 3
    low = np.maximum(vein.points_rc.min(axis=0).astype(int) - reach, 0)
    high = np.minimum(vein.points_rc.max(axis=0).astype(int) + reach + 1, plan.shape)
    fine = 2  # twice as fine, for veins of three pixels
    empty = np.ones(tuple((high - low) * fine), np.uint8)
    line = np.rint(((vein.points_rc - low + 0.5) * fine - 0.5)[:, ::-1] * 16)
    cv2.polylines(empty, [line.astype(np.int32)], False, 0, 1, cv2.LINE_8, 4)
    away = distance_transform_edt(empty) / fine
    chord = 2 * np.sqrt(np.maximum(radius**2 - away**2, 0)) * plan.mm_per_pixel
    chord = chord.reshape(high[0] - low[0], fine, high[1] - low[1], fine).mean((1, 3))
    return (slice(low[0], high[0]), slice(low[1], high[1])), chord


def _veins_od(plan: LegPlan, veins: tuple[Vein, ...]) -> Plane:
    total = np.zeros(plan.shape)
    nearest = [
        int(
            np.argmin(
                [abs(step * plan.depth - vein.depth_mm) for step in DEPTH_STEPS_MM]
            )
        )
        for vein in veins
    ]
    for index, step in enumerate(DEPTH_STEPS_MM):
        layer = np.zeros(plan.shape)
        for vein, own in zip(veins, nearest, strict=True):
            if own == index:
                window, chord = _chords(plan, vein)
                layer[window] = np.maximum(layer[window], chord)
        sigma = 0.42 * (0.25 + step * plan.depth) / plan.mm_per_pixel
        weaker = np.exp(-0.25 * step * plan.depth)
        total += weaker * gaussian_filter(layer, sigma)
    return ABSORBS_PER_MM * total


def _stain_od(plan: LegPlan, veins: tuple[Vein, ...]) -> Plane:
    rng = plan.rng("stain")
    total = np.zeros(plan.shape)
    for vein in veins:
        strength = rng.uniform(0.5, 1.4)
        if vein.stained:
            window, chord = _chords(plan, vein, 1.3, 0.5)
            flat = np.minimum(chord / (0.6 * vein.diameter_mm + 0.3), 1) * strength
            total[window] = np.maximum(total[window], flat)
    blotches = np.clip(1 + 0.45 * _noise(plan, "blotches", 18, 2.0), 0.2, 2)
    return (
        plan.stain * 0.13 * gaussian_filter(total, 0.45 / plan.mm_per_pixel) * blotches
    )


def bruise_od(plan: LegPlan) -> Plane:
    """Optical density of both bruises on the drawn skin; half of it is their rim."""
    rng = plan.rng("bruise")
    height, width = plan.shape
    rows, columns = np.mgrid[:height, :width]
    total = np.zeros(plan.shape)
    for _ in range(2):
        row, column = rng.uniform(0.2, 0.8, 2) * plan.shape
        size = rng.uniform(4, 9) / plan.mm_per_pixel
        away = np.hypot((rows - row) / size, (columns - column) / (1.6 * size))
        total += 1 / (1 + np.exp(6 * (away - 1 + 0.3 * _noise(plan, "rag", 25, 2.0))))
    return plan.bruise * 0.10 * total


def _noise(plan: LegPlan, part: str, grain_px: float, steep: float) -> Plane:
    """Noise of unit spread whose spectrum falls from one grain size on."""
    white = plan.rng(part).standard_normal(plan.shape)
    rows = np.fft.fftfreq(plan.shape[0])[:, None]
    columns = np.fft.rfftfreq(plan.shape[1])[None]
    f = np.hypot(rows, columns) * grain_px
    shaped = np.fft.irfft2(np.fft.rfft2(white) / (1 + f**2) ** steep, s=plan.shape)
    return np.asarray((shaped - shaped.mean()) / shaped.std())


def _relief(plan: LegPlan, visit: str) -> Plane:
    """Logarithm of the skin's own tone: mottle, grain, furrows between plateaus."""
    furrow = np.exp(-((_noise(plan, "furrow", 9, 1.5) / 0.25) ** 2))
    fine = 0.020 * _noise(plan, "grain", 3, 1.2) - 0.022 * gaussian_filter(furrow, 0.7)
    slow = 0.012 * _noise(plan, "mottle", 30, 1.5) + 0.02 * _noise(plan, "slow", 140, 2)
    share = 1.0 if visit == "before" else plan.texture_after
    return plan.texture * (share * fine + slow)


def _marks_od(plan: LegPlan) -> tuple[Plane, Plane]:
    """Moles (melanin) and creases (shadow): both stay where they are."""
    rng = plan.rng("marks")
    height, width = plan.shape
    rows, columns = np.mgrid[:height, :width]
    moles, creases = np.zeros(plan.shape), np.zeros(plan.shape)
    for _ in range(plan.moles):
        row, column = rng.uniform(0.12, 0.88, 2) * plan.shape
        size = rng.uniform(0.5, 1.6) / plan.mm_per_pixel
        away = np.hypot(rows - row, (columns - column) * rng.uniform(0.8, 1.2)) / size
        moles = np.maximum(
            moles, rng.uniform(0.15, 0.6) / (1 + np.exp(np.minimum(8 * (away - 1), 50)))
        )
    for _ in range(plan.creases):
        column, lean = rng.uniform(0.2, 0.8) * width, rng.uniform(-0.3, 0.3)
        path = column + lean * (np.arange(height) - height / 2)
        path += 12 * np.sin(np.arange(height) / rng.uniform(60, 120))
        ends = rng.uniform(0.15, 0.4), rng.uniform(0.6, 0.85)
        seen = (np.arange(height) / height > ends[0]) & (
            np.arange(height) / height < ends[1]
        )
        away = np.abs(columns - path[:, None]) * plan.mm_per_pixel / 0.22
        creases += np.where(seen[:, None], 0.07 * np.exp(-0.5 * away**2), 0)
    return moles, creases


def _place(plan: LegPlan, visit: str) -> tuple[Plane, Plane]:
    rows, columns = np.mgrid[: plan.height_px, : plan.width_px].astype(float)
    rows, columns = rows + MARGIN_PX + 0.5, columns + MARGIN_PX + 0.5
    if visit == "before":
        return rows, columns
    rng = plan.rng_after("pose")
    centre = np.array(plan.shape) / 2
    turn = np.deg2rad(rng.uniform(-4, 4) * plan.pose)
    size = 1 + rng.uniform(-0.03, 0.03) * plan.pose
    y, x = rows - centre[0], columns - centre[1]
    bend = rng.uniform(-2e-5, 2e-5, 2) * plan.pose  # of a camera that is tilted
    lens = 1 + bend[0] * y + bend[1] * x
    shift = rng.uniform(-25, 25, 2) * plan.pose
    new_y = size * (np.cos(turn) * y - np.sin(turn) * x) / lens + centre[0] + shift[0]
    new_x = size * (np.sin(turn) * y + np.cos(turn) * x) / lens + centre[1] + shift[1]
    window = np.s_[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    more = "" if plan.visit == 2 else f" {plan.visit}"
    soft = [
        6.0 * plan.pose * _noise(plan, f"soft {k}{more}", 260, 3)[window] for k in "yx"
    ]
    return new_y + soft[0], new_x + soft[1]


def _limb(plan: LegPlan) -> Plane:
    """1 on the limb, 0 beside it."""
    rng = plan.rng("limb")
    height, width = plan.shape
    along = np.linspace(-1, 1, width)
    upper = height * (0.15 + 0.03 * np.sin(2 * along + rng.uniform(0, 6)))
    lower = height * (0.87 + 0.03 * np.cos(1.7 * along + rng.uniform(0, 6)))
    rows = np.arange(height)[:, None]
    return np.clip(np.minimum(rows - upper, lower - rows) / 2, 0, 1)


def _hair(plan: LegPlan, visit: str) -> Plane:
    rng = (
        plan.rng_after(f"hair {visit}") if visit == "after" else plan.rng("hair before")
    )
    fine = np.zeros((2 * plan.height_px, 2 * plan.width_px), np.uint8)
    for _ in range(plan.hair):
        start = rng.uniform(0.15, 0.85, 2) * fine.shape
        heading, turn = rng.uniform(0.2, 1.2), rng.normal(0, 0.008)
        steps = np.arange(rng.uniform(80, 240))
        angle = heading + turn * steps
        path = start + np.cumsum(
            np.column_stack([np.sin(angle), np.cos(angle)]), axis=0
        )
        line = np.rint(16 * path[:, ::-1]).astype(np.int32)
        cv2.polylines(fine, [line], False, 255, 2, cv2.LINE_AA, 4)
    small = cv2.resize(
        fine, (plan.width_px, plan.height_px), interpolation=cv2.INTER_AREA
    )
    return np.asarray(small / 255.0, np.float64)


def _expose(
    plan: LegPlan, visit: str, veins: tuple[Vein, ...], where: tuple[Plane, Plane]
) -> NDArray[np.uint8]:
    later = visit == "after"
    blood = _veins_od(plan, tuple(v for v in veins if not (later and v.gone)))
    moles, creases = _marks_od(plan)
    relief = _relief(plan, visit) - creases
    brown = moles + (_stain_od(plan, veins) + 0.10 * plan.tan if later else 0)
    purple = bruise_od(plan) if later else np.zeros(plan.shape)
    rng = plan.rng_after("light after") if later else plan.rng("light before")
    rows, columns = np.mgrid[: plan.height_px, : plan.width_px]
    middle = rng.uniform(0.3, 0.7, 2) * (plan.height_px, plan.width_px)
    away = np.hypot(rows - middle[0], columns - middle[1]) / plan.width_px
    light = rng.uniform(0.8, 1.1) * np.exp(-rng.uniform(1.0, 2.0) * away**2)
    limb, hair = _limb(plan), _hair(plan, visit)
    warm = rng.uniform(0.95, 1.05, 3)  # white balance
    channels = []
    for at, skin in enumerate(SKIN[plan.kind]):
        density = VEIN[plan.kind][at] * blood + BROWN[plan.kind][at] * brown
        density += PURPLE[plan.kind][at] * purple
        lit = skin * np.exp(relief - density) * limb + 0.06 * (1 - limb)
        seen = cv2.remap(
            lit.astype(np.float32), where[1].astype(np.float32),
            where[0].astype(np.float32), cv2.INTER_LINEAR,
        )  # fmt: skip
        seen = gaussian_filter(seen * (1 - 0.55 * hair), plan.blur_px)
        channels.append(seen * light * (warm[at] if plan.kind == "colour" else 1))
    photons = 6000 * np.clip(np.stack(channels, axis=-1), 0, 1.4)
    noisy = rng.poisson(photons) + rng.normal(0, 8, photons.shape)
    picture = np.clip(np.rint(255 * noisy / 6000 * 1.3), 0, 255).astype(np.uint8)
    return np.asarray(picture if plan.kind == "colour" else picture[..., 0], np.uint8)
