from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.storage.entries.canonical import canonical, canonical_flat, parsed
from vein_imaging.storage.errors import InvalidBodyError

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abä€", max_size=4), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("xyz", max_size=3), values))
def test_what_is_read_back_is_what_was_written(body: dict[str, object]) -> None:
    assert parsed(canonical(body)) == body


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii"), max_size=8),
        st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 2**53 - 1),
    )
)
def test_the_quick_spelling_of_flat_values_is_the_canonical_one(
    values: dict[str, object],
) -> None:
    assert canonical_flat(values) == canonical(values)


def test_every_character_that_json_escapes_is_spelled_alike() -> None:
    text = "".join(map(chr, range(0x2100)))
    assert canonical_flat({"text": text}) == canonical({"text": text})


def test_the_order_of_keys_changes_nothing() -> None:
    assert canonical({"a": 1, "b": "ü"}) == canonical({"b": "ü", "a": 1})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"dose": {"volume_ml": 0.1}}, r"body\.dose\.volume_ml is a float \(0\.1\)"),
        ({"sites": ["x", float("nan")]}, r"body\.sites\[1\] is a float"),
        ({"volume_ml": Decimal("0.1")}, r"body\.volume_ml is a Decimal"),
        ({"n": 2**53 + 1}, "write large numbers as text"),
        ({"name": "\ud800"}, "body"),
        ({3: "x"}, r"the key 3 must be text"),
    ],
)
def test_what_has_no_exact_spelling_is_refused_by_name(
    value: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidBodyError, match=said):
        canonical(value)
