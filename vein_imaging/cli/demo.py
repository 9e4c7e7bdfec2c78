"""`vein-imaging demo`: the whole workflow on simulated devices."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_imaging.demo import DemoResult
    from vein_imaging.treatment import AtWork, Visit

__all__ = ["demo"]


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="Folder for the report, the pictures and the record.",
)
@click.option("--no-window", is_flag=True, help="Do not open the window.")
def demo(out: Path, no_window: bool) -> None:
    """Run the whole workflow on simulated devices.

    The demo shows a camera, checks doses, records injections and compares two visits.
    On a screen, the window opens at the end; on a virtual screen, only a picture of the
    window is kept.
    """
    from vein_devices.errors import DeviceError
    from vein_imaging.cli.view import require_window
    from vein_imaging.demo import demo_work, run_demo
    from vein_imaging.demo.story import VISITS
    from vein_imaging.storage.errors import StoreError
    from vein_imaging.treatment import RecordError

    if not no_window:
        require_window()
    try:
        result = run_demo(
            out,
            photograph_window=None if no_window else _photograph,
            say=lambda line: click.echo(f"-- {line}"),
        )
        click.echo(_summary(result))
        # Nobody sits before a virtual screen, or before a run without a terminal.
        unseen = os.environ.get("VEIN_IMAGING_VIRTUAL_SCREEN") or not sys.stdin.isatty()
        if no_window or unseen:
            return
        from vein_imaging.viewer import run_viewer

        click.echo("-- " + _("the window is open; close it to end the demo"))
        with demo_work(result.store, result.clocks, out) as work:
            visit = work.reopen(result.told.treated[-1].session_id)
            run_viewer(VISITS[-1].camera, work=work, visit=visit)
    except (DeviceError, StoreError, RecordError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _photograph(camera: str, work: AtWork, visit: Visit, file: Path) -> None:
    from vein_imaging.viewer import run_viewer

    run_viewer(camera, work=work, visit=visit, screenshot=file)


def _summary(result: DemoResult) -> str:
    from vein_imaging.demo.story import CLINIC
    from vein_imaging.demo.truth import agreement_with_truth
    from vein_imaging.treatment import may_say

    told = result.told
    said = may_say(told.comparison, told.days)
    found = agreement_with_truth(told.seen[0])
    given = sum(len(visit.session.entries) for visit in told.treated)
    caught = [
        finding
        for visit in told.treated
        for plan in visit.caught
        for finding in plan.findings
        if finding.severity == "stop"
    ]
    live = told.seen[0].live
    cost_ms = 1e3 * live.median_cost_s
    lines = [
        "",
        _("Live view       {shown} pictures, {cost_ms:.0f} ms each").format(
            shown=live.shown, cost_ms=cost_ms
        ),
        _(
            "Vein map        {branches} pieces; recall {recall:.2f}, precision "
            "{precision:.2f} against the drawing"
        ).format(
            branches=len(told.seen[0].veins.branches),
            recall=found.recall,
            precision=found.precision,
        ),
        _("Injections      {given} given and recorded in {treated} sessions").format(
            given=given, treated=len(told.treated)
        ),
        *(
            _("CAUGHT          {message}").format(message=finding.message)
            for finding in caught
        ),
        _("Before/after    {verdict}: {clearance_text}").format(
            verdict=_(said.verdict), clearance_text=said.figure or said.why_no_figure
        ),
        "",
        _("Report          {report}").format(report=result.report),
        _(
            'Record          {store} (encrypted; user {user}, password "{password}")'
        ).format(store=result.store, user=CLINIC.author, password=CLINIC.password),
    ]
    if result.window is not None:
        lines.append(_("Window          {window}").format(window=result.window))
    return "\n".join(lines)
