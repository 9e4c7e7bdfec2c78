"""Draws skin over veins that are known in millimetres: pure, seeded, repeatable."""

from vein_phantom.scene import Scene, draw_frame, draw_scene
from vein_phantom.settings import PhantomSettings
from vein_phantom.truth import PhantomBranch, PhantomTruth, before_to_after_rc

__all__ = [
    "PhantomBranch",
    "PhantomSettings",
    "PhantomTruth",
    "Scene",
    "before_to_after_rc",
    "draw_frame",
    "draw_scene",
]
