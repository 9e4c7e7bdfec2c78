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
    ],
)
def test_a_row_that_is_none_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_sites(write(tmp_path, text))
