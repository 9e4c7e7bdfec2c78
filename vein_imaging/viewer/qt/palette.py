"""The colours of the two themes, each with what it is written on."""

from __future__ import annotations

from typing import Literal

__all__ = ["EDGES", "PAIRS", "THEMES", "Theme", "contrast"]

Theme = Literal["dark", "light"]

THEMES: dict[Theme, dict[str, str]] = {
    # for a room darkened for transillumination
    "dark": {
        "text": "#f2f2f2",
        "caption": "#b9c2cc",
        "problem": "#ffb4a8",
        "ground": "#1d2126",
        "sunk": "#15181c",
        "raised": "#343b44",
        "hover": "#414a55",
        "quiet": "#2a3037",
        "edge": "#76818d",
        "faint_edge": "#3a424b",
        "off": "#262b31",
        "off_text": "#a4adb6",
        "chosen": "#1b629e",
        "chosen_text": "#ffffff",
        "focus": "#7cc0f5",
        "wrong": "#4a2622",
        "wrong_edge": "#ff7a66",
        "switched_on": "#a85500",
        "switched_on_text": "#ffffff",
        "switched_on_edge": "#ffc46b",
        "warm_edge": "#ffc46b",
        "handle": "#d7e6f3",
        "stop": "#8f1d14",
        "stop_text": "#ffffff",
        "stop_edge": "#ff8d80",
        "warn": "#6b4700",
        "warn_text": "#ffffff",
        "ok": "#16402a",
        "ok_text": "#f2f2f2",
        "ok_edge": "#5fc48d",
        "live": "#7fe0ab",
        "frozen": "#ffc46b",
        "waiting": "#d5dbe1",
        "practice": "#6b4700",
        "practice_text": "#ffffff",
    },
    # for a bright room
    "light": {
        "text": "#14181c",
        "caption": "#4a535c",
        "problem": "#a3160d",
        "ground": "#eef1f4",
        "sunk": "#ffffff",
        "raised": "#ffffff",
        "hover": "#dfe8f0",
        "quiet": "#dde3e9",
        "edge": "#6a7580",
        "faint_edge": "#a7b0b9",
        "off": "#e4e8ec",
        "off_text": "#59626b",
        "chosen": "#1b629e",
        "chosen_text": "#ffffff",
        "focus": "#0b5fa5",
        "wrong": "#fde4e1",
        "wrong_edge": "#b3261e",
        "switched_on": "#a85500",
        "switched_on_text": "#ffffff",
        "switched_on_edge": "#ffd9a0",
        "warm_edge": "#8a5200",
        "handle": "#1b629e",
        "stop": "#a3160d",
        "stop_text": "#ffffff",
        "stop_edge": "#ffb4a8",
        "warn": "#fff0c9",
        "warn_text": "#2b1d00",
        "ok": "#dcf3e5",
        "ok_text": "#0b2a18",
        "ok_edge": "#1f7a48",
        "live": "#0f6a3c",
        "frozen": "#7d4a00",
        "waiting": "#3d464f",
        "practice": "#6b4700",
        "practice_text": "#ffffff",
    },
}
"""Colours by what they are for; the style sheet names no other."""

PAIRS: tuple[tuple[str, str], ...] = (
    *((what, "ground") for what in ("text", "caption", "problem")),
    *((what, "ground") for what in ("live", "frozen", "waiting")),
    *((what, "sunk") for what in ("text", "caption", "problem")),
    *((what, "quiet") for what in ("text", "caption", "problem")),
    *(("text", on) for on in ("raised", "hover", "wrong")),
    ("off_text", "off"),
    ("off_text", "raised"),
    ("chosen_text", "chosen"),
    ("switched_on_text", "switched_on"),
    ("stop_text", "stop"),
    ("warn_text", "warn"),
    ("ok_text", "ok"),
    ("practice_text", "practice"),
)
"""Every colour of letters with every colour that it stands on."""

EDGES: tuple[tuple[str, str], ...] = (
    *((what, "ground") for what in ("edge", "focus", "warm_edge", "wrong_edge")),
    ("stop_edge", "stop"),
    ("ok_edge", "ok"),
    ("warm_edge", "warn"),
    ("switched_on_edge", "switched_on"),
    ("handle", "ground"),
)
"""Every edge by which something is told apart, with what it lies on."""


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 (the same) to 21 (black and white).

    Parameters
    ----------
    one, other : str
        As ``#1d2126``.

    References
    ----------
    WCAG 2.2, relative luminance and contrast ratio.
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
