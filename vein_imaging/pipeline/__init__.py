"""correct > enhance > segment > trace > measure: from a picture to a map of veins."""

from vein_imaging.pipeline.analysis import analyse
from vein_imaging.pipeline.live import LiveResult, LiveStep
from vein_imaging.pipeline.settings import AnalysisSettings

__all__ = ["AnalysisSettings", "LiveResult", "LiveStep", "analyse"]
