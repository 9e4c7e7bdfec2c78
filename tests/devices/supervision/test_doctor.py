"""What the doctor finds, on made-up machines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vein_devices.cameras.usb.v4l2 import VideoNode
from vein_devices.holders import Holder
from vein_devices.serial.port import PortIdentity
from vein_devices.supervision import doctor
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
    monkeypatch.setattr(doctor, "holders_of", lambda _path: [Holder("cheese", 123)])
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


BROKEN_OPENCV = """
import sys
sys.path.insert(0, sys.argv[1])
from vein_devices.supervision.doctor import examine
checks = examine(nodes=list, ports=list)
print([(c.what, c.state, c.fix) for c in checks if c.state == "problem"])
"""


def test_what_is_left_of_a_removed_opencv_is_a_problem_with_its_cure(
    tmp_path: Path,
) -> None:
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2/__init__.py").touch()
    command = [sys.executable, "-c", BROKEN_OPENCV, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "'OpenCV', 'problem'" in done.stdout, done.stderr
    assert "--force-reinstall --no-deps opencv-python" in done.stdout


def test_the_rule_is_named_so_that_the_line_works_in_every_folder() -> None:
    assert doctor._RULES_FILE.is_absolute()
    assert doctor._RULES_FILE.exists()


def test_a_second_qt_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "_installed", lambda package: package == "PyQt5")
    assert "uninstall -y PyQt5" in found(look(tmp_path), "Qt twice").fix


@pytest.mark.parametrize(
    "port,address",
    [
        (PortIdentity("/dev/ttyACM0", 0x2341, 0x0043, "A1", "1-1", "Uno"), "serial:A1"),
        (PortIdentity("/dev/ttyACM0", 0x37C5, 0x1206, "B2", "1-1", "H7"), "openmv:B2"),
        (
            PortIdentity("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-2", "CH340"),
            "serial:1-2",
        ),
    ],
)
def test_a_serial_port_is_listed_as_what_it_may_be(
    port: PortIdentity, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "list_serial", lambda: [port])
    listed = doctor.list_all()[-1]
    assert listed.address == address
    # an adapter may be either; a board with a name of its own is no camera
    assert ("vc0706:" in listed.detail) == (port.vid == 0x1A86)
