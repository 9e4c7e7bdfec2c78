"""Where the two networks lie on this computer, and whether they are whole."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import platformdirs

__all__ = ["GRAPHS", "find_graphs", "graph_folder", "write_manifest"]

GRAPHS = ("disk.onnx", "lightglue.onnx")
_MANIFEST = "sha256.json"
_FOLDER_VARIABLE = "VEIN_IMAGING_MATCHER"
"""Names another folder, for a computer that is set up without a user's cache."""


def graph_folder() -> Path:
    """Give the folder the networks are written to and read from.

    Returns
    -------
    Path
        In the user's cache, or what the environment's VEIN_IMAGING_MATCHER says.
    """
    named = os.environ.get(_FOLDER_VARIABLE)
    if named:
        return Path(named)
    return platformdirs.user_cache_path("vein-imaging") / "matcher"


def find_graphs(folder: Path | None = None) -> tuple[bytes, bytes] | None:
    """Read both networks.

    Parameters
    ----------
    folder : Path, optional
        By default `graph_folder()`.

    Returns
    -------
    bytes, bytes or None
        None where one is missing, or is not what was written there.
    """
    folder = folder or graph_folder()
    try:
        sums = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        disk, lightglue = ((folder / name).read_bytes() for name in GRAPHS)
    except (OSError, ValueError):
        return None
    if not isinstance(sums, dict) or any(
        sums.get(name) != hashlib.sha256(raw).hexdigest()
        for name, raw in zip(GRAPHS, (disk, lightglue), strict=True)
    ):
        return None
    return disk, lightglue


def write_manifest(folder: Path) -> None:
    """Note what was written, so that a damaged network is never run.

    Parameters
    ----------
    folder : Path
        Holds both networks.
    """
    sums = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in GRAPHS
    }
    (folder / _MANIFEST).write_text(json.dumps(sums), encoding="utf-8")
