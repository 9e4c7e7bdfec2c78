"""Courses of invented patients, small enough to be made for each test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vein_imaging.domain.quantity import Weight
from vein_imaging.treatment import Site
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.practice import nothing_against
from vein_imaging.treatment.typed_injection import EntryText

SMALL = EntryText("asclera", "0.5", "liquid", "", "0.2", "0.8", batch="L1")
HOW = Circumstances("near-infrared", "standing", "left lateral")
SAMPLES = Path(__file__).parents[4] / "sample_images"


def leg(name: str) -> NDArray[np.uint8]:
    picture = cv2.imread(str(SAMPLES / f"leg-{name}.png"), cv2.IMREAD_COLOR_RGB)
    return np.asarray(picture, np.uint8)


@pytest.fixture
def make_course(clinic: Any) -> Callable[..., tuple[Any, str]]:
    """Make a patient who has come some times; give the person at work and the id."""

    def make(
        facts: dict[str, str] | None = None,
        *,
        sessions: int = 1,
        sites: int = 1,
        pictures: bool = False,
        screened: bool = True,
        volume_ml: str = "0.2",
        sign: bool = False,
    ) -> tuple[Any, str]:
        work = clinic.work()
        patient = work.add_patient(facts or {"name": "Maria Probe"})
        typed = replace(SMALL, volume_ml=volume_ml, expires_on="2030-01-31")
        for number in range(sessions):
            visit = work.start_session(patient.patient_id)
            if screened:
                visit.screen(nothing_against(visit, "nothing against it"))
                visit.weigh(Weight.from_text("68"))
            pixels = leg("after" if number else "before")
            if pictures:
                visit.photographs.take(pixels, HOW, 0.125, shows="drawing")
            for place in range(sites):
                site = Site((200.0 + 9 * place, 300.0), pixels) if pictures else None
                area = replace(typed, site=f"thigh {place}")
                visit.log.record(area, site, reason="as planned")
                clinic.pass_time(minutes=1)
            if sign:
                visit.sign("four unrelated words")
            clinic.pass_time(days=56)
        return work, patient.patient_id

    return make
