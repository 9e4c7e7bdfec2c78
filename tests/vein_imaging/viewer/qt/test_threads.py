from __future__ import annotations

import subprocess
import sys

ENDS_AT_ONCE = """
import cv2, numpy
from vein_imaging.viewer.qt.threads import start_thread

def work():
    picture = numpy.zeros((2000, 2000), numpy.uint8)
    for _ in range(20):
        cv2.GaussianBlur(picture, (0, 0), 20)
    print("done", flush=True)

start_thread(work)
"""


def test_the_program_waits_for_what_is_in_hand_and_does_not_abort() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDS_AT_ONCE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
