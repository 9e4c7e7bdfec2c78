"""The window: napari and Qt, and nowhere else."""

import os
import sys
from importlib.util import find_spec

# Of several Qt bindings qtpy takes PyQt5 first, which napari does not know any more,
# and two in one process end it. A loaded one stays; so does a person's own choice.
_OURS = ("PyQt6", "PySide6")
if not any(name in sys.modules for name in (*_OURS, "PyQt5", "PySide2")):
    _found = [name.lower() for name in _OURS if find_spec(name)]
    if _found:
        os.environ.setdefault("QT_API", _found[0])

from vein_imaging.viewer.options import PRACTICE, ViewerOptions  # noqa: E402
from vein_imaging.viewer.run import run_day, run_viewer  # noqa: E402

__all__ = ["PRACTICE", "ViewerOptions", "run_day", "run_viewer"]
