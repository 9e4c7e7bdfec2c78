"""The texts that a user reads, each looked up in one catalogue.

A translation is one file beside this one: ``locale/<language>/LC_MESSAGES``. Without a
file for the user's language a text is shown as it is written in the code, in English.

What is stored, what a script reads (``--json``, tables, exit codes) and what is logged
stays English: a record must not depend on who wrote it.
"""

from __future__ import annotations

import gettext
import os
from functools import lru_cache

__all__ = [
    "DOMAIN",
    "LOCALES_VARIABLE",
    "catalogue",
    "language",
    "marked",
    "plural",
    "translate",
]

DOMAIN = "vein_imaging"
"""Name of the catalogue, and of every file of it."""

LOCALES_VARIABLE = "VEIN_IMAGING_LOCALES"
"""Environment variable that names another folder of translations, to try one out."""


@lru_cache(maxsize=1)
def catalogue() -> gettext.NullTranslations:
    """Find the translation for this process's language; it is looked for once.

    The language is what gettext makes of LANGUAGE, LC_ALL, LC_MESSAGES and LANG.

    Returns
    -------
    gettext.NullTranslations
        One that changes nothing where there is no file for the language.
    """
    here = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120
    folder = os.environ.get(LOCALES_VARIABLE, here)
    return gettext.translation(DOMAIN, folder, fallback=True)


def language() -> str:
    """Name the language that texts are shown in, as the header of its file has it."""
    return catalogue().info().get("language", "en").replace("_", "-")


def translate(text: str) -> str:
    """Give a text in the user's language. Import it as ``_``.

    Parameters
    ----------
    text : str
        Written out in the code, never put together: values are filled in afterwards,
        as in ``_("{name} left").format(name=name)``.

    Returns
    -------
    str
    """
    return catalogue().gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """Give the form of a text that fits a count, in the user's language.

    Parameters
    ----------
    one, many : str
        The English forms, as in ``"{count} picture"`` and ``"{count} pictures"``.
    count : int
        Decides the form; it is not filled in.

    Returns
    -------
    str
    """
    return catalogue().ngettext(one, many, count)


def marked(text: str) -> str:
    """Return a text unchanged, and let it be found for the catalogue.

    For constants: they are made when a module is loaded, and translated when shown.
    """
    return text
