"""Two visits of one leg: aligned, and what changed between them, with its error."""

from vein_imaging.comparison.compare import compare
from vein_imaging.comparison.judging.summary import assess, days_between
from vein_imaging.comparison.repeatability import RepeatError, repeat_error
from vein_imaging.comparison.result import Comparison, Verdict
from vein_imaging.comparison.settings import CompareSettings
from vein_imaging.comparison.telling.picture import draw_change_map, draw_comparison
from vein_imaging.comparison.telling.table import Identity, piece_rows, summary_row

__all__ = [
    "CompareSettings",
    "Comparison",
    "Identity",
    "RepeatError",
    "Verdict",
    "assess",
    "compare",
    "days_between",
    "draw_change_map",
    "draw_comparison",
    "piece_rows",
    "repeat_error",
    "summary_row",
]
