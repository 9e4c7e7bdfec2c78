"""Compared photographs as one file: a picture, a page for a browser, or a PDF."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vein_imaging.comparison.telling.course_picture import draw_course
from vein_imaging.comparison.telling.lettering import Lettering, write
from vein_imaging.comparison.telling.picture import draw_comparison
from vein_imaging.report import (
    Figure,
    Report,
    Section,
    encode_jpeg,
    encode_png,
    render_html,
    render_pdf,
)
from vein_imaging.treatment.compared_photos import ComparedPhotos, LaterPhoto
from vein_imaging.treatment.comparison_page import comparison_page
from vein_imaging.treatment.on_paper.course_report import change_section
from vein_imaging.treatment.on_paper.read_course import course_change
from vein_imaging.treatment.visit import Visit
from vein_imaging.words import translate as _

__all__ = ["ComparisonFormat", "comparison_file", "comparison_file_name"]

ComparisonFormat = Literal["png", "html", "pdf"]
_TITLE, _LINE = Lettering(28, bold=True), Lettering(22)
_MARGIN_PX = 20  # as between the pictures below
_LONGEST_AREA = 40  # letters of a file's name, which disks take up to 255 bytes of


def comparison_file_name(compared: ComparedPhotos, form: ComparisonFormat) -> str:
    """Propose a name: area and days, and nothing that names the patient.

    Parameters
    ----------
    compared : ComparedPhotos
    form : "png", "html" or "pdf"
    """
    words = ["before-after", compared.first.how.place[:_LONGEST_AREA]]
    words += [photo.day.isoformat() for photo in compared.photos]
    name = "-".join(re.sub(r"\W+", "-", word).strip("-") for word in words if word)
    return f"{name}.{form}"


def comparison_file(
    visit: Visit,
    compared: ComparedPhotos,
    form: ComparisonFormat,
    *,
    named: bool = True,
) -> bytes:
    """Make the file.

    Parameters
    ----------
    visit : Visit
        Of the patient.
    compared : ComparedPhotos
    form : "png", "html" or "pdf"
    named : bool
        Whether it says whose leg it is.

    Raises
    ------
    TypesetError
        If the PDF could not be set.
    """
    whose = _whose(visit) if named else ""
    if form == "png":
        return encode_png(_sheet(compared, whose))
    if form == "html" and compared.course is None:
        return _page(compared, compared.later[0], whose).encode()
    report = _report(visit, compared, whose)
    return render_pdf(report) if form == "pdf" else render_html(report).encode()


def _whose(visit: Visit) -> str:
    person = visit.patient
    return _("{name}, born {born}, number {number}").format(
        name=person.name or _("no name"),
        born=person.born or _("not known"),
        number=person.number or _("none"),
    )


def _page(compared: ComparedPhotos, one: LaterPhoto, whose: str) -> str:
    return comparison_page(
        compared.picture,
        one.picture,
        one.comparison,
        one.said,
        days=(compared.first.day, one.photo.day),
        name=whose,
        sites=one.sites,
        skin=one.skin,
    )


def _sheet(compared: ComparedPhotos, whose: str) -> NDArray[np.uint8]:
    """Pictures, curve or change map, figures; whose and which days on top."""
    if compared.course is not None:
        sheet = draw_course(compared.course, _withheld(compared))
    else:
        (one,) = compared.later
        sheet = draw_comparison(
            compared.picture,
            one.picture,
            one.comparison,
            before_date=compared.first.day,
            after_date=one.photo.day,
            why_no_figure=one.said.why_no_figure,
        )
    band = np.full((400, sheet.shape[1], 3), 255, np.uint8)
    wide = sheet.shape[1] - 2 * _MARGIN_PX
    y = _MARGIN_PX
    if whose:
        y = write(band, whose, (_MARGIN_PX, y), _TITLE, width_px=wide)
    for photo in compared.photos:
        y = write(band, str(photo), (_MARGIN_PX, y), _LINE, width_px=wide)
    return np.vstack([band[:y], sheet])


def _withheld(compared: ComparedPhotos) -> list[str]:
    """Why each later picture may have no figure: treated again since, for one."""
    return [one.said.why_no_figure for one in compared.later]


def _report(visit: Visit, compared: ComparedPhotos, whose: str) -> Report:
    sections = []
    if compared.course is not None:
        drawn = encode_jpeg(draw_course(compared.course, _withheld(compared)))
        caption = _("All visits in the frame of the first, and what is left")
        sections.append(Section(_("The course"), figures=(Figure(caption, drawn),)))
    for one in compared.later:
        pictures = compared.picture, one.picture, one.comparison
        change = course_change(visit, compared.first, one.photo, pictures)
        sections.append(change_section(change))
    return Report(
        title=_("Before and after, {view}").format(
            view=compared.first.how.area or _("no view named")
        ),
        subtitle=whose,
        sections=tuple(sections),
        footer=(f"vein-imaging {version('vein-imaging')}",),
        as_of=compared.later[-1].photo.day,
    )
