"""Shows, measures and records leg veins treated by microsclerotherapy."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vein_imaging.comparison import Comparison, compare
    from vein_imaging.imaging.vein_map import Branch, VeinMap
    from vein_imaging.pipeline import AnalysisSettings, analyse

__all__ = [
    "AnalysisSettings",
    "Branch",
    "Comparison",
    "VeinMap",
    "analyse",
    "compare",
]

# Loaded when first asked for: the command line must not wait for OpenCV and SciPy.
_HOME = {
    "AnalysisSettings": "vein_imaging.pipeline",
    "Branch": "vein_imaging.imaging.vein_map",
    "Comparison": "vein_imaging.comparison",
    "VeinMap": "vein_imaging.imaging.vein_map",
    "analyse": "vein_imaging.pipeline",
    "compare": "vein_imaging.comparison",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
