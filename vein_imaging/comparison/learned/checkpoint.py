"""Reads the weights of a network from a PyTorch checkpoint, without PyTorch.

Both formats: the zip archive, and the older sequence of pickles with the bytes after
them. Only tensors and plain containers are read; anything else a pickle asks for is
refused, because a pickle can ask for any code to be run.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_weights"]

_TYPES: dict[str, type[np.generic]] = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "BoolStorage": np.bool_,
}
_OLD_MAGIC = 0x1950A86A20F9469CFC6C  # first number of the older format


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    type: type[np.generic]


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def read(self, raw: bytes) -> NDArray[Any]:
        flat = np.frombuffer(raw, self.storage.type)[self.offset :]
        strides = [step * flat.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(flat, self.size, strides).copy()


def _rebuild(
    storage: _Storage,
    offset: int,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    *_rest: object,
) -> _Tensor:
    return _Tensor(storage, offset, tuple(size), tuple(stride))


class _Strict(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in _TYPES:
            return _TYPES[name]
        raise pickle.UnpicklingError(
            f"a checkpoint of weights holds no {module}.{name}"
        )

    def persistent_load(self, pid: Any) -> _Storage:
        return _Storage(str(pid[2]), pid[1])


def read_weights(raw: bytes) -> Any:
    """Read a checkpoint.

    Parameters
    ----------
    raw : bytes
        The whole file.

    Returns
    -------
    dict
        Nested as it was saved, with arrays for tensors.

    Raises
    ------
    ValueError
        If it is no checkpoint.
    pickle.UnpicklingError
        If it asks for anything but tensors and plain containers.
    """
    if raw[:2] != b"PK":
        return _read_old(raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        name = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
        if name is None:
            raise ValueError("not a checkpoint: the archive holds no data.pkl")
        folder = name.removesuffix("data.pkl")
        tree = _Strict(io.BytesIO(archive.read(name))).load()
        return _filled(tree, lambda key: archive.read(f"{folder}data/{key}"))


def _read_old(raw: bytes) -> Any:
    file = io.BytesIO(raw)
    if not raw or _Strict(file).load() != _OLD_MAGIC:
        raise ValueError("not a checkpoint: it does not begin as one")
    _version, _system = _Strict(file).load(), _Strict(file).load()
    tree = _Strict(file).load()
    keys = _Strict(file).load()
    types = {tensor.storage.key: tensor.storage.type for tensor in _tensors(tree)}
    stored: dict[str, bytes] = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        stored[str(key)] = file.read(count * np.dtype(types[str(key)]).itemsize)
    return _filled(tree, stored.__getitem__)


def _tensors(tree: Any) -> list[_Tensor]:
    if isinstance(tree, _Tensor):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree
    nested = isinstance(tree, dict | list | tuple)
    return [tensor for part in parts for tensor in _tensors(part)] if nested else []


def _filled(tree: Any, read: Callable[[str], bytes]) -> Any:
    if isinstance(tree, _Tensor):
        return tree.read(read(tree.storage.key))
    if isinstance(tree, dict):
        return {name: _filled(part, read) for name, part in tree.items()}
    if isinstance(tree, list | tuple):
        return [_filled(part, read) for part in tree]
    return tree
