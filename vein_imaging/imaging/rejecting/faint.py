"""Lines too faint or too short: what rounding and compression leave on even skin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vein_imaging.imaging.tracing.centreline import Path
from vein_imaging.imaging.tracing.chains import Chains
from vein_imaging.imaging.tracing.profile import Profiles

__all__ = ["drop_specks", "find_faint", "without_loose_links"]

FAINTEST_LEVELS = 2.5
"""Grey levels of 255. Blocks of a compressed video differ by one or two, and where the
picture is quiet so little stands out from the noise. On the near-infrared video looked
at, 42 % of the length marked wrongly is fainter all along, .6 % of the rest."""
SHORTEST_PX = 16
"""What stands alone and has fewer pixels is no vein: on that video 9 % of the length
marked wrongly and .3 % of the rest."""


def find_faint(profiles: Profiles, chains: Chains) -> NDArray[np.bool_]:
    """Chains that are on average hardly darker than their sides.

    Parameters
    ----------
    profiles : Profiles
        Of `chains`.
    chains : Chains

    Returns
    -------
    (N,) bool
        The same for all points of a chain: over its length noise averages out.
    """
    left, right = profiles.sides(chains.radius_px)
    depth = (left + right) / 2 - profiles.at(0.0)
    total = np.append(0, np.cumsum(depth))
    sums = total[chains.stop] - total[chains.first]
    return np.asarray(sums < FAINTEST_LEVELS * (chains.stop - chains.first))


def drop_specks(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Leave out what is joined to nothing and short.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    tuple of Path
    """
    ends = _count_ends(paths)

    def is_speck(path: Path) -> bool:
        alone = ends[path.start_node] == 1 and ends[path.end_node] == 1
        return alone and len(path.members) < SHORTEST_PX

    return tuple(path for path in paths if not is_speck(path))


def without_loose_links(
    paths: Sequence[Path], is_link: NDArray[np.bool_]
) -> tuple[Path, ...]:
    """Leave out what joined a vein to something that is gone.

    Parameters
    ----------
    paths : sequence of Path
    is_link : (N,) bool
        For each pixel of the trace whether it only joins two lines.

    Returns
    -------
    tuple of Path
    """
    ends = _count_ends(paths)

    def is_loose(path: Path) -> bool:
        joins = ends[path.start_node] > 1 and ends[path.end_node] > 1
        return not joins and bool(is_link[path.members].all())

    return tuple(path for path in paths if not is_loose(path))


def _count_ends(paths: Sequence[Path]) -> Counter[int]:
    return Counter(node for path in paths for node in (path.start_node, path.end_node))
