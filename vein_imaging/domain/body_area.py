"""Where on a leg: side, part and face, chosen from lists; texts of before are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vein_imaging.domain.names import folded
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = [
    "BodyArea",
    "BodyFace",
    "BodyPart",
    "BodySide",
    "read_body_area",
    "same_skin_possible",
]

BodySide = Literal["left", "right"]
BodyPart = Literal["thigh", "knee", "lower leg", "ankle", "foot"]
BodyFace = Literal["anterior", "posterior", "medial", "lateral"]

_SHOWN = (
    marked("left"), marked("right"),
    marked("thigh"), marked("knee"), marked("lower leg"), marked("ankle"),
    marked("foot"),
    marked("anterior"), marked("posterior"), marked("medial"), marked("lateral"),
)  # fmt: skip

# What people typed before there were lists. "leg" alone names no part: it is said of
# the whole limb as well.
_ALSO = {
    "l": "left", "lt": "left", "r": "right", "rt": "right",
    "upper leg": "thigh", "lower limb": "", "leg": "", "limb": "", "of": "", "the": "",
    "malleolus": "ankle", "calf": "lower leg posterior", "shin": "lower leg anterior",
    "front": "anterior", "ventral": "anterior", "back": "posterior",
    "dorsal": "posterior", "popliteal": "knee posterior",
    "inner": "medial", "inside": "medial", "outer": "lateral", "outside": "lateral",
    "side": "", "view": "",
}  # fmt: skip
_MOST_WORDS = 3  # of one phrase above


@dataclass(frozen=True, slots=True)
class BodyArea:
    """A part of a leg, from one side; what is not known is None.

    Parameters
    ----------
    side : "left" or "right", optional
    part : BodyPart, optional
    face : BodyFace, optional
    """

    side: BodySide | None = None
    part: BodyPart | None = None
    face: BodyFace | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What is known, the side first."""
        return tuple(one for one in (self.side, self.part, self.face) if one)

    @property
    def text(self) -> str:
        """As the record stores it, in English: "left lower leg medial"."""
        return " ".join(self.words)

    def __str__(self) -> str:
        return " ".join(_(one) for one in self.words)

    @property
    def is_whole(self) -> bool:
        """Whether side, part and face are known."""
        return len(self.words) == len(_PARTS)

    def may_be(self, other: BodyArea) -> bool:
        """Whether nothing that both name differs."""
        return all(
            one is None or another is None or one == another
            for one, another in (
                (self.side, other.side),
                (self.part, other.part),
                (self.face, other.face),
            )
        )


_PARTS = tuple(
    dict.fromkeys(get_args(kind), at)
    for at, kind in enumerate((BodySide, BodyPart, BodyFace))
)
_WHICH: dict[str, int] = {word: at for part in _PARTS for word, at in part.items()}


def read_body_area(text: str) -> BodyArea | None:
    """Read a typed area: "Left lateral thigh" as what the lists name.

    Parameters
    ----------
    text : str
        In any order, with the other words that people use.

    Returns
    -------
    BodyArea or None
        None where a word says something else, or two contradict each other.
    """
    words = folded(text).split()
    found: list[str | None] = [None, None, None]
    while words:
        for length in range(min(_MOST_WORDS, len(words)), 0, -1):
            phrase = " ".join(words[:length])
            if phrase in _WHICH or phrase in _ALSO:
                break
        else:
            return None
        for name in _names_in(phrase):
            at = _WHICH[name]
            if found[at] not in (None, name):
                return None
            found[at] = name
        words = words[length:]
    if not any(found):
        return None
    return BodyArea(*found)  # type: ignore[arg-type]  # each from its own list


def _names_in(phrase: str) -> tuple[str, ...]:
    meant = phrase if phrase in _WHICH else _ALSO[phrase]
    return tuple(name for name in _WHICH if f" {name} " in f" {meant} ")


def same_skin_possible(one: str, other: str) -> bool:
    """Whether two stored views may show the same skin.

    Areas that name nothing that differs; a text that names no area, only itself.

    Parameters
    ----------
    one, other : str
        As stored.
    """
    areas = read_body_area(one), read_body_area(other)
    if areas[0] is None or areas[1] is None:
        return folded(one) == folded(other)
    return areas[0].may_be(areas[1])
