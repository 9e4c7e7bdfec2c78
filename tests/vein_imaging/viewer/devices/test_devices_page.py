"""Counters of the running camera, and the doctor, in plain words."""

from __future__ import annotations

import threading
from typing import Any

from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QLabel

from vein_devices.supervision.doctor import Check
from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_imaging.viewer.devices.camera_counters import CameraCounters, counted
from vein_imaging.viewer.devices.doctor_list import DoctorList

STATUS = DeviceStatus(
    "uvc:1", DeviceState.STALLED, error="no picture for 2 s", frames=120, damaged=3,
    dropped=2, measured_fps=29.7, width_px=1280, height_px=720,
)  # fmt: skip


def test_every_counter_has_its_name_and_the_state_is_said_in_words() -> None:
    rows = dict(counted(STATUS, None, 0.0))
    assert rows["State"] == "open, but no new picture comes"
    assert rows["Last failure"] == "no picture for 2 s"
    assert (rows["Pictures delivered"], rows["Lost on the way"]) == ("120", "2")
    assert rows["Damaged"] == "3" and rows["Pictures a second"] == "29.7"
    assert rows["Age of the picture on the screen"] == "-"


def test_counters_are_shown_and_kept_up(qtbot: QtBot) -> None:
    shown = CameraCounters()
    qtbot.addWidget(shown)
    shown.show_counts(counted(STATUS, None, 0.0))
    count = len(shown.findChildren(QLabel))
    shown.show_counts(counted(DeviceStatus("uvc:1", frames=121), None, 0.0))
    assert shown.values["Pictures delivered"].text() == "121"
    assert len(shown.findChildren(QLabel)) == count


def test_a_long_address_does_not_push_the_page_out_of_sight(qtbot: QtBot) -> None:
    address = "rtsp://camera.of.the.ring:8554/live?profile=1&channel=2&size=1920x1080"
    short, long = CameraCounters(), CameraCounters()
    for shown, name in ((short, "uvc:1"), (long, address)):
        qtbot.addWidget(shown)
        shown.show_counts(counted(DeviceStatus(name), None, 0.0))
    assert long.minimumSizeHint().width() < short.minimumSizeHint().width() + 120


def texts(widget: Any) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


def test_the_doctor_looks_beside_the_window_and_says_problems_first(
    qtbot: QtBot, person: Any
) -> None:
    threads = []

    def look() -> list[Check]:
        threads.append(threading.get_ident())
        return [
            Check("OpenCV", "ok", "5.0"),
            Check("rights", "problem", "no access to /dev/video0", "sudo adduser me"),
        ]

    doctor = DoctorList(look)
    qtbot.addWidget(doctor)
    doctor.show()
    person.click(doctor.button)
    assert not doctor.button.isEnabled()
    qtbot.waitUntil(doctor.button.isEnabled)
    assert threads and threading.get_ident() not in threads
    said = texts(doctor)
    assert said[0] == "1 problem."
    assert said[1] == "PROBLEM: rights: no access to /dev/video0"
    assert said[2] == "In a terminal, type: sudo adduser me"
    assert said[3] == "ok: OpenCV: 5.0"


def test_a_doctor_that_fails_says_so(qtbot: QtBot, person: Any) -> None:
    def look() -> list[Check]:
        raise OSError("no such bus")

    doctor = DoctorList(look)
    qtbot.addWidget(doctor)
    doctor.show()
    person.click(doctor.button)
    qtbot.waitUntil(doctor.button.isEnabled)
    assert "no such bus" in doctor.summary.text()


def test_the_doctor_of_this_computer_has_an_answer(qtbot: QtBot, person: Any) -> None:
    doctor = DoctorList()
    qtbot.addWidget(doctor)
    doctor.show()
    person.click(doctor.button)
    qtbot.waitUntil(doctor.button.isEnabled, timeout=60_000)
    assert len(texts(doctor)) >= 3
