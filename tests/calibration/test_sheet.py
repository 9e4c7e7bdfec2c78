import xml.etree.ElementTree as ET

import pytest

from vein_calibration import SHEET, Target
from vein_calibration.errors import TargetError
from vein_calibration.sheet import PAPERS_MM, sticker_sheet, svg_of, target_sheet


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_one_target_fits_both_papers(paper: str) -> None:
    sheet = target_sheet(SHEET, paper)  # type: ignore[arg-type]
    width, height = PAPERS_MM[paper]
    for x, y, w, h in sheet.black:
        assert x >= 5 and x + w <= width - 5 and y >= 5 and y + h <= height - 5
    left = min(x for x, *_ in sheet.black)
    assert max(x + w for x, _, w, _ in sheet.black) - left == pytest.approx(170)


def test_rulers_are_150_mm_along_and_across() -> None:
    lines = target_sheet().lines
    long = [one for one in lines if abs(one.x1 - one.x0) + abs(one.y1 - one.y0) > 100]
    assert sorted((one.x1 - one.x0, one.y1 - one.y0) for one in long) == [
        (0, 150),
        (150, 0),
    ]


def test_the_svg_is_as_large_as_the_paper_in_mm() -> None:
    root = ET.fromstring(svg_of(target_sheet()).encode())
    assert root.attrib["width"] == "210mm"
    assert root.attrib["viewBox"] == "0 0 210 297"


def test_stickers_have_numbers_and_sizes_on_them() -> None:
    words = [text.words for text in sticker_sheet().texts]
    assert "0: 10 mm" in words
    assert "15: 20 mm" in words


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(TargetError, match="does not fit on letter"):
        target_sheet(Target(17, 27), "letter")
