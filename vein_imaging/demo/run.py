"""Run the story from start to end and write what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vein_imaging.comparison import compare
from vein_imaging.demo.pages import Told, build_report, draw_pictures
from vein_imaging.demo.story import CLINIC, VISITS, StoryClock
from vein_imaging.demo.treatment import TreatedVisit, treat
from vein_imaging.demo.visit import SeenVisit, see_visit
from vein_imaging.domain.limits import load_limits
from vein_imaging.report import render_html
from vein_imaging.treatment import AtWork, ClinicSettings, Visit
from vein_imaging.treatment.practice import (
    Clocks,
    at_invented_work,
    invented_clinic,
)
from vein_imaging.words import translate as _

__all__ = ["DemoResult", "demo_work", "run_demo"]

TakePicture = Callable[[str, AtWork, Visit, Path], None]
"""Photograph the viewer: camera address, who works, session, file to write."""

PATIENT = {
    "name": CLINIC.patient_name,
    "number": CLINIC.patient_id,
    "born": CLINIC.born_on,
}


_DEMO_ONLY = f"""\
Demo only. The password of this record is public ("{CLINIC.password}"): whoever has the
program reads it. Never write a real patient into it.
"""


@contextmanager
def demo_work(folder: Path, clocks: Clocks, out: Path) -> Iterator[AtWork]:
    """Sign in to the demo's clinic.

    Parameters
    ----------
    folder : Path
        The store.
    clocks : Clocks
        The story's.
    out : Path
        Where the checkpoint is kept as well.
    """
    name, password = CLINIC.author, CLINIC.password
    with at_invented_work(
        folder, name, password, clocks, checkpoint_folders=[out]
    ) as work:
        yield work


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo did, and where the results are.

    Parameters
    ----------
    told : Told
        Every result.
    report, store : Path
        The page; the encrypted record, opened by the demo's invented user.
    clocks : Clocks
        The story's, which go on from the last visit.
    window : Path or None
        Picture of the viewer.
    """

    told: Told
    report: Path
    store: Path
    clocks: Clocks
    window: Path | None


def run_demo(
    out: Path,
    *,
    photograph_window: TakePicture | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> DemoResult:
    """Run the whole workflow on simulated devices and write the report.

    Parameters
    ----------
    out : Path
        Folder; what an earlier run left in it is replaced.
    photograph_window : callable, optional
        Left out, no window is opened.
    say : callable
        Told what is being done, a line at a time.

    Returns
    -------
    DemoResult

    Raises
    ------
    StoreError, DeviceError, OSError
        If a step fails; what was written before stays.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder = out / "record"
    if folder.exists():
        shutil.rmtree(folder)
    clock = StoryClock(VISITS[0].started)
    clocks = Clocks(clock.now, clock.idle_s)
    settings = ClinicSettings(CLINIC.region, CLINIC.timezone)
    invented_clinic(folder, CLINIC.author, CLINIC.password, settings, clocks)
    (folder / "DEMO-ONLY.txt").write_text(_DEMO_ONLY, "utf-8")
    table = load_limits(CLINIC.region)
    seen: list[SeenVisit] = []
    treated: list[TreatedVisit] = []
    patient_id = ""
    for story in VISITS:
        clock.go_to(story.started)
        with demo_work(folder, clocks, out) as work:
            if not patient_id:
                patient_id = work.add_patient(PATIENT).patient_id
            say(
                _(
                    "{name}: the camera, live; then one frame is kept and analysed"
                ).format(name=story.name)
            )
            seen.append(see_visit(story.camera))
            say(
                _("{name}: injections are checked, then recorded").format(
                    name=story.name
                )
            )
            treated.append(treat(work, clock, patient_id, story, seen[-1]))
    say(_("before and after are aligned and compared"))
    scales = tuple(visit.truth.mm_per_pixel for visit in seen)
    comparison = compare(
        seen[0].frame.pixels,
        seen[1].frame.pixels,
        mm_per_pixel=(scales[0], scales[1]),
    )
    clock.run()
    window: Path | None = None
    with demo_work(folder, clocks, out) as work:
        if photograph_window is not None:
            say(_("the window opens on the simulated camera"))
            window = out / "window.png"
            visit = work.reopen(treated[-1].session_id)
            photograph_window(VISITS[-1].camera, work, visit, window)
        checkpoint = work.checkpoint()
    told = Told(
        (seen[0], seen[1]),
        (treated[0], treated[1]),
        comparison,
        table,
        version("vein-imaging"),
        checkpoint,
    )
    return DemoResult(told, _write_pages(out, told, window), folder, clocks, window)


def _write_pages(out: Path, told: Told, window: Path | None) -> Path:
    pictures = draw_pictures(told)
    (out / "vein-map.png").write_bytes(pictures.overlay)
    (out / "before-after.png").write_bytes(pictures.comparison)
    photograph = window.read_bytes() if window is not None else None
    page = render_html(build_report(told, pictures, photograph))
    report = out / "report.html"
    report.write_text(page, "utf-8")
    return report
