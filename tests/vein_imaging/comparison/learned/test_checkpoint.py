"""Checkpoints are read without PyTorch, and run no code."""

from __future__ import annotations

import io
import os
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from vein_imaging.comparison.learned.checkpoint import read_weights

WEIGHTS = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
BIAS = np.array([3, 1, 4], np.int64)


class FloatStorage: ...


class LongStorage: ...


class Stored:
    """Pickles as PyTorch's tensors do: a function, its storage by reference."""

    def __init__(self, key: str, kind: type, values: np.ndarray) -> None:
        self.key, self.kind, self.values = key, kind, values

    def __reduce__(self) -> tuple[Any, ...]:
        strides = tuple(step // self.values.itemsize for step in self.values.strides)
        storage = Reference(self.key, self.kind, self.values.size)
        return _rebuild_tensor_v2, (
            storage,
            0,
            self.values.shape,
            strides,
            False,
            OrderedDict(),
        )


class Reference:
    def __init__(self, key: str, kind: type, count: int) -> None:
        self.id = ("storage", kind, key, "cpu", count)


def _rebuild_tensor_v2(*_parts: object) -> None: ...


class Writer(pickle.Pickler):
    def persistent_id(self, value: object) -> object:
        return value.id if isinstance(value, Reference) else None


def pickled(value: object) -> bytes:
    out = io.BytesIO()
    Writer(out, 2).dump(value)
    return out.getvalue()


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch) -> object:
    """Two tensors, pickled under the names that PyTorch gives them."""
    utils = types.ModuleType("torch._utils")
    torch = types.ModuleType("torch")
    for owner, name, thing in (
        (utils, "_rebuild_tensor_v2", _rebuild_tensor_v2),
        (torch, "FloatStorage", FloatStorage),
        (torch, "LongStorage", LongStorage),
    ):
        monkeypatch.setattr(thing, "__module__", owner.__name__)
        setattr(owner, name, thing)
        monkeypatch.setitem(sys.modules, owner.__name__, owner)
    return OrderedDict(
        net={"weight": Stored("0", FloatStorage, WEIGHTS)},
        bias=Stored("1", LongStorage, BIAS),
    )


def zipped(tree: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model/data.pkl", pickled(tree))
        archive.writestr("model/data/0", WEIGHTS.tobytes())
        archive.writestr("model/data/1", BIAS.tobytes())
    return out.getvalue()


def in_sequence(tree: object) -> bytes:
    parts = [pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2)]
    parts += [pickle.dumps({}, 2), pickled(tree), pickle.dumps(["0", "1"], 2)]
    for values in (WEIGHTS, BIAS):
        parts += [values.size.to_bytes(8, "little"), values.tobytes()]
    return b"".join(parts)


@pytest.mark.parametrize("written", [zipped, in_sequence])
def test_both_formats_give_the_arrays_back(tree: object, written: Any) -> None:
    read = read_weights(written(tree))
    np.testing.assert_array_equal(read["net"]["weight"], WEIGHTS)
    np.testing.assert_array_equal(read["bias"], BIAS)
    assert read["bias"].dtype == np.int64


class Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("harmed",)


def test_a_checkpoint_that_asks_for_code_is_refused(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Harm()))
    for raw in (out.getvalue(), pickle.dumps(Harm())):
        with pytest.raises(pickle.UnpicklingError, match="holds no"):
            read_weights(raw)
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("raw", [b"", pickle.dumps(7), b"PK\5\6" + bytes(18)])
def test_what_is_no_checkpoint_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a checkpoint"):
        read_weights(raw)
