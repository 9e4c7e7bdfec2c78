"""How a picture is analysed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vein_imaging.imaging.plane import Channel

__all__ = ["AnalysisSettings", "Limb", "Polarity", "Quality"]

Quality = Literal["fast", "full"]
Polarity = Literal["dark", "bright"]
Limb = Literal["round", "flat"]


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """What a caller may choose about an analysis.

    Parameters
    ----------
    quality : {"fast", "full"}
        "fast" keeps up with a live camera, "full" is the more accurate.
    sensitivity : float in [-1, 1]
        Higher finds fainter veins, and more that is none.
    polarity : {"dark", "bright"}
        Whether veins are darker or brighter than skin.
    channel : {"auto", "green", "red", "grey"}
        Channel of a colour picture that is searched.
    blur_sigma_px : px, optional
        Blur of the optics, as a standard deviation at the picture's own size; diameters
        are corrected for it. Left out, 1 px is assumed, and the uncertainty grows.
    limb : {"round", "flat"}
        Whether skin between two outlines is taken to be round: widths near an outline
        may then be larger than they look, and their class is decided less often. Only
        with a calibrated scale; "flat" for skin pressed flat.
    reject_glare : bool
        Whether mirror-like highlights are filled in before veins are searched.
    reject_hair : bool
        Whether hairs are filled in too, where a scale is known, and traced lines that
        are hairs taken out again.
    reject_edges : bool
        Whether step edges (outlines, straps, shadows) and lines too faint to tell are
        taken out again.

    Raises
    ------
    ValueError
        If a value is none of the above.
    """

    quality: Quality = "fast"
    sensitivity: float = 0.0
    polarity: Polarity = "dark"
    channel: Channel = "auto"
    blur_sigma_px: float | None = None
    limb: Limb = "round"
    reject_glare: bool = True
    reject_hair: bool = True
    reject_edges: bool = True

    def __post_init__(self) -> None:
        for name, kinds in (
            ("quality", Quality),
            ("polarity", Polarity),
            ("channel", Channel),
            ("limb", Limb),
        ):
            if getattr(self, name) not in get_args(kinds):
                wanted = ", ".join(get_args(kinds))
                raise ValueError(
                    f"{name} must be one of {wanted}, not {getattr(self, name)!r}"
                )
        if self.blur_sigma_px is not None and not 0 <= self.blur_sigma_px <= 20:
            raise ValueError(
                f"blur_sigma_px must lie in [0, 20], not {self.blur_sigma_px!r}"
            )
        if not -1 <= self.sensitivity <= 1:
            raise ValueError(
                f"sensitivity must lie in [-1, 1], not {self.sensitivity!r}"
            )
