"""Sites from a table; what is wrong with a row is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vein_imaging.comparison.telling.site_table import read_sites


def write(folder: Path, text: str) -> Path:
    path = folder / "sites.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_of_one_site_make_a_line(tmp_path: Path) -> None:
    text = "site,x_px,y_px,product,strength\na,1,2,poli,0.5 %\na,3,4,,\nb,5,6,,\n"
    one, other = read_sites(write(tmp_path, text))
    assert one.points_rc.tolist() == [[2, 1], [4, 3]]
    assert (one.product, one.strength) == ("poli", "0.5 %")
    assert other.points_rc.tolist() == [[6, 5]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site,x_px\na,1\n", "no column y_px"),
        ("", "no column site, x_px, y_px"),
        ("site,x_px,y_px\na,1,2\nb,x,2\n", "line 3"),
        ("site,x_px,y_px\n,1,2\n", "line 2"),
        ("site,x_px,y_px\na,nan,2\n", "line 2"),
        ("site,x_px,y_px\na,1,2\na,1e11,2\n", "line 3: no picture is 1e.11 px wide"),
        ('site,x_px,y_px\n"a,1,2\n' + "b,1,2\n" * 30_000, "no table"),
    ],
)
def test_a_row_that_is_none_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_sites(write(tmp_path, text))


def test_a_table_of_a_spreadsheet_with_decimal_commas_is_read(tmp_path: Path) -> None:
    (site,) = read_sites(write(tmp_path, "site;x_px;y_px\na;1,5;2\n"))
    assert site.points_rc.tolist() == [[2, 1.5]]


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_bytes(b"site,x_px,y_px\n\xff\xfe,1,1\n")
    with pytest.raises(ValueError, match=r"sites\.csv is no table in UTF-8"):
        read_sites(path)
