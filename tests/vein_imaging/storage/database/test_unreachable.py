"""A server that says nothing, breaks off in a commit, or speaks another language."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import Server, Store, StoreError, open_store
from vein_imaging.storage.errors import (
    NotAllowedError,
    StoreBusyError,
    StoreUnreachableError,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
COMMIT = b"COMMIT\0"  # the end of a statement; READ COMMITTED is none
SOCKET = ".s.PGSQL.5432"


def note() -> Annotated:
    return Annotated(entry_id=uuid.uuid4().hex, text="x")


@dataclass
class Proxy:
    """Passes bytes between the program and the server, until it is told otherwise.

    Attributes
    ----------
    at_commit : str
        What happens at the next COMMIT: "pass" it; "lose" it before the server has it;
        lose the "answer" to it; or answer "nothing" any more.
    """

    folder: Path
    server: Path
    at_commit: str = "pass"
    open: list[socket.socket] = field(default_factory=list)
    gone: bool = False
    cut: set[socket.socket] = field(default_factory=set)

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                if self.gone:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server / SOCKET))
                self.open += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(
                        target=self.carry, args=(one, other, client, server)
                    ).start()

    def carry(
        self,
        one: socket.socket,
        other: socket.socket,
        client: socket.socket,
        server: socket.socket,
    ) -> None:
        with suppress(OSError):
            while content := one.recv(1 << 16):
                if one is client and COMMIT in content and self.at_commit != "pass":
                    what, self.at_commit = self.at_commit, "pass"
                    if what == "nothing":
                        return
                    if what == "lose":
                        break
                    self.cut.add(server)
                if one in self.cut:
                    break
                other.sendall(content)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        for end in self.open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    at = Path(server.url.partition("host=")[2])
    folder = Path(tempfile.mkdtemp(prefix="px-"))  # a socket's path is short
    made = Proxy(folder, at)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / SOCKET))
        listening.listen()
        thread = threading.Thread(target=made.serve, args=(listening,))
        thread.start()
        yield made
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    for end in made.open:
        end.close()
    shutil.rmtree(folder)


@pytest.fixture
def far_store(
    server_store: Store, session_id: str, proxy: Proxy, folder: Path, key: bytes
) -> Iterator[Store]:
    """The store as a room has it: through the proxy."""
    file = folder / "store.json"
    file.write_text(file.read_text().replace(str(proxy.server), str(proxy.folder)))
    with open_store(folder, key) as opened:
        opened.append_own("read", {}, author="a", at=NOON)  # the engines know it now
        yield opened


def test_an_entry_whose_commit_was_answered_by_nobody_is_not_called_failed(
    far_store: Store, session_id: str, proxy: Proxy
) -> None:
    proxy.at_commit = "answer"
    written = far_store.append(session_id, note(), author="a", at=NOON)
    assert [e.hash for e in far_store.events(session_id)] == [written.hash]
    proxy.at_commit = "answer"
    patient_id = far_store.add_patient({"name": "N"}, author="a", at=NOON)
    assert far_store.patient(patient_id)


def test_an_entry_that_never_reached_the_server_is_called_failed(
    far_store: Store, session_id: str, proxy: Proxy
) -> None:
    proxy.at_commit = "lose"
    with pytest.raises(StoreUnreachableError, match="Nothing was recorded"):
        far_store.append(session_id, note(), author="a", at=NOON)
    assert far_store.events(session_id) == ()


def test_a_server_that_does_not_come_back_leaves_it_unknown(
    far_store: Store,
    session_id: str,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vein_imaging.storage.database.landed.RETURN_S", 0.0)
    proxy.at_commit = "answer"
    proxy.gone = True
    with pytest.raises(StoreUnreachableError, match="is not known yet"):
        far_store.append(session_id, note(), author="a", at=NOON)


def test_a_server_that_says_nothing_any_more_is_given_up(
    far_store: Store,
    session_id: str,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vein_imaging.storage.database.landed.RETURN_S", 0.0)
    proxy.at_commit = "nothing"
    with monkeypatch.context() as patch:
        patch.setattr("vein_imaging.storage.database.patience.ANSWER_S", 0.2)
        # which still holds the lock
        with pytest.raises(StoreUnreachableError, match="is not known yet"):
            far_store.append(session_id, note(), author="a", at=NOON)
    proxy.hang_up()
    far_store.append(session_id, note(), author="a", at=NOON)
    assert len(far_store.events(session_id)) == 1


def test_a_slow_answer_is_waited_for(far_store: Store) -> None:
    with far_store.reading() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(0.5)")


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(
    server_store: Store,
    folder: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # psycopg waits two seconds at least
    monkeypatch.setattr("vein_imaging.storage.database.patience.CONNECT_S", 2)
    where = Path(tempfile.mkdtemp(prefix="px-"))
    file = folder / "store.json"
    url = server_store.layout.database_url
    here = url.partition("host=")[2]
    file.write_text(file.read_text().replace(here, str(where)))
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(where / SOCKET))
        silent.listen()
        with pytest.raises(StoreUnreachableError, match="does not answer"):
            open_store(folder, key)
    shutil.rmtree(where)


@pytest.fixture
def german(server: Server) -> Iterator[None]:
    """Let the program's role be answered in German."""
    made = Path(server.url.partition("host=")[2]) / "locale" / "de_DE.UTF-8"
    made.parent.mkdir(exist_ok=True)
    arguments = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(made)]
    if not made.exists():
        if not Path("/usr/share/i18n/locales/de_DE").exists():
            pytest.skip("Debian's package locales is not installed")
        subprocess.run(arguments, check=False, capture_output=True)
    engine = create_engine(server.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER ROLE app SET lc_messages = 'de_DE.UTF-8'")
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER ROLE app RESET lc_messages")


@pytest.mark.parametrize(
    ("statements", "kind", "said"),
    [
        (["UPDATE event SET author = 'x'"], NotAllowedError, "keine Berechtigung"),
        (
            ["SET statement_timeout = 1", "SELECT pg_sleep(9)"],
            StoreBusyError,
            "Anfrage",
        ),
        (
            ["SELECT pg_terminate_backend(pg_backend_pid())"],
            StoreUnreachableError,
            "Ver",
        ),
        (["SELECT 1 / 0"], StoreError, "durch Null"),
    ],
)
def test_a_german_server_is_understood(
    server_store: Store,
    german: None,
    folder: Path,
    key: bytes,
    statements: list[str],
    kind: type[StoreError],
    said: str,
) -> None:
    with (
        open_store(folder, key) as opened,
        pytest.raises(StoreError, match=said) as seen,
        opened.reading() as connection,
    ):
        for statement in statements:
            connection.exec_driver_sql(statement)
    assert type(seen.value) is kind


def test_a_german_servers_lock_is_a_lock(
    server_store: Store,
    german: None,
    folder: Path,
    key: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = (("lock_timeout", 10),)
    monkeypatch.setattr("vein_imaging.storage.database.postgresql._SESSION", short)
    with (
        open_store(folder, key) as opened,
        server_store.writing(),
        pytest.raises(StoreBusyError, match="Sperre"),
    ):
        opened.append_own("read", {}, author="a", at=NOON)
