"""No sentence of the threat model without its test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and line.count("|") == 4 and "| test |" not in line
]
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
}


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_each_row_names_its_test(row: str) -> None:
    last = row.split("|")[3]
    assert "`" in last or "*Not tried*" in last


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\btest_\w+\b(?!\.py)", PAGE))))
def test_each_test_that_is_named_is_there(name: str) -> None:
    assert name in TESTS


@pytest.mark.parametrize("file", sorted(set(re.findall(r"[\w/]+/test_\w+\.py", PAGE))))
def test_each_file_that_is_named_is_there(file: str) -> None:
    here = ROOT / "tests" / "vein_imaging" / "storage" / file
    assert here.exists() or (ROOT / file).exists()
