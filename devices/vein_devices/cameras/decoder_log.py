"""What FFmpeg says while it decodes: it tells of some faults in no other way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Message", "listen", "messages"]

Message = tuple[int, str, str]
"""Level, who says it, and the text."""

_lock = threading.Lock()
_listeners = 0


def listen(change: int) -> None:
    """Have FFmpeg speak while a video is open, and to nobody's terminal.

    Speaking takes Python's lock. Were a decoder's own thread to speak while Python
    waits for its end, both would wait for ever. So nothing below a warning is asked
    for, and nothing at all when nobody listens; files are decoded without threads.

    Parameters
    ----------
    change : int
        +1 for one more who listens, -1 for one less.
    """
    import av.logging

    global _listeners
    with _lock:
        _listeners += change
        logger = logging.getLogger("libav")
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        av.logging.set_level(av.logging.WARNING if _listeners else None)


@contextmanager
def messages() -> Iterator[list[Message]]:
    """Collect what FFmpeg says in this thread."""
    import av.logging

    with av.logging.Capture(local=True) as told:
        yield told
