"""PostgreSQL of the tests on a port of 127.0.0.1, as other machines see a server: bytes are passed on to its socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def on_a_port(socket: Path) -> Iterator[int]:
    """The port, while it lasts. Whoever comes in has this process's rights: the server asks whose the socket's other end is."""
    # A thread of its own from the first: the browser's tests leave a loop running in theirs.
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started = asyncio.start_server(
        lambda reader, writer: _pass_on(str(socket), reader, writer), "127.0.0.1", 0
    )
    server = asyncio.run_coroutine_threadsafe(started, loop).result(30)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        for task in asyncio.all_tasks(loop):
            loop.call_soon_threadsafe(task.cancel)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _pass_on(socket: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    there_reader, there_writer = await asyncio.open_unix_connection(socket)
    await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
