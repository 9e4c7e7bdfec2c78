"""What `scripts/setup` asks a machine for, on machines made for the test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")

SCRIPT = Path(__file__).resolve().parents[1] / "scripts/setup"
LIBRARIES = dict(re.findall(r"^ *need_file (\S+) (\S+)", SCRIPT.read_text(), re.M))
TOOLS = ("bash", "cat", "cut", "dirname", "id", "ls", "sha256sum", "uname")
NO_MORE_THAN_LOOK = 42  # the stand-in for Python stops where .venv would be made
FOR_TESTS = {"gcc", "make", "gcc-avr", "fuse3", "postgresql", "libsimavr-dev"}


class Machine:
    """A root with the script in it, and a PATH on which only these programs are."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "root", folder / "bin"
        (self.root / "scripts").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(SCRIPT, self.root / "scripts/setup")
        for name in ("pyproject.toml", "constraints.txt"):
            (self.root / name).touch()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        self.add(
            "python",
            f'case "$*" in *venv\\ --clear*) exit {NO_MORE_THAN_LOOK};; esac\n'
            'case "$*" in *version*) echo 3.11.2;; esac',
        )

    def add(self, name: str, script: str = "") -> None:
        file = self.bin / name
        file.write_text(f"#!/usr/bin/env bash\n{script}\n")
        file.chmod(0o755)

    def add_libraries(self, names: list[str], more: int) -> None:
        names = names + [f"libmore{i}.so.1" for i in range(more)]
        lines = "".join(f"\t{name} (libc6,x86-64) => /lib/{name}\n" for name in names)
        (self.root / "libraries").write_text(lines)
        self.add("ldconfig", f"cat {self.root}/libraries")

    def run(
        self, *purpose: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "bash", self.root / "scripts/setup", *purpose],
            env={"PATH": str(self.bin), "PYTHON": "python", **environment},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def missing(self, *purpose: str, **environment: str) -> set[str]:
        """The packages that are asked for; empty where it goes on to make .venv."""
        done = self.run(*purpose, **environment)
        if done.returncode == NO_MORE_THAN_LOOK:
            return set()
        assert done.returncode == 2, done.stderr
        line = done.stderr.strip().splitlines()[-1]
        return set(line.partition("--no-install-recommends ")[2].split())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.add_libraries(list(LIBRARIES), 0)
    return made


def test_a_library_is_found_in_a_list_longer_than_a_pipe_holds(
    machine: Machine,
) -> None:
    machine.add_libraries(list(LIBRARIES), 5000)
    assert not machine.missing() & set(LIBRARIES.values())


def test_a_library_that_is_not_there_is_asked_for(machine: Machine) -> None:
    machine.add_libraries([x for x in LIBRARIES if x != "libxcb-xkb.so.1"], 10)
    assert machine.missing("demo") & set(LIBRARIES.values()) == {"libxcb-xkb1"}


def test_a_library_of_a_longer_name_is_another_one(machine: Machine) -> None:
    machine.add_libraries(["libGL.so.1.7.0", "xlibGL.so.1"], 10)
    assert "libgl1" in machine.missing("demo")


def test_the_demo_asks_for_no_compiler_and_no_database(machine: Machine) -> None:
    assert {"gcc", "gcc-avr", "fuse3", "make"} <= machine.missing("test")
    assert not machine.missing("demo") & FOR_TESTS


def test_a_virtual_screen_is_needed_where_there_is_none(machine: Machine) -> None:
    assert {"xvfb", "xauth"} <= machine.missing("demo")
    assert not machine.missing("demo", DISPLAY=":0") & {"xvfb", "xauth"}
    assert {"xvfb", "xauth"} <= machine.missing("test", DISPLAY=":0")


def test_another_purpose_is_refused(machine: Machine) -> None:
    done = subprocess.run(
        [machine.bin / "bash", SCRIPT, "production"],
        env={**os.environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "demo or test, not for 'production'" in done.stderr


PACKAGES = ".venv/lib/python3.11/site-packages"


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (["PyQt5/QtGui.py", "cv2/__init__.py"], "pip uninstall -y PyQt5"),
        (["opencv_python-5.0.dist-info/RECORD"], "OpenCV in .venv is broken"),
        (
            ["opencv_python_headless-5.0.dist-info/RECORD", "cv2/__init__.py"],
            "pip uninstall -y opencv-python opencv-python-headless",
        ),
        (["opencv_python-5.0.dist-info/RECORD", "cv2/__init__.py"], ""),
    ],
    ids=["two Qt", "what is left of OpenCV", "two OpenCV", "as it should be"],
)
def test_what_breaks_the_window_or_opencv_is_told_with_the_line_to_type(
    tmp_path: Path, there: list[str], told: str
) -> None:
    """Where .venv was complete once, it was called set up for ever."""
    machine = Machine(tmp_path)
    machine.add_libraries(list(LIBRARIES), 0)
    for name in there:
        file = machine.root / PACKAGES / name
        file.parent.mkdir(parents=True)
        file.touch()
    said = machine.run("demo", DISPLAY=":0").stderr
    assert told in said
    assert bool(told) == ("Type:" in said)
