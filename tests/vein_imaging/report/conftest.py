"""A report with everything a page can hold."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from vein_imaging.report import (
    BeforeAfter,
    Figure,
    LegendEntry,
    Notice,
    Report,
    Section,
    Table,
    encode_jpeg,
)

CHECKPOINT = (
    "vein-imaging/0f0e0d\n42\n" + "A" * 43 + "=\n2026-11-25T12:00:00+00:00\n\n"
    "\N{EM DASH} vein-imaging/0f0e0d " + "Q" * 92 + "\n"
)


def ramp(left: int, right: int) -> bytes:
    """A picture that is one grey on the left and another on the right."""
    row = np.linspace(left, right, 240).astype(np.uint8)
    return encode_jpeg(np.tile(row, (160, 1)))


@pytest.fixture
def whole_report() -> Report:
    dark, bright = ramp(20, 20), ramp(235, 235)
    slider = BeforeAfter(dark, bright, "Before: 1 Jan", "After: 1 Mar", "One leg", dark)
    rows = tuple((str(n), f"site {n}", "0.2 mL") for n in range(1, 31))
    sections = (
        Section("State", notices=(Notice("stop", "Not signed"), Notice("good", "g"))),
        Section(
            "Pictures",
            figures=(Figure("A drawn leg", bright, wide=False),),
            legend=(LegendEntry((240, 228, 66), "Telangiectasia", dashed=True),),
        ),
        Section("Before and after", sliders=(slider,)),
        Section(
            "Injections",
            tables=(Table(("#", "Site", "Volume"), rows, numeric=frozenset({0, 2})),),
            to_sign=("Signature", "Day"),
        ),
    )
    return Report(
        "Course of 3 sessions",
        "Maria Probe",
        sections,
        ("vein-imaging 1",),
        CHECKPOINT,
        date(2026, 11, 25),
    )
