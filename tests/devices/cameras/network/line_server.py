"""A server on the loop-back address that does with each line what a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["serving"]


@contextmanager
def serving(
    serve: Callable[[socket.socket, threading.Event], None],
) -> Iterator[int]:
    """Serve every line in a thread of its own; gives the port.

    Parameters
    ----------
    serve : callable
        With a line, and what is set when the server is to end. A line that the other
        side closes ends it quietly.
    """
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    stopping = threading.Event()
    threads: list[threading.Thread] = []

    def one(line: socket.socket) -> None:
        with suppress(OSError), line:
            serve(line, stopping)

    def accept() -> None:
        while not stopping.is_set():
            with suppress(TimeoutError):
                threads.append(threading.Thread(target=one, args=(server.accept()[0],)))
                threads[-1].start()

    listening = threading.Thread(target=accept)
    listening.start()
    try:
        yield server.getsockname()[1]
    finally:
        stopping.set()
        listening.join()
        for thread in threads:
            thread.join()
        server.close()
