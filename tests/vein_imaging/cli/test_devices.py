"""The commands that list, examine and try devices."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from vein_devices.supervision import doctor
from vein_devices.supervision.doctor import Check
from vein_imaging.cli import main

SMALL = "size=64x48&mm_per_pixel=.5&fps=0"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_list_names_every_kind() -> None:
    result = run("devices", "list")
    assert result.exit_code == 0
    for kind in ("phantom:", "uvc:", "vc0706:", "openmv:", "rtsp:", "file:"):
        assert kind in result.output
    document = json.loads(run("devices", "list", "--json").output)
    assert {"kind": "file", "example": "file:clip.mp4?loop=1"} in document["kinds"]


def test_doctor_ends_with_1_on_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Check("camera", "problem", "forbidden", "sudo this")]
    monkeypatch.setattr(doctor, "examine", lambda: rows)
    result = run("devices", "doctor")
    assert result.exit_code == 1
    assert "type: sudo this" in result.output
    assert result.stderr == "Error: 1 problem.\n"
    as_json = run("devices", "doctor", "--json")
    assert json.loads(as_json.stdout)[0]["fix"] == "sudo this"
    rows.clear()
    assert run("devices", "doctor").exit_code == 0


def test_a_good_camera_passes() -> None:
    result = run("devices", "test", f"phantom:?{SMALL}", "--seconds", "0.2", "--json")
    assert result.exit_code == 0
    document = json.loads(result.output)
    assert document["frames"] > 1
    assert document["status"]["failures"] == 0
    shown = run("devices", "test", f"phantom:?{SMALL}", "--seconds", "0.2").output
    assert "frames of 64 x 48" in shown


def test_a_frozen_camera_fails(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "leg.png"), np.full((8, 8), 90, np.uint8))
    url = f"file:{tmp_path}/leg.png?loop=1&fps=50"
    result = run("devices", "test", url, "--seconds", "0.3")
    assert result.exit_code == 1
    assert "BAD" in result.output
    assert "frozen" in result.output


def test_a_wrong_address_is_bad_usage_and_an_absent_camera_a_failure() -> None:
    assert run("devices", "test", "telepathy:").exit_code == 2
    result = run("devices", "test", "file:/nowhere.mp4")
    assert result.exit_code == 1
    assert result.output == "Error: /nowhere.mp4: no such file\n"


def test_a_light_tells_how_it_stands() -> None:
    result = run("light", "status", "simulated:")
    assert result.exit_code == 0
    assert "skin side 25.0 C" in result.output
    document = json.loads(run("light", "status", "simulated:", "--json").output)
    assert document["faults"] == []
    assert document["channels"][3]["wavelength_nm"] == 850


def test_a_light_is_switched_on_off_and_cleared() -> None:
    on = run("light", "on", "simulated:", "--level", "nir850=300", "--seconds", "0.3")
    assert on.exit_code == 0
    assert run("light", "off", "simulated:").exit_code == 0
    assert run("light", "clear", "simulated:").exit_code == 0


@pytest.mark.parametrize("level", ["nir850", "nir850=2000", "violet=3"])
def test_a_level_that_cannot_be_is_bad_usage(level: str) -> None:
    result = run("light", "on", "simulated:", "--level", level, "--seconds", "0.2")
    assert result.exit_code == 2


def test_a_refused_level_is_a_failure() -> None:
    result = run("light", "on", "simulated:", "--level", "white=900")
    assert result.exit_code == 1
    assert "data out of range" in result.output
