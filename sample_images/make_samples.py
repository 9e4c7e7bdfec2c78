"""Make the sample pictures and their truth again, byte for byte.

python sample_images/make_samples.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from vein_phantom import PhantomSettings, PhantomTruth, draw_frame

__all__ = ["SAMPLES", "make_samples"]

_LEG = PhantomSettings(seed=1, width_px=640, height_px=480, mm_per_pixel=0.125)

SAMPLES: dict[str, PhantomSettings] = {
    "leg-before": _LEG,
    "leg-after": replace(_LEG, visit="after"),
    "leg-plain": replace(_LEG, hair=0, glare=0, freckles=0, texture=0.3),
    "leg-hairy": replace(_LEG, hair=90, glare=14, freckles=30, texture=1.6),
    "leg-visible-light": replace(
        _LEG, colour="skin", width_px=400, height_px=300, mm_per_pixel=0.2
    ),
}
"""Name of each sample and what it shows."""


def make_samples(folder: Path) -> list[Path]:
    """Draw every sample: picture, mask of the veins, centrelines and diameters.

    Parameters
    ----------
    folder : Path
        Where to write `NAME.png`, `NAME-mask.png` and `NAME-truth.json`.

    Returns
    -------
    list of Path
        What was written.
    """
    written = []
    for name, settings in SAMPLES.items():
        pixels, truth = draw_frame(settings)
        bgr = pixels[..., ::-1] if pixels.ndim == 3 else pixels
        mask = truth.mask.astype(np.uint8) * 255
        for path, picture in (
            (folder / f"{name}.png", bgr),
            (folder / f"{name}-mask.png", mask),
        ):
            packed = cv2.imencode(
                ".png", np.ascontiguousarray(picture), [cv2.IMWRITE_PNG_COMPRESSION, 9]
            )[1]
            path.write_bytes(packed.tobytes())
            written.append(path)
        path = folder / f"{name}-truth.json"
        path.write_text(describe(truth) + "\n", encoding="utf-8")
        written.append(path)
    return written


def describe(truth: PhantomTruth) -> str:
    """Write the truth of a sample as JSON, one branch a line.

    Parameters
    ----------
    truth : PhantomTruth
        Of one frame.

    Returns
    -------
    str
        Lengths in mm to the micrometre, pixels to a hundredth.
    """
    rows = [
        json.dumps(
            {
                "branch_id": branch.branch_id,
                "treated": branch.treated,
                "points_rc": np.round(branch.points_rc.astype(float), 2).tolist(),
                "diameter_mm": np.round(branch.diameter_mm.astype(float), 3).tolist(),
                "depth_mm": np.round(branch.depth_mm.astype(float), 3).tolist(),
            }
        )
        for branch in truth.branches
    ]
    head = json.dumps(
        {
            "seed": truth.seed,
            "visit": truth.visit,
            "mm_per_pixel": truth.mm_per_pixel,
            "shape": list(truth.mask.shape),
        }
    )
    return head[:-1] + ', "branches": [\n' + ",\n".join(rows) + "\n]}"


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for made in make_samples(where):
        print(made)
