"""Whether what speaks for a pose is enough, and what to say where it is not."""

from __future__ import annotations

from vein_imaging.comparison.aligning.claim import Evidence
from vein_imaging.words import translate as _

__all__ = ["doubts_of_pose", "failures_of_pose"]

LEAST_HITS, LEAST_HITS_ALONE = 0.25, 0.35
"""Share of the check blocks: of 91 pairs of different people at most .15 hit. Where
only one kind of seed led to the pose, more is asked: one wrong pose had .32."""
SURE_HITS = 0.5  # needs no second witness
APART_WIDTHS = 0.008
"""Right poses from two kinds of seeds lie within .004 of each other."""
LEAST_CHECKED, LEAST_MATCHES, LEAST_KEPT = 80, 60, 0.6
MOST_ERROR_WIDTHS = 0.025  # of 90 % of the matches, left out
SCALES = (0.6, 1.6)
"""Between two visits the distance of a camera held by hand changes no more than
this."""
MOST_TURN_DEG = 35.0  # from the nearest quarter turn, without many hits


def failures_of_pose(evidence: Evidence) -> tuple[str, ...]:
    """Say why a pose is not believed.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    tuple of str
        Empty where it is.
    """
    few = _few(evidence)
    if few:
        return (few,)
    if evidence.apart > APART_WIDTHS and evidence.hit_share < SURE_HITS:
        return (
            _(
                "could not recognise enough of the skin: two ways of finding the place "
                "lead {apart:.0f} % of the limb's width apart"
            ).format(apart=min(100.0, 100 * evidence.apart)),
        )
    turned = abs(evidence.turn_deg) > MOST_TURN_DEG and evidence.hit_share < SURE_HITS
    if turned or not SCALES[0] < evidence.scale < SCALES[1]:
        return (
            _(
                "could not recognise enough of the skin: what looks alike would be "
                "{scale:.1f} times as large and turned by {turn:.0f} degrees"
            ).format(scale=evidence.scale, turn=evidence.turn_deg),
        )
    if not evidence.error_p90 < MOST_ERROR_WIDTHS:
        return (
            _(
                "could not recognise enough of the skin: neighbouring patches disagree "
                "about the place by {error:.1f} % of the limb's width"
            ).format(error=min(100.0, 100 * evidence.error_p90)),
        )
    return ()


def _few(evidence: Evidence) -> str:
    """Too few patches, or too few of them confirmed."""
    kept = evidence.matches / max(evidence.offered, 1)
    if evidence.checked < LEAST_CHECKED or evidence.matches < LEAST_MATCHES:
        return _(
            "could not recognise enough of the skin: {matches} patches were found "
            "again and {checked} could be checked, of {least} and {least_checked} that "
            "are needed"
        ).format(
            matches=evidence.matches,
            checked=evidence.checked,
            least=LEAST_MATCHES,
            least_checked=LEAST_CHECKED,
        )
    single = not evidence.apart <= APART_WIDTHS  # also where there is no other
    needed = LEAST_HITS_ALONE if single else LEAST_HITS
    if evidence.hit_share < needed or kept < LEAST_KEPT:
        return _(
            "could not recognise enough of the skin: {share:.0f} % of the patches that "
            "were looked up lie where they should, and {needed:.0f} % are needed"
        ).format(share=100 * evidence.hit_share, needed=100 * needed)
    return ""


def doubts_of_pose(evidence: Evidence) -> tuple[str, ...]:
    """Say what makes a believed pose weak.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    tuple of str
    """
    if evidence.hit_share >= SURE_HITS:
        return ()
    return (
        _(
            "{share:.0f} % of the patches that were looked up lie where they should: "
            "look at a mole or a crease in both pictures before you rely on it"
        ).format(share=100 * evidence.hit_share),
    )
