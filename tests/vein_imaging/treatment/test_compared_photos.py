"""Photographs of the record compared, and the files that are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from vein_imaging.comparison.telling import course_curve, course_picture
from vein_imaging.treatment import Site
from vein_imaging.treatment.compared_photos import ComparedPhotos, compare_photos
from vein_imaging.treatment.on_paper.print_comparison import (
    comparison_file,
    comparison_file_name,
)
from vein_imaging.treatment.photographs import Circumstances
from vein_imaging.treatment.typed_injection import EntryText
from vein_phantom import PhantomSettings, draw_frame

LEG = PhantomSettings(seed=7, width_px=640, height_px=480, mm_per_pixel=0.16)
HOW = Circumstances("near-infrared", "standing", "left thigh lateral")
SMALL = EntryText("asclera", "0.5", "liquid", "", "0.1", batch="L1")

Treated = Callable[..., Any]


def treated(clinic: Any, times: int) -> Any:
    """A patient photographed so many times, and injected on the first picture."""
    visit = clinic.visit()
    before, _truth = draw_frame(LEG)
    visit.photographs.take(before, HOW, LEG.mm_per_pixel, shows="drawing")
    visit.log.record(SMALL, Site((240.0, 320.0), before), reason="as planned")
    for seen in range(times - 1):
        clinic.pass_time(days=60)
        visit = clinic.work().start_session(visit.head.patient_id)
        later = replace(LEG, visit="after", treated_share=0.4 + 0.3 * seen)
        after, _truth = draw_frame(later)
        visit.photographs.take(after, HOW, LEG.mm_per_pixel, shows="drawing")
    return visit


def compared(visit: Any) -> ComparedPhotos:
    return compare_photos(visit, visit.photographs.all()[::-1])


def test_two_photographs_are_compared_with_their_sites(clinic: Any) -> None:
    visit = treated(clinic, 2)
    found = compared(visit)
    (one,) = found.later
    assert one.said.figure and found.course is None
    (site,) = one.sites
    assert (site.site.product, site.site.strength) == ("asclera", "0.5 %")
    assert one.shown.shape == found.picture.shape
    named = comparison_file(visit, found, "html").decode()
    assert "Probe 1" in named and "0.5 %" in named
    assert "Probe 1" not in comparison_file(visit, found, "html", named=False).decode()
    name = comparison_file_name(found, "png")
    assert name == "before-after-left-thigh-lateral-2026-11-25-2027-01-24.png"


def test_a_course_of_three_has_every_visit_and_goes_into_each_kind_of_file(
    clinic: Any,
) -> None:
    visit = treated(clinic, 3)
    found = compared(visit)
    assert found.course is not None and len(found.later) == 2
    assert [one.photo.day for one in found.later] == [
        one.day for one in found.course.visits
    ]
    png = np.frombuffer(comparison_file(visit, found, "png"), np.uint8)
    sheet = cv2.imdecode(png, cv2.IMREAD_COLOR)
    assert sheet is not None and sheet.shape[1] == 1600
    assert comparison_file(visit, found, "pdf").startswith(b"%PDF")
    page = comparison_file(visit, found, "html").decode()
    assert "Probe 1" in page and page.count("24 Jan 2027") >= 1


def test_a_saved_course_shows_no_figure_that_the_window_withholds(
    clinic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ninety days after the first picture, and a month after the last treatment."""
    visit = treated(clinic, 2)
    between = visit.photographs.picture(visit.photographs.all()[0])
    visit.log.record(SMALL, Site((100.0, 100.0), between), reason="as planned")
    clinic.pass_time(days=30)
    visit = clinic.work().start_session(visit.head.patient_id)
    last, _truth = draw_frame(replace(LEG, visit="after", treated_share=0.8))
    visit.photographs.take(last, HOW, LEG.mm_per_pixel, shows="drawing")
    found = compared(visit)
    assert found.course is not None
    assert found.course.visits[1].summary is not None and not found.later[1].said.figure
    drawn: list[Any] = []
    plain = course_curve.draw_curve

    def listening(points: Any, width_px: int) -> Any:
        drawn.append(points)
        return plain(points, width_px)

    monkeypatch.setattr(course_picture, "draw_curve", listening)
    comparison_file(visit, found, "png")
    ((_first, second, third),) = drawn
    assert second.left is not None and third.left is None
    lines = course_picture.course_lines(
        found.course, [one.said.why_no_figure for one in found.later]
    )
    assert "no figure" in lines[1] and "not yet assessable: 30 days" in lines[1]


def test_pictures_that_must_not_be_compared_are_refused(clinic: Any) -> None:
    visit = treated(clinic, 1)
    lying = replace(HOW, pose="lying prone")
    visit.photographs.take(np.zeros((480, 640), np.uint8), lying, None, shows="drawing")
    with pytest.raises(ValueError, match="Different poses"):
        compared(visit)
