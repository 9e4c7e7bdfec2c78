"""Names compared as a person reads them: case, blanks, marks and accents aside."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["compact", "folded", "has_lookalikes", "is_near", "printable"]

_MARKS = re.compile("[®™©℠\N{ZERO WIDTH NO-BREAK SPACE}]|\\((?:r|tm|c)\\)", re.I)
# Letters of other scripts that look like Latin ones, and Latin ones that are written
# with two letters elsewhere.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕкмтвнгԁԛԝ" "αεορυικνχτηѵ",
    "aeopcyxijskmtbhrdqw" "aeopuiknxtnv",
)  # fmt: skip
_SPELT_OUT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l"})
_NO_DOT = str.maketrans({"\N{LATIN SMALL LETTER DOTLESS I}": "i"})
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Words of a name, one blank between them, as they are compared.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Lower case, full width as half, without accents, invisible characters, marks
        and punctuation; a decimal point between digits stays.
    """
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text)).casefold()
    plain = unicodedata.normalize("NFD", plain.translate(_SPELT_OUT))
    kept = "".join(
        one for one in plain if unicodedata.category(one) not in ("Mn", "Cf", "Cc")
    )
    kept = re.sub(r"(?<=\d),(?=\d)", ".", kept.translate(_NO_DOT))
    if re.search("[a-z]", kept):  # a word all in another script stays what it is
        kept = kept.translate(_LOOKALIKES)
    return " ".join(_WORD.findall(kept))


def has_lookalikes(text: str) -> bool:
    """Whether Latin letters are mixed with letters of another script like them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return bool(re.search("[a-z]", plain)) and plain != plain.translate(_LOOKALIKES)


def compact(text: str) -> str:
    """`folded` without its blanks: ``fibro vein`` and ``fibrovein`` are one."""
    return folded(text).replace(" ", "")


def _distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or swap (Damerau, Levenshtein), or `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(
                before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against)
            )
            swapped = (
                i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against
            )
            row.append(min(cost, earlier[j - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def is_near(one: str, other: str) -> bool:
    """Whether two compact names differ by a slip: one letter in 5 to 7, two in more.

    The beginning of a name, of four letters or more, is near it too.
    """
    short, long_ = sorted((one, other), key=len)
    if len(short) < 4:
        return False
    if long_.startswith(short) or (len(short) > 5 and short in long_):
        return True
    most = 2 if len(long_) > 7 else 1
    return len(long_) > 4 and _distance(one, other, most) <= most


def printable(text: str) -> str:
    """Typed text for a message: one line, nothing that moves a cursor, not too long.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        At most 60 characters; control and invisible ones are shown as U+FFFD.
    """
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one)[0] == "C" else one
        for one in text[:61]
    )
    return shown if len(text) <= 60 else f"{shown[:57]}..."
