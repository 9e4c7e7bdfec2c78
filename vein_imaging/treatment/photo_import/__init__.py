"""A folder of photographs with a list becomes sessions: all of it, or nothing."""

from vein_imaging.treatment.photo_import.listing import ListedPhoto, read_listing
from vein_imaging.treatment.photo_import.planning import (
    ImportPlan,
    PlannedPhoto,
    RowProblem,
    plan_import,
)
from vein_imaging.treatment.photo_import.run_import import (
    ImportChangedError,
    ImportProblemsError,
    run_import,
)

__all__ = [
    "ImportChangedError",
    "ImportPlan",
    "ImportProblemsError",
    "ListedPhoto",
    "PlannedPhoto",
    "RowProblem",
    "plan_import",
    "read_listing",
    "run_import",
]
