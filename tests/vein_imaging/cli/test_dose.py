import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vein_imaging.cli import main
from vein_imaging.domain.limits import REGIONS, load_limits

SHOT = {
    "at": "2026-11-22T10:05:00+00:00",
    "product": "asclera",
    "concentration_percent": "0.5",
    "form": "liquid",
    "volume_ml": "0.3",
    "vein_diameter_mm": "0.8",
}
SESSION = {"started": "2026-11-22T10:00:00+00:00", "injections": [SHOT]}
DOCUMENT: dict[str, Any] = {
    "region": "US",
    "timezone": "Europe/London",
    "sessions": [SESSION],
    "planned": SHOT,
}
TOO_MUCH = DOCUMENT | {"planned": SHOT | {"volume_ml": "0.31"}}


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["dose", *arguments], input=text)


@pytest.mark.parametrize(("document", "status"), [(DOCUMENT, 0), (TOO_MUCH, 1)])
def test_the_exit_status_says_whether_there_is_a_stop(
    document: dict[str, Any], status: int
) -> None:
    for option in ([], ["--json"]):
        assert run("check", "-", *option, text=json.dumps(document)).exit_code == status


def test_a_file_and_standard_input_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "dose.json"
    file.write_text("\ufeff" + json.dumps(TOO_MUCH), encoding="utf-8")
    from_file = run("check", str(file), "--json")
    assert (
        from_file.output
        == run("check", "-", "--json", text=json.dumps(TOO_MUCH)).output
    )
    reply = json.loads(from_file.output)
    assert reply["findings"][0]["rule"] == "per_injection_volume"
    assert reply["limits_version"] == load_limits("US").version


def test_a_person_reads_stops_first_and_what_is_left() -> None:
    output = run("check", "-", text=json.dumps(TOO_MUCH)).output
    lines = output.splitlines()
    assert lines[0].startswith("STOP: 1 stop. Past 1 of 3 label limits; ")
    assert lines[2] == (
        "STOP  Asclera: 0.31 mL planned; the label allows 0.3 mL at one injection."
    )
    assert "source: Asclera" in lines[3]
    assert any(line.split()[:4] == ["9.7", "of", "10", "mL"] for line in lines)
    assert "Largest volume without a stop: 0.3 mL" in lines
    assert any(line.startswith("The label adds: Usually 3 mL") for line in lines)
    assert "within" not in output.lower()
    assert "safe" not in output


def test_a_product_without_limits_is_never_called_safe() -> None:
    planned = SHOT | {"product": "polymer-x", "volume_ml": "40"}
    document = DOCUMENT | {"sessions": [], "planned": planned}
    output = run("check", "-", text=json.dumps(document)).output
    assert output.startswith("WARNING: 2 warnings. No limit known: held against no")
    assert "\nWARN  polymer-x: no limit is known" in output
    assert "within" not in output.lower()
    assert "Largest volume" not in output
    assert "Left before" not in output


def test_a_checked_record_without_findings_does_not_say_safe() -> None:
    document = {"region": "US", "timezone": "UTC", "sessions": []}
    result = run("check", "-", text=json.dumps(document))
    assert result.exit_code == 0
    assert "Nothing to check" in result.output


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "Error: not JSON"),
        (json.dumps(DOCUMENT | {"region": "EU"}), "Error: region: got 'EU'"),
        (
            json.dumps(DOCUMENT | {"planned": SHOT | {"volume_ml": 0.3}}),
            "got float 0.3",
        ),
    ],
)
def test_a_wrong_document_is_one_line_on_stderr_and_status_2(
    text: str, error: str
) -> None:
    result = run("check", "-", text=text)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert error in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_or_binary_file_is_one_line_and_status_2(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (str(tmp_path / "missing.json"), str(binary), str(tmp_path)):
        result = run("check", path)
        assert result.exit_code == 2
        assert path in result.stderr
        assert result.stderr.count("\n") == 1


CLINIC = """
clinic = "Example Clinic"
date = 2026-11-01
region = "US"
[[limit]]
product = "asclera"
rule = "per_session_volume"
maximum = "{maximum}"
"""


def test_the_clinics_own_limits_tighten(tmp_path: Path) -> None:
    own = tmp_path / "clinic.toml"
    own.write_text(CLINIC.format(maximum="0.5"), encoding="utf-8")
    text = json.dumps(DOCUMENT)
    assert run("check", "-", text=text).exit_code == 0
    result = run("check", "-", "--json", "--clinic", str(own), text=text)
    assert result.exit_code == 1
    reply = json.loads(result.output)
    assert reply["findings"][0]["source"].startswith("Own limit of Example Clinic")
    assert [row["maximum"] for row in reply["remaining"]] == ["10", "0.5"]
    assert reply["limits_version"] != load_limits("US").version


def test_a_clinics_file_that_loosens_is_status_2(tmp_path: Path) -> None:
    own = tmp_path / "clinic.toml"
    own.write_text(CLINIC.format(maximum="10.01"), encoding="utf-8")
    result = run("check", "-", "--clinic", str(own), text=json.dumps(DOCUMENT))
    assert result.exit_code == 2
    assert "a clinic may only tighten" in result.stderr


def test_limits_are_listed_by_region_and_product() -> None:
    rows = json.loads(run("limits", "--region", "FR", "--json").output)
    assert {row["region"] for row in rows} == {"FR"}
    assert [row["product"] for row in rows] == list(load_limits("FR").products)
    rows = json.loads(run("limits", "--product", "aethoxysklerol", "--json").output)
    assert [row["region"] for row in rows] == ["UK", "DE", "AT", "CH", "AU"]
    for row in rows:
        for limit in row["limits"]:
            assert limit["source"]["address"]
            assert isinstance(limit["maximum"], str)
    everything = json.loads(run("limits", "--json").output)
    assert {row["region"] for row in everything} == set(REGIONS)


def test_limits_are_readable() -> None:
    output = run("limits", "--region", "US", "--product", "asclera").output
    assert output.startswith("US  Asclera [asclera], polidocanol\n")
    assert "per_session_volume    at most  10 mL\n" in output
    assert "minimum_interval      at least 7 days\n" in output
    assert "rxlist.com" in output
    none = run("limits", "--region", "UK", "--product", "aethoxysklerol").output
    assert "no limit known" in none
    old = run("limits", "--region", "IE").output
    assert "label of 2006" in old
    assert "planned_interval      at least 56 days\n" in old
    assert "General practice" not in none
    assert "Test dose:" in run("limits", "--region", "FR").output
    first = run("limits", "--region", "CH").output
    assert "2 %, 3 %, liquid, first treatment" in first
    assert "1 %, liquid, vein up to 1 mm" in first


@pytest.mark.parametrize("arguments", [["--product", "x"], ["--region", "EU"]])
def test_unknown_keys_of_limits_are_status_2(arguments: list[str]) -> None:
    result = run("limits", *arguments)
    assert result.exit_code == 2
    assert "asclera" in result.stderr or "'US'" in result.stderr


def test_what_was_read_more_than_a_year_ago_is_listed() -> None:
    fresh = run("limits", "--stale", "--on", "2027-11-01")
    assert fresh.exit_code == 0
    assert fresh.output == "Nothing was read more than a year before 2027-11-01.\n"
    stale = run("limits", "--stale", "--on", "2028-01-01", "--region", "US")
    assert "asclera" in stale.output
    assert "per_session_volume" in stale.output
    assert "read 2026-11" in stale.output
    assert "UK" not in stale.output
    rows = json.loads(
        run(
            "limits", "--stale", "--on", "2028-01-01", "--region", "US", "--json"
        ).output
    )
    assert {row["region"] for row in rows} == {"US"}
    assert all(row["read_on"] == "2026-11" for row in rows)


def test_a_product_may_be_named_as_a_person_would() -> None:
    assert run("limits", "--product", "Asclera®").output.startswith("US  Asclera")
