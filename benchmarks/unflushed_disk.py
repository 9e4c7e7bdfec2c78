"""A file system that remembers what was flushed, and the disks a power cut may leave.

Mounted through FUSE, it keeps a journal of everything that reached it, in order. A cut
at any place in that journal leaves many possible disks: what was flushed before is
there for certain; of the rest, any part may be. `disk_after_cut` makes one of them.

Two models. POSIX ("strict"): flushing a file says nothing about its name; only flushing
the folder does. ext4: flushing any file also commits every earlier change of names.
Files are torn at 4 KiB.
"""

from __future__ import annotations

import errno
import os
import pickle
import random
import stat
import sys
import time
from dataclasses import astuple, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

Model = Literal["strict", "ext4"]
BLOCK = 4096
ACK = "/ack"


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that reached the disk's cache, or a flush, or an acknowledgement."""

    what: str  # write, cut, flush, name, unname, rename, flush_folder, ack
    inode: int = 0
    folder: int = 0
    name: str = ""
    new_name: str = ""
    offset: int = 0
    data: bytes = b""


@dataclass(slots=True)
class File:
    flushed: bytes = b""
    pending: list[Op] = field(default_factory=list)


@dataclass(slots=True)
class Folder:
    flushed: dict[str, int] = field(default_factory=dict)
    pending: list[Op] = field(default_factory=list)


def _apply_names(names: dict[str, int], op: Op) -> None:
    if op.what == "name":
        names[op.name] = op.inode
    elif op.what == "unname":
        names.pop(op.name, None)
    elif op.name in names or op.inode:
        names.pop(op.name, None)
        names[op.new_name] = op.inode


def _apply_data(content: bytearray, op: Op, keep: float, dice: random.Random) -> None:
    if op.what == "cut":
        if dice.random() < keep:
            del content[op.offset :]
            content.extend(bytes(op.offset - len(content)))
        return
    at = 0
    while at < len(op.data):
        start = op.offset + at
        length = min(BLOCK - start % BLOCK, len(op.data) - at)
        if dice.random() < keep:
            content.extend(bytes(max(0, start + length - len(content))))
            content[start : start + length] = op.data[at : at + length]
        at += length


def disk_after_cut(
    journal: list[Op], position: int, model: Model, target: Path, dice: random.Random
) -> None:
    """Write into `target` one disk that a cut after `position` operations may leave."""
    files: dict[int, File] = {}
    folders: dict[int, Folder] = {1: Folder()}

    def commit_names(folder: Folder) -> None:
        for op in folder.pending:
            _apply_names(folder.flushed, op)
        folder.pending.clear()

    for op in journal[:position]:
        match op.what:
            case "write" | "cut":
                files.setdefault(op.inode, File()).pending.append(op)
            case "flush":
                file = files.setdefault(op.inode, File())
                content = bytearray(file.flushed)
                for earlier in file.pending:
                    _apply_data(content, earlier, 1.0, dice)
                file.flushed, file.pending = bytes(content), []
                if model == "ext4":
                    for folder in folders.values():
                        commit_names(folder)
            case "name" | "unname" | "rename":
                folders.setdefault(op.folder, Folder()).pending.append(op)
            case "flush_folder":
                commit_names(folders.setdefault(op.folder, Folder()))
    # All, nothing or half of what was not flushed: the extremes are the likely ones.
    keep = dice.choice([0.0, 0.5, 0.5, 1.0])
    for folder in folders.values():
        if model == "ext4":  # names are journalled in order: a beginning of them
            del folder.pending[dice.randint(0, len(folder.pending)) :]
        for op in folder.pending:
            if model == "ext4" or dice.random() < keep:
                _apply_names(folder.flushed, op)
    for file in files.values():
        content = bytearray(file.flushed)
        for op in file.pending:
            _apply_data(content, op, keep, dice)
        file.flushed = bytes(content)
    _write_out(1, target, files, folders)


def _write_out(
    inode: int, target: Path, files: dict[int, File], folders: dict[int, Folder]
) -> None:
    target.mkdir(exist_ok=True)
    for name, child in folders[inode].flushed.items():
        if child in folders:
            _write_out(child, target / name, files, folders)
        else:
            (target / name).write_bytes(files.get(child, File()).flushed)


def read_journal(file: Path) -> list[Op]:
    """Read what a mount left when it was unmounted."""
    return [Op(*fields) for fields in pickle.loads(file.read_bytes())]


class Disk:
    """The mounted file system: plain memory, and the journal."""

    def __init__(self, journal_file: Path) -> None:
        self.journal: list[Op] = []
        self._journal_file = journal_file
        self._content: dict[int, bytearray] = {}
        self._names: dict[int, dict[str, int]] = {1: {}}
        self._mode: dict[int, int] = {1: stat.S_IFDIR | 0o755}
        self._open: dict[int, int] = {}
        self._next = 2

    def _find(self, path: str) -> int:
        inode = 1
        for part in PurePosixPath(path).parts[1:]:
            try:
                inode = self._names[inode][part]
            except KeyError:
                raise OSError(errno.ENOENT, path) from None
        return inode

    def _place(self, path: str) -> tuple[int, str]:
        pure = PurePosixPath(path)
        return self._find(str(pure.parent)), pure.name

    def _make(self, path: str, mode: int) -> int:
        folder, name = self._place(path)
        inode, self._next = self._next, self._next + 1
        self._names[folder][name] = inode
        self._mode[inode] = mode
        if stat.S_ISDIR(mode):
            self._names[inode] = {}
        else:
            self._content[inode] = bytearray()
        if path != ACK:
            self.journal.append(Op("name", inode, folder, name))
        return inode

    # --- what FUSE calls ---------------------------------------------------------

    def destroy(self, path: str) -> None:
        self._journal_file.write_bytes(
            pickle.dumps([astuple(op) for op in self.journal])
        )

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        inode = self._open[fh] if fh in self._open else self._find(path)
        now = time.time_ns()
        return {
            "st_ino": inode,
            "st_mode": self._mode[inode],
            "st_nlink": 1,
            "st_size": len(self._content.get(inode, b"")),
            "st_uid": os.getuid(),
            "st_gid": os.getgid(),
            "st_atime": now,
            "st_mtime": now,
            "st_ctime": now,
        }

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *self._names[self._find(path)]]

    def mkdir(self, path: str, mode: int) -> int:
        self._make(path, stat.S_IFDIR | mode)
        return 0

    def create(self, path: str, mode: int, fi: object = None) -> int:
        return self._opened(self._make(path, stat.S_IFREG | mode))

    def open(self, path: str, flags: int) -> int:
        return self._opened(self._find(path))

    def _opened(self, inode: int) -> int:
        handle = max(self._open, default=0) + 1
        self._open[handle] = inode
        return handle

    def release(self, path: str, fh: int) -> int:
        self._open.pop(fh, None)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._content[self._open[fh]][offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        if path == ACK:
            self.journal.append(Op("ack", data=data))
            return len(data)
        op = Op("write", self._open[fh], offset=offset, data=data)
        self.journal.append(op)
        _apply_data(self._content[op.inode], op, 1.0, random.Random(0))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        inode = self._open[fh] if fh in self._open else self._find(path)
        op = Op("cut", inode, offset=length)
        self.journal.append(op)
        _apply_data(self._content[inode], op, 1.0, random.Random(0))
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self.journal.append(Op("flush", self._open[fh]))
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self.journal.append(Op("flush_folder", folder=self._find(path)))
        return 0

    def rename(self, old: str, new: str) -> int:
        inode = self._find(old)
        (folder, name), (new_folder, new_name) = self._place(old), self._place(new)
        if folder != new_folder:
            raise OSError(errno.EXDEV, "between folders: not modelled")
        names = self._names[folder]
        del names[name]
        names[new_name] = inode
        self.journal.append(Op("rename", inode, folder, name, new_name))
        return 0

    def unlink(self, path: str) -> int:
        folder, name = self._place(path)
        del self._names[folder][name]
        self.journal.append(Op("unname", folder=folder, name=name))
        return 0

    rmdir = unlink

    def chmod(self, path: str, mode: int) -> int:
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def utimens(self, path: str, times: object = None) -> int:
        return 0


def mount(folder: Path, journal_file: Path) -> None:
    """Serve until unmounted, then write the journal."""
    import mfusepy  # type: ignore[import-untyped]

    disk = Disk(journal_file)
    methods = {
        name: getattr(disk, name)
        for name in vars(Disk)
        if not name.startswith("_") and callable(getattr(disk, name))
    }
    operations = type("Operations", (mfusepy.Operations,), {"use_ns": True})()
    for name, method in methods.items():
        setattr(operations, name, method)
    mfusepy.FUSE(
        operations, str(folder), foreground=True, nothreads=True, hard_remove=True
    )


if __name__ == "__main__":
    mount(Path(sys.argv[1]), Path(sys.argv[2]))
