"""Malformed documents: refused in one line, or answered with what is odd named.

Each kind of damage is done at many places of a good document that has no stop and no
warning. None may end in a traceback, and none in an answer that says nothing.
``VEIN_MALFORMED=400 pytest`` on this file is the long proof; a part of it runs always.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from vein_imaging.cli import main

COUNT = int(os.environ.get("VEIN_MALFORMED", "60"))
Json = Any
# What no limit of this region looks at.
FREE = ("site", "batch", "id", "weight_kg", "weighed_on", "expires_on")
Place = tuple[Json, str | int]

GOOD: dict[str, Json] = {
    "region": "US",
    "timezone": "Europe/London",
    "patient": {"weight_kg": "70", "weighed_on": "2026-11-01"},
    "sessions": [
        {
            "started": "2026-11-22T10:00:00+00:00",
            "injections": [
                {
                    "id": f"i{number}",
                    "at": f"2026-11-22T10:0{number}:00+00:00",
                    "product": "asclera",
                    "form": "liquid",
                    "volume_ml": "0.2",
                    "concentration_percent": "0.5",
                    "vein_diameter_mm": "0.8",
                    "site": f"left thigh {number}",
                    "batch": "A12",
                    "expires_on": "2027-03-31",
                }
                for number in (1, 2)
            ],
        }
    ],
}
GOOD["planned"] = GOOD["sessions"][0]["injections"][0] | {
    "id": "p",
    "at": "2026-11-22T10:10:00+00:00",
    "site": "left thigh 3",
}
# What stands for nothing an injection or a patient can have.
RUBBISH: tuple[Json, ...] = (
    *(None, True, 0, -1, 0.3, 10**30, "", " ", [], {}, ["0.2"], {"a": 1}),
    *(
        "0,2",
        "1e3",
        "-0.2",
        "+1",
        ".2",
        "2.",
        "NaN",
        "Infinity",
        "0.2 mL",
        "0x1",
        "\u0660.\u0662",
    ),
    *("0.1234567", "9999999", "0", "00.2", "½", "0.2\n", "\u00a00.2"),
    *("2026-02-31", "22.11.2026", "2026-11-22", "2026-11-22T10:05:00", "0001-01-01"),
    *("9999-12-31T23:59:59-12:00", "2026-11-22T25:00:00+00:00", "right/UTC"),
)


def places(node: Json) -> Iterator[Place]:
    """Every value of a document, by what holds it and its key."""
    keys: list[str | int] = []
    if isinstance(node, dict):
        keys = list(node)
    elif isinstance(node, list):
        keys = list(range(len(node)))
    for key in keys:
        yield node, key
        yield from places(node[key])


def put_rubbish(pick: random.Random, document: Json) -> str:
    holder, key = pick.choice(list(places(document)))
    holder[key] = pick.choice(RUBBISH)
    return json.dumps(document)


def drop_a_key(pick: random.Random, document: Json) -> str:
    needed = {"region", "timezone", "sessions", "started", "injections", "at"}
    needed |= {"product", "form", "volume_ml", "concentration_percent"}
    found = [one for one in places(document) if one[1] in needed]
    holder, key = pick.choice(found)
    del holder[key]
    return json.dumps(document)


def add_a_key(pick: random.Random, document: Json) -> str:
    holders = [one for one, _ in places(document) if isinstance(one, dict)]
    pick.choice(holders)[pick.choice(("volume", "volume_mL", "dose", "")) or "x"] = "1"
    return json.dumps(document)


def write_a_key_twice(pick: random.Random, document: Json) -> str:
    text = json.dumps(document)
    key = pick.choice(('"volume_ml": "0.2"', '"region": "US"', '"product": "asclera"'))
    return text.replace(key, f"{key}, {key}", 1)


def cut_the_text(pick: random.Random, document: Json) -> str:
    text = json.dumps(document)
    return text[: pick.randrange(1, len(text) - 1)]


def break_the_text(pick: random.Random, document: Json) -> str:
    text = json.dumps(document)
    at = pick.choice([i for i, one in enumerate(text) if one in '{}[]:,"'])
    return text[:at] + pick.choice("}]{[;'\\") + text[at + 1 :]


def swap_the_type(pick: random.Random, document: Json) -> str:
    holder, key = pick.choice(
        [one for one in places(document) if isinstance(one[0][one[1]], str)]
    )
    holder[key] = pick.choice(([holder[key]], {"value": holder[key]}, 1.5, True))
    return json.dumps(document)


def wrap_it(pick: random.Random, document: Json) -> str:
    return json.dumps(
        pick.choice(([document], {"document": document}, "text", 7, None))
    )


def write_half_a_character(pick: random.Random, document: Json) -> str:
    text = json.dumps(document)
    key = pick.choice(("asclera", "left thigh 3", "A12", "i1"))
    return text.replace(key, key[:1] + "\\udc80" + key[1:], 1)


DAMAGE: tuple[Callable[[random.Random, Json], str], ...] = (
    put_rubbish,
    drop_a_key,
    add_a_key,
    write_a_key_twice,
    cut_the_text,
    break_the_text,
    swap_the_type,
    wrap_it,
    write_half_a_character,
)


def test_the_good_document_has_nothing_against_it() -> None:
    result = CliRunner().invoke(main, ["dose", "check", "-"], input=json.dumps(GOOD))
    assert result.exit_code == 0
    assert result.output.startswith("Within 3 label limits; screening not known here.")


@pytest.mark.parametrize("seed", range(COUNT))
def test_a_damaged_document_is_refused_or_named(seed: int) -> None:
    pick = random.Random(seed)  # the same damage each time
    damage = DAMAGE[seed % len(DAMAGE)]
    text = damage(pick, copy.deepcopy(GOOD))
    result = CliRunner().invoke(main, ["dose", "check", "-"], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), text
    if result.exit_code == 2:
        assert result.stdout == ""
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return
    # Taken: only where what was put is a value of its kind, and then it is named or
    # the same document.
    assert result.exit_code in (0, 1)
    heading = result.stdout.split("\n", 1)[0]
    silent = not heading.startswith(("STOP", "WARNING"))
    assert not silent or _harmless(text), (damage.__name__, heading, text)


def _harmless(text: str) -> bool:
    """Whether only free text (a site, a batch, an id) or the weight was changed.

    The weight counts in no limit of this region; an empty list of sessions leaves a
    plan that is within its limits.
    """
    document = json.loads(text)
    for holder, key in [*places(document)]:
        if key in FREE:
            holder[key] = ""
    plain = copy.deepcopy(GOOD)
    for holder, key in [*places(plain)]:
        if key in FREE:
            holder[key] = ""
    if not document["sessions"] or not document["sessions"][0]["injections"]:
        plain["sessions"] = document["sessions"]
    if document.get("patient", {}) == {}:
        document["patient"] = plain["patient"]
    return bool(document == plain)
