"""The page is whole, tells no name unless asked, and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
import re

import numpy as np

from vein_imaging.report import Table
from vein_imaging.report.comparison_page import (
    ComparisonAnswer,
    ComparisonPage,
    picture_uri,
    render_comparison,
)

PICTURE = picture_uri(np.full((20, 30, 3), 120, np.uint8))


def page(**changed: object) -> str:
    values = {
        "title": "Before and after",
        "answers": (ComparisonAnswer("note", "Improved", ("50 %",), ("why",)),),
        "before": PICTURE,
        "after": PICTURE,
        "before_caption": "BEFORE",
        "after_caption": "AFTER, aligned",
        "aligned": True,
        "difference": PICTURE,
        **changed,
    }
    return render_comparison(ComparisonPage(**values))  # type: ignore[arg-type]


def modes(html: str) -> list[str]:
    return re.findall(r'data-mode="(\w+)"', html)


def test_no_outside_address_is_in_it() -> None:
    html = page()
    assert not re.findall(r"(?:src|href)=[\"'](?!data:)", html)
    assert "http://" not in html and "https://" not in html
    assert "default-src 'none'" in html


def test_its_own_script_alone_may_run() -> None:
    html = page()
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_a_name_is_there_only_where_asked_and_cannot_become_markup() -> None:
    assert "Muster" not in page()
    html = page(name="<b>Muster</b>")
    assert "&lt;b&gt;Muster" in html and "<b>Muster" not in html


def test_what_could_not_be_aligned_cannot_be_swiped() -> None:
    assert modes(page(aligned=False)) == ["side"]
    assert modes(page()) == ["side", "swipe", "ghost", "blink", "difference"]
    assert modes(page(changes=PICTURE))[-1] == "changes"


def test_a_large_picture_is_made_smaller_for_the_screen() -> None:
    large = np.random.default_rng(1).integers(0, 255, (900, 4000, 3), np.uint8)
    assert len(picture_uri(large)) < len(picture_uri(large, exact=True)) / 4


def test_a_cell_has_its_column_s_name_where_a_telephone_shows_no_heading() -> None:
    table = Table(("Site", "Became"), (("1", "cleared"),), "Treated sites")
    html = page(tables=(table,))
    assert '<td data-name="Site">1</td><td data-name="Became">cleared</td>' in html


def test_the_map_of_changes_is_printed_although_another_view_is_open() -> None:
    html = page(changes=PICTURE, changes_caption="What became of each vein")
    (printed,) = re.findall(r"@media print \{(.*?)\n</style>", html, re.DOTALL)
    assert "#changes { display: block !important; }" in printed
    assert "#side { display: grid !important; }" in printed
