from __future__ import annotations

import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from vein_imaging.storage.errors import (
    DamagedImageError,
    DiskFullError,
    MissingImageError,
    StoreReadOnlyError,
)
from vein_imaging.storage.files.images import ImageFolder
from vein_imaging.storage.files.keys import derived, new_key, sealed

PNG = bytes(cv2.imencode(".png", np.arange(600).astype(np.uint8).reshape(20, 30))[1])


@pytest.fixture
def images(tmp_path: Path) -> ImageFolder:
    return ImageFolder(tmp_path / "images")


def test_the_folder_tells_neither_picture_nor_hash(images: ImageFolder) -> None:
    key = new_key()
    sha256 = images.write(key, PNG)
    (file,) = images.files()
    assert sha256 not in file.name
    assert PNG[:8] not in file.read_bytes()
    assert images.name(key, sha256) != images.name(new_key(), sha256)


def test_a_picture_written_twice_is_kept_once(images: ImageFolder) -> None:
    key = new_key()
    assert images.write(key, PNG) == images.write(key, PNG)
    assert len(images.files()) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: b"",
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: b"X" + content[1:],
        lambda content: content + b"\0",
    ],
    ids=["cut", "empty", "bit", "magic", "longer"],
)
def test_a_damaged_file_is_never_given_out(images: ImageFolder, damage) -> None:  # type: ignore[no-untyped-def]
    key = new_key()
    sha256 = images.write(key, PNG)
    (file,) = images.files()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DamagedImageError, match=sha256[:12]):
        images.read(key, sha256)


def test_another_picture_sealed_under_the_name_of_this_one_is_refused(
    images: ImageFolder,
) -> None:
    key = new_key()
    sha256 = images.write(key, PNG)
    (file,) = images.files()
    box = sealed(derived(key, f"image {file.name}"), PNG + b"\0", file.name.encode())
    file.write_bytes(file.read_bytes()[:5] + box)
    with pytest.raises(DamagedImageError, match="was changed"):
        images.read(key, sha256)


def test_a_lost_file_is_named(images: ImageFolder) -> None:
    with pytest.raises(MissingImageError, match="restore the folder"):
        images.read(new_key(), "ab" * 32)


def test_only_a_png_is_taken(images: ImageFolder) -> None:
    with pytest.raises(ValueError, match="PNG"):
        images.write(new_key(), b"\xff\xd8\xff\xe0 a JPEG")


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(errno.ENOSPC, DiskFullError), (errno.EROFS, StoreReadOnlyError)],
)
def test_a_disk_that_takes_nothing_leaves_nothing(
    images: ImageFolder,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    wanted: type[Exception],
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, "refused")

    images.write(new_key(), PNG)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(wanted, match="not kept"):
        images.write(new_key(), PNG)
    assert len(images.files()) == 1
    assert images.leftovers() == []
