"""Run the story from start to end and write what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vein_imaging.comparison import compare
from vein_imaging.demo.pages import Told, build_report, draw_pictures
from vein_imaging.demo.story import CLINIC, VISITS
from vein_imaging.demo.treatment import TreatedVisit, treat
from vein_imaging.demo.visit import SeenVisit, see_visit
from vein_imaging.domain.limits import load_limits
from vein_imaging.report import render_html
from vein_imaging.storage import Store, create_store, key_from_file
from vein_imaging.storage.upkeep.checkpoint import signed_checkpoint, write_checkpoints
from vein_imaging.words import translate as _

__all__ = ["DemoResult", "run_demo"]

TakePicture = Callable[[str, Store, str, Path], None]
"""Photograph the viewer: camera address, store, session, file to write."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo did, and where the results are.

    Parameters
    ----------
    told : Told
        Every result.
    report, store, key_file : Path
        The page; the encrypted record and its key.
    window : Path or None
        Picture of the viewer.
    """

    told: Told
    report: Path
    store: Path
    key_file: Path
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
    folder, key_file = out / "record", out / "record.key"
    if folder.exists():
        shutil.rmtree(folder)
    key = key_from_file(key_file, create=True)
    table = load_limits(CLINIC.region)
    seen: list[SeenVisit] = []
    treated: list[TreatedVisit] = []
    start = VISITS[0].started
    with create_store(folder, key, author=CLINIC.author, at=start) as store:
        facts = {"name": CLINIC.patient_name, "number": CLINIC.patient_id}
        facts |= {"born": CLINIC.born_on}
        patient_id = store.add_patient(facts, author=CLINIC.author, at=start)
        for story in VISITS:
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
            treated.append(treat(store, patient_id, table, CLINIC, story, seen[-1]))
        say(_("before and after are aligned and compared"))
        scales = tuple(visit.truth.mm_per_pixel for visit in seen)
        comparison = compare(
            seen[0].frame.pixels,
            seen[1].frame.pixels,
            mm_per_pixel=(scales[0], scales[1]),
        )
        window: Path | None = None
        if photograph_window is not None:
            say(_("the window opens on the simulated camera"))
            window = out / "window.png"
            session_id = treated[-1].session_id
            photograph_window(VISITS[-1].camera, store, session_id, window)
        checkpoint = signed_checkpoint(store)
        write_checkpoints(store, [out])
    told = Told(
        (seen[0], seen[1]),
        (treated[0], treated[1]),
        comparison,
        table,
        version("vein-imaging"),
        checkpoint,
    )
    return DemoResult(told, _write_pages(out, told, window), folder, key_file, window)


def _write_pages(out: Path, told: Told, window: Path | None) -> Path:
    pictures = draw_pictures(told)
    (out / "vein-map.png").write_bytes(pictures.overlay)
    (out / "before-after.png").write_bytes(pictures.comparison)
    photograph = window.read_bytes() if window is not None else None
    page = render_html(build_report(told, pictures, photograph))
    report = out / "report.html"
    report.write_text(page, "utf-8")
    return report
