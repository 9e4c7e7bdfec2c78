"""The window: napari and Qt, and nowhere else."""

from vein_imaging.viewer.run import PRACTICE, ViewerOptions, run_viewer

__all__ = ["PRACTICE", "ViewerOptions", "run_viewer"]
