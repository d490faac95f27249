"""Serving an app on this machine for as long as a block lasts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress

import uvicorn
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    async def main_loop(self) -> None:
        self.ticking = asyncio.create_task(super().main_loop())
        with suppress(asyncio.CancelledError):
            await self.ticking

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        # signals belong to the program around it
        return nullcontext()


def _listening(host: str, port: int) -> socket.socket:
    # the protocol must be named: asyncio sends without delay only on sockets that say they are TCP
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


@asynccontextmanager
async def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `app` in this event loop; gives its address, such as `http://127.0.0.1:8080`.

    Port 0 takes a free one. Requests still open at the end are cancelled. Raises OSError for a taken port.
    """
    bound = _listening(host, port)
    config = uvicorn.Config(app, log_config=None, log_level="critical", access_log=False)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    await server.is_up.wait()
    try:
        yield f"http://{host}:{bound.getsockname()[1]}"
    finally:
        await _stop(server, task)


async def _stop(server: _Server, task: asyncio.Task[None]) -> None:
    server.should_exit = server.force_exit = True
    server.ticking.cancel()  # it would look up at its next tick
    await task
    open_requests = list(server.server_state.tasks)
    for request in open_requests:
        request.cancel()
    await asyncio.gather(*open_requests, return_exceptions=True)
