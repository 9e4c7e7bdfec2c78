"""No promise about devices and files without a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "pyproject.toml").exists())
PAGE = (ROOT / "docs" / "devices-proof.md").read_text("utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]
PARTS = [row for row in ROWS if row.startswith("| **")]
PROMISES = [row for row in ROWS if row not in PARTS]
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
}


def test_every_part_has_its_promises() -> None:
    numbers = [
        int(found[1]) for row in PARTS if (found := re.match(r"\| \*\*(\d+)", row))
    ]
    assert numbers == list(range(1, 15))
    assert len(PROMISES) > 60
    assert not any(
        row in PARTS and after in PARTS
        for row, after in zip(ROWS, [*ROWS[1:], PARTS[0]], strict=True)
    )


@pytest.mark.parametrize(
    "row", PROMISES, ids=lambda row: row.split("|")[1].strip()[:60]
)
def test_each_promise_names_what_holds_it(row: str) -> None:
    cells = row.split("|")
    assert len(cells) == 5
    assert "test_" in cells[2] or "lint-imports" in cells[2]
    assert cells[3].strip() in ("", "yes")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+)`", PAGE))))
def test_each_test_that_is_named_is_there(name: str) -> None:
    assert name in TESTS


@pytest.mark.parametrize(
    "file", sorted(set(re.findall(r"`((?:tests|benchmarks)/[\w/.]+)`", PAGE)))
)
def test_each_file_that_is_named_is_there(file: str) -> None:
    assert (ROOT / file).exists()
