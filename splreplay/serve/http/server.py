"""The two ports of splunkd, management and HEC, over one state."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from splreplay.serve.http import auth
from splreplay.serve.http.atom import Entry, Feed, render
from splreplay.serve.http.edge import Answer, Listener
from splreplay.serve.http.message import Request, Response, RestError
from splreplay.serve.http.routes import COLLECTOR, LOGIN, MANAGEMENT
from splreplay.serve.http.routing import Routes, read_path
from splreplay.serve.state.splunkd import Splunkd
from splreplay.spl.errors import SplError

log = logging.getLogger("splreplay.serve")


@dataclass(frozen=True)
class Ports:
    management: int
    hec: int


def management(server: Splunkd) -> Answer:
    """REST on 8089: everything but login needs credentials."""
    routes = Routes(MANAGEMENT)

    def answer(request: Request) -> Response:
        namespace, parts = read_path(request.path)
        if tuple(parts) == LOGIN:
            return auth.post_login(server, request)
        user = auth.authenticate(server.accounts, request)
        handler, args = routes.find(request.method, parts)
        item = handler(server, replace(request, args=args, namespace=namespace, user=user))
        return render(item, request) if isinstance(item, (Entry, Feed)) else item

    return _guarded(answer)


def collector(server: Splunkd) -> Answer:
    """HEC on 8088: its handlers look at the token themselves."""
    routes = Routes(COLLECTOR)

    def answer(request: Request) -> Response:
        handler, args = routes.find(request.method, read_path(request.path)[1])
        item = handler(server, replace(request, args=args))
        assert isinstance(item, Response)
        return item

    return _guarded(answer)


@contextmanager
def running(server: Splunkd, context: ssl.SSLContext, ports: Ports, host: str = "127.0.0.1") -> Iterator[Ports]:
    """Serve in the background; a port of 0 takes any that is free."""
    listeners = [
        Listener((host, ports.management), context, management(server)),
        Listener((host, ports.hec), context, collector(server)),
    ]
    server.management_port = listeners[0].port
    threads = [threading.Thread(target=listener.serve_forever, daemon=True) for listener in listeners]
    for thread in threads:
        thread.start()
    try:
        yield Ports(listeners[0].port, listeners[1].port)
    finally:
        for listener in listeners:
            listener.shutdown()
            listener.server_close()
        server.close()


def _guarded(answer: Answer) -> Answer:
    def guarded(request: Request) -> Response:
        try:
            return answer(request)
        except RestError as error:
            return error.response(request.wants_json)
        except SplError as error:  # a conf file that cannot be read, for one
            return RestError(500, error.message).response(request.wants_json)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return RestError(500, "Internal error: see the server's log.").response(request.wants_json)

    return guarded
