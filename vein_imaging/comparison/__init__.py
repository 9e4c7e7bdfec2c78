"""Two visits of one leg: aligned, and what changed between them, with its error."""

from vein_imaging.comparison.result import Comparison, Verdict
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.comparison.visits import compare

__all__ = ["CompareSettings", "Comparison", "Verdict", "compare"]
