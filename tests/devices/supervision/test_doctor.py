"""What the doctor finds, on made-up machines."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vein_devices.cameras.usb import v4l2
from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.serial.port import PortIdentity
from vein_devices.supervision.doctor import Check, examine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux")


def found(checks: list[Check], word: str) -> Check:
    return next(check for check in checks if word in check.what)


def look(tmp_path: Path, **machine: object) -> list[Check]:
    arguments = {
        "nodes": list, "ports": list, "rules": tmp_path, "proc": tmp_path, **machine,
    }  # fmt: skip
    return examine(**arguments)  # type: ignore[arg-type]


def test_an_empty_machine_has_no_problem(tmp_path: Path) -> None:
    checks = look(tmp_path)
    assert [check for check in checks if check.state == "problem"] == []
    assert found(checks, "USB cameras").state in ("ok", "note")
    assert found(checks, "phantom").state == "ok"
    assert "udevadm" in found(checks, "udev rule").fix


def test_a_camera_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    checks = look(tmp_path, nodes=lambda: [VideoNode("/dev/video-none", "Cam")])
    assert found(checks, "camera Cam").state == "problem"


def test_a_camera_in_use_names_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(v4l2, "holders_of", lambda _path: ["cheese (123)"])
    checks = look(tmp_path, nodes=lambda: [VideoNode("/dev/null", "Cam")])
    assert found(checks, "camera Cam").detail == "held by cheese (123)"


def test_a_port_that_may_not_be_opened_brings_the_line_to_type(tmp_path: Path) -> None:
    port = PortIdentity("/dev/ttyNONE", 0x0403, 0x6001, "A1", "", "FT232R")
    check = found(look(tmp_path, ports=lambda: [port]), "/dev/ttyNONE")
    assert check.state == "problem"
    assert "60-vein-imaging.rules" in check.fix


def test_programs_that_grab_ports_are_named(tmp_path: Path) -> None:
    (tmp_path / "77").mkdir()
    (tmp_path / "77/comm").write_text("ModemManager\n")
    assert found(look(tmp_path), "ModemManager").state == "note"


def test_an_installed_rule_is_seen(tmp_path: Path) -> None:
    (tmp_path / "60-vein-imaging.rules").write_text("")
    assert found(look(tmp_path), "udev rule").state == "ok"
