import re

import numpy as np
import pytest

from vein_imaging.report import (
    Figure,
    Notice,
    Report,
    Section,
    Table,
    encode_png,
    render_html,
)

PNG = encode_png(np.zeros((2, 3, 3), np.uint8))


def page(*sections: Section, title: str = "t", footer: tuple[str, ...] = ()) -> str:
    return render_html(Report(title, "s", sections, footer))


def test_a_name_cannot_become_markup() -> None:
    html = page(
        Section(
            "<script>alert(1)</script>",
            tables=(Table(("<b>",), (("<i>&",),)),),
            notices=(Notice("stop", "<u>"),),
        ),
        title="<script>",
        footer=("<em>",),
    )
    assert not re.search(r"<(script|b>alert|i>|u>|em)", html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_notice_says_its_tone_in_a_word_not_only_in_colour() -> None:
    html = page(Section("x", notices=(Notice("stop", "over the maximum"),)))
    assert re.search(r"<b>stop</b>over the maximum", html)


def test_the_page_names_no_outside_address_and_carries_no_script() -> None:
    html = page(Section("x", figures=(Figure("c", PNG),)))
    assert "http:" not in html
    assert "https:" not in html
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_the_picture_travels_inside_the_page() -> None:
    assert 'src="data:image/png;base64,iVBOR' in page(
        Section("x", figures=(Figure("c", PNG),))
    )


def test_numbers_stand_flush_right() -> None:
    html = page(
        Section("x", tables=(Table(("a", "b"), (("1", "2"),), numeric=frozenset({1})),))
    )
    assert '<td data-label="a">1</td><td data-label="b" class="num">2</td>' in html


def test_the_page_says_once_that_it_neither_diagnoses_nor_promises() -> None:
    assert page(Section("x")).count("does not diagnose") == 1


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        Table(("a", "b"), (("1",),))


def test_a_picture_that_is_none_of_the_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="a PNG, JPEG or SVG file"):
        Figure("c", b"GIF89a")
