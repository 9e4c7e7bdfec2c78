"""Many pictures and pairs measured again: processes here, or a cluster."""

from vein_imaging.batch.cluster import cluster_workers
from vein_imaging.batch.code_version import CodeVersion, code_version
from vein_imaging.batch.figures import pair_figures, picture_figures
from vein_imaging.batch.picture_files import picture_paths, picture_tasks
from vein_imaging.batch.results import ResultFolder, earlier_results, open_results
from vein_imaging.batch.run import Finished, run_batch
from vein_imaging.batch.task import (
    Figures,
    NotStarted,
    Outcome,
    Settings,
    Task,
    UnfitWorkerError,
)
from vein_imaging.batch.workers import (
    Workers,
    WorkersLostError,
    local_workers,
)

__all__ = [
    "CodeVersion",
    "Figures",
    "Finished",
    "NotStarted",
    "Outcome",
    "ResultFolder",
    "Settings",
    "Task",
    "UnfitWorkerError",
    "Workers",
    "WorkersLostError",
    "cluster_workers",
    "code_version",
    "earlier_results",
    "local_workers",
    "open_results",
    "pair_figures",
    "picture_figures",
    "picture_paths",
    "picture_tasks",
    "run_batch",
]
