"""How long a course takes onto paper, and how large it is.

Run: `python benchmarks/paper.py --out FOLDER`. An invented patient: three sessions, 30
sites, 12 drawn pictures; then 40 sessions. Written to benchmarks/results/paper.txt.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vein_imaging.domain.adverse_events import AdverseEvent
from vein_imaging.domain.quantity import Weight
from vein_imaging.report import render_html, render_pdf
from vein_imaging.treatment import AtWork, ClinicSettings, Site
from vein_imaging.treatment.on_paper.course_report import course_report
from vein_imaging.treatment.on_paper.read_course import read_course
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.practice import (
    Clocks,
    at_invented_work,
    invented_clinic,
    nothing_against,
)
from vein_imaging.treatment.typed_injection import EntryText

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "four unrelated words"
MM_PER_PIXEL = 0.125  # of the sample images


@dataclass
class StoryTime:
    """A clock that is set by hand."""

    now: datetime = datetime(2026, 2, 2, 9, 30, tzinfo=UTC)
    ran_s: float = 0.0
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = Clocks(lambda: self.now, lambda: self.ran_s)

    def go_on(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.ran_s += timedelta(**span).total_seconds()


def drawn_legs() -> dict[str, NDArray[np.uint8]]:
    """Before, after and the other side, from the sample images."""
    legs = {}
    for name in ("before", "after"):
        file = ROOT / "sample_images" / f"leg-{name}.png"
        picture = np.asarray(cv2.imread(str(file), cv2.IMREAD_COLOR_RGB), np.uint8)
        legs[f"left lateral {name}"] = picture
        legs[f"left medial {name}"] = np.ascontiguousarray(picture[:, ::-1])
    return legs


@contextmanager
def invented_course(
    folder: Path,
    *,
    sessions: int = 3,
    sites: int = 10,
    facts: dict[str, str] | None = None,
) -> Iterator[tuple[AtWork, str]]:
    """A patient who has come so many times; two views, before and after injecting."""
    story = StoryTime()
    settings = ClinicSettings("US", "Europe/London")
    invented_clinic(folder, "ada.field", PASSWORD, settings, story.clocks)
    legs, rng = drawn_legs(), np.random.default_rng(7)
    person = facts or {"name": "Maria Probe", "born": "1975-05-17", "number": "P-0042"}
    with at_invented_work(folder, "ada.field", PASSWORD, story.clocks) as work:
        patient = work.add_patient(person)
        for number in range(sessions):
            _one_session(work, story, patient.patient_id, number, sites, legs, rng)
            story.go_on(days=56, hours=-2)
        yield work, patient.patient_id


def _one_session(
    work: AtWork,
    story: StoryTime,
    patient_id: str,
    number: int,
    sites: int,
    legs: dict[str, NDArray[np.uint8]],
    rng: np.random.Generator,
) -> None:
    visit = work.start_session(patient_id, needle="30 G", resuscitation_kit=True)
    visit.screen(nothing_against(visit, "nothing against it"))
    visit.weigh(Weight.from_text("68"))
    when = "before" if number == 0 else "after"
    pictures = {
        view: legs[f"{view} {when}"] for view in ("left lateral", "left medial")
    }
    for view, pixels in pictures.items():
        how = Circumstances("near-infrared", "standing", view)
        visit.photographs.take(pixels, how, MM_PER_PIXEL, shows="drawing")
    story.go_on(minutes=10)
    for place in range(sites):
        view = ("left lateral", "left medial")[place % 2]
        row, column = rng.integers(120, 360), rng.integers(80, 560)
        typed = EntryText(
            "asclera", "0.5", "liquid", "", "0.2", "0.8", batch="LOT-7719",
            expires_on="2030-06-30", site=f"{view}, thigh {place + 1}",
        )  # fmt: skip
        site = Site((float(row), float(column)), pictures[view], "drawing")
        visit.log.record(typed, site)
        story.go_on(minutes=2)
    for view, pixels in pictures.items():
        how = Circumstances("near-infrared", "standing", view, "after")
        flushed = np.clip(pixels.astype(np.int16) + 6, 0, 255).astype(np.uint8)
        visit.photographs.take(flushed, how, MM_PER_PIXEL, shows="drawing")
    if number == 1:
        visit.report_event(
            AdverseEvent(
                entry_id=f"event-{number}", what="matting", grade=1,
                onset_on=visit.today, site="left lateral", text="seen at the visit",
            )
        )  # fmt: skip
    visit.note("Tolerated well.")
    visit.sign(PASSWORD)


def _measured(out: Path, name: str, sessions: int) -> list[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        invented_course(Path(folder) / "store", sessions=sessions) as (work, patient),
    ):
        steps: list[tuple[str, float, float]] = []

        def timed(what: str, since: tuple[float, float]) -> tuple[float, float]:
            now = time.perf_counter(), time.process_time()
            steps.append((what, now[0] - since[0], now[1] - since[1]))
            return now

        at = time.perf_counter(), time.process_time()
        course = read_course(work, patient)
        at = timed("read, measure, compare", at)
        report = course_report(course)
        at = timed("lay out", at)
        pdf = render_pdf(report)
        at = timed("PDF", at)
        page = render_html(report).encode()
        timed("HTML", at)
        again = course_report(read_course(work, patient))
        same = render_pdf(again) == pdf and render_html(again).encode() == page
    (out / f"{name}.pdf").write_bytes(pdf)
    (out / f"{name}.html").write_bytes(page)
    pictures = sum(len(one.pictures) for one in course.sessions)
    given = sum(len(one.session.entries) for one in course.sessions)
    lines = [f"{name}: {sessions} sessions, {given} sites, {pictures} pictures"]
    lines += [
        f"  {what:<24} {wall:6.2f} s  (CPU {cpu:6.2f} s)" for what, wall, cpu in steps
    ]
    walls = sum(wall for _what, wall, _cpu in steps)
    lines += [
        f"  {'together':<24} {walls:6.2f} s",
        f"  PDF {len(pdf) / 1e6:.2f} MB, HTML {len(page) / 1e6:.2f} MB",
        f"  read and set a second time: {'the same bytes' if same else 'OTHER BYTES'}",
        f"  SHA-256 of the PDF {hashlib.sha256(pdf).hexdigest()[:16]}",
    ]
    return lines


def main() -> None:
    """Measure, print, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sessions", type=int, nargs="*", default=[3, 40])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for sessions in given.sessions:
        print("\n".join(_measured(given.out, f"course-{sessions}", sessions)))


if __name__ == "__main__":
    main()
