from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.report.table_file import (
    Column,
    RecordTable,
    csv_bytes,
    parquet_bytes,
)

COLUMNS = (
    Column("name", "text", "Of the person", personal=True),
    Column("volume_ml", "decimal", "Given", "mL"),
    Column("change_mm", "measure", "Of the width", "mm"),
    Column("on", "day", "Day"),
    Column("at", "moment", "When"),
    Column("count", "whole", "How many"),
    Column("void", "yes_no", "Whether it holds"),
)
ROW = {
    "name": "=1+1",
    "volume_ml": Decimal("0.20"),
    "change_mm": -0.25,
    "on": date(2026, 3, 29),
    "at": datetime(2026, 3, 29, 12, tzinfo=UTC),
    "count": 3,
    "void": False,
}
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "=HYPERLINK(1)",
    "=cmd|' /C calc'!A0",
    " =1+1",
)


def table(*rows: dict[str, object]) -> RecordTable:
    return RecordTable("things", "One thing", COLUMNS, rows)  # type: ignore[arg-type]


def read_back(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_name_stays_text(name: str) -> None:
    (row,) = read_back(csv_bytes(table({"name": name})))
    assert row["name"] == f"'{name}"


def test_numbers_stay_numbers_negative_ones_too() -> None:
    (row,) = read_back(csv_bytes(table(ROW)))
    assert row["change_mm"] == "-0.25"
    assert row["volume_ml"] == "0.20" or row["volume_ml"] == "0.2"
    assert (row["on"], row["void"], row["count"]) == ("2026-03-29", "no", "3")
    assert row["at"] == "2026-03-29T12:00:00+00:00"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_every_text_reads_back_without_its_apostrophe(name: str) -> None:
    (row,) = read_back(csv_bytes(table({"name": name})))
    shown = row["name"]
    back = shown[1:] if shown.startswith("'") else shown
    assert back == name
    assert not shown.startswith(("=", "+", "-", "@"))


def test_names_are_left_out_with_their_columns() -> None:
    kept = table(ROW).without_names()
    assert b"name" not in csv_bytes(kept) and b"=1+1" not in csv_bytes(kept)


def test_a_row_with_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="'nmae' is no column"):
        table({"nmae": "x"})


def test_parquet_keeps_types_decimals_and_the_dictionary() -> None:
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    import pyarrow.parquet as pq

    facts = {"checkpoint": "head"}
    data = parquet_bytes(table(ROW, {"name": "x"}), facts)
    assert data == parquet_bytes(table(ROW, {"name": "x"}), facts)
    read = pq.read_table(io.BytesIO(data))
    first, second = read.to_pylist()
    assert first == ROW
    assert second["volume_ml"] is None
    assert read.schema.metadata[b"checkpoint"] == b"head"
    assert read.schema.field("volume_ml").metadata[b"unit"] == b"mL"


def test_a_spreadsheet_program_shows_the_formula_as_text(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    rows = [{"name": name, "change_mm": -0.25} for name in FORMULAS]
    (tmp_path / "t.csv").write_bytes(csv_bytes(table(*rows)))
    subprocess.run(
        [
            office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "fods", "--outdir", tmp_path, tmp_path / "t.csv",
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    opened = (tmp_path / "t.fods").read_text("utf-8")
    assert "table:formula" not in opened
    assert 'office:value="2"' not in opened
    assert opened.count('office:value="-0.25"') == len(FORMULAS)
    assert "=1+1" in opened
