from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

from vein_imaging.batch import code_version


def test_the_version_names_release_sources_and_libraries() -> None:
    version = code_version()
    assert re.fullmatch("[0-9a-f]{64}", version.sources)
    assert [one.split()[0] for one in version.libraries] == [
        *("Python", "numpy", "opencv-python", "pillow", "scikit-image", "scipy"),
        *("simplejpeg", "tifffile"),
    ]
    assert version.short.startswith(f"{version.release}-")


def test_another_process_of_the_same_code_says_the_same() -> None:
    code = "from vein_imaging.batch import code_version; print(repr(code_version()))"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == repr(code_version())


def test_every_difference_is_said_in_words() -> None:
    ours = code_version()
    assert ours.unlike(ours) == ""
    assert ours.unlike(replace(ours, release="9.9")) == (
        f"vein-imaging 9.9, not {ours.release}"
    )
    assert "other sources" in ours.unlike(replace(ours, sources="0" * 64))
    libraries = tuple("numpy 1.0" if "numpy" in x else x for x in ours.libraries)
    said = ours.unlike(replace(ours, libraries=libraries))
    assert said.startswith("numpy 1.0, not numpy 2")


def test_a_changed_library_is_another_folder() -> None:
    ours = code_version()
    other = replace(ours, libraries=(*ours.libraries[:-1], "scipy 9.9"))
    assert other.short != ours.short
