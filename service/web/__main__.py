"""Run the web process on the socket that the supervisor has bound."""

import argparse
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from service.ipc.channel import Channel
from service.ipc.messages import MESSAGES
from service.ipc.visitor_window import VisitorWindow
from service.sandbox.settle import settle
from service.web import rehearsal
from service.web.app import create_app
from service.web.assets import pages, static_files
from service.web.door import Door
from service.web.guard import MAX_HEADER_BYTES
from service.web.hub import Hub
from service.web.register.routes import register_router

__all__ = ["main", "rehearsal"]
_GRACE_S = 1


class Server(uvicorn.Server):
    """Ends its open streams before it waits for them."""

    hub: Hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal."""
        self.hub.close()
        super().handle_exit(sig, frame)


def main() -> None:
    """Run; only the supervisor starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--language", default="en")
    parser.add_argument("--name", default="")
    parser.add_argument("--visitor", default="{}", help="the visitor's window, as JSON")
    parser.add_argument("--register", type=Path)
    parser.add_argument("--here", default="", help="what the station remembers, and what it has")
    parser.add_argument("--unlocked", action="store_true")
    options = parser.parse_args()
    window = VisitorWindow.model_validate_json(options.visitor)
    listener = socket.socket(fileno=options.listen)
    host, port = listener.getsockname()
    channel = Channel.inherited(options.channel, MESSAGES)
    hub = Hub(channel, lambda: setattr(server, "should_exit", True))
    app = create_app(
        hub,
        pages=pages(language=options.language, name=options.name, window=window),
        assets=static_files(),
        authority=f"{host}:{port}",
        language=options.language,
        window=window,
        register=register_router(options.register, options.here, options.language),
        loaded=(lambda: None) if options.unlocked else settle,
    )
    server = Server(
        uvicorn.Config(
            app,
            http=Door,
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=1024,
            ws_max_queue=8,
            ws_per_message_deflate=False,
            h11_max_incomplete_event_size=2 * MAX_HEADER_BYTES,
            limit_concurrency=512,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
    server.hub = hub
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.run(sockets=[listener])
    sys.exit(0)


if __name__ == "__main__":
    main()
