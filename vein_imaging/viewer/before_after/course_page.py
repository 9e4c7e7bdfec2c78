"""A course of three pictures or more: the curve, and every visit in words."""

from __future__ import annotations

from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from vein_imaging.treatment.compared_photos import ComparedPhotos
from vein_imaging.viewer.before_after.course_curve import (
    CourseCurve,
    course_points,
    point_in_words,
)
from vein_imaging.words import translate as _

__all__ = ["CoursePage"]


class CoursePage(QWidget):
    """The curve above, a line for each visit below.

    Parameters
    ----------
    compared : ComparedPhotos
        Without a course the page stays empty.
    """

    def __init__(self, compared: ComparedPhotos) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        if compared.course is None:
            return
        points = course_points(compared)
        self.curve = CourseCurve(points)
        column.addWidget(self.curve, 1)
        share = 100 * float(compared.course.common.mean())
        lines = [point_in_words(point) for point in points[1:]]
        lines.append(
            _(
                "Every figure counts the veins of the first picture inside the field "
                "that all visits show: {share:.0f} % of that picture."
            ).format(share=share)
        )
        words = QLabel("\n".join(lines))
        words.setWordWrap(True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setMaximumHeight(_WORDS_PX)
        scroll.setWidget(words)
        column.addWidget(scroll)


_WORDS_PX = 120  # five lines; more are scrolled
