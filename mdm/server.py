"""Serving: the web application under gunicorn, with one worker process for jobs beside it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import ParseException

from mdm.app import create_app
from mdm.config import load_settings
from mdm.services import setup


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn configured by ``mdm serve`` instead of its own command line."""

    def __init__(self, port: int, workers: int) -> None:
        self._options: dict[str, Any] = {
            "bind": f"127.0.0.1:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": 4,
            "timeout": 120,
            "loglevel": "warning",
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in each worker: database connections must not cross a fork."""
        app = make_app()
        app.wsgi_app = _with_plain_faults(app.wsgi_app)  # type: ignore[method-assign] # how Flask is wrapped
        return app


class _Body:
    """A request body whose broken chunks are an OSError, as everywhere else, and not an error of gunicorn's own."""

    def __init__(self, body: Any) -> None:  # gunicorn ships no types
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        """At most ``size`` bytes, all there are without it."""
        return self._plain(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        """One line of at most ``size`` bytes."""
        return self._plain(self._body.readline, size)

    @staticmethod
    def _plain(read: Callable[[int | None], bytes], size: int | None) -> bytes:
        try:
            return read(None if size == -1 else size)
        except ParseException as error:
            raise OSError("the body is broken") from error


def _with_plain_faults(serve_request: Callable[..., Any]) -> Callable[..., Any]:
    """``Any``: as WSGI has it."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return serve_request(environ, start_response)

    return wrapped


def make_app() -> Flask:
    """The application over the settings of the environment."""
    hub = setup.open_hub(load_settings())
    setup.require_initialised(hub)
    return create_app(hub)


def serve(port: int, workers: int, *, with_worker: bool) -> None:
    """Serve until interrupted; the worker process ends with the server."""
    beside = subprocess.Popen([sys.executable, "-m", "mdm.cli", "worker"]) if with_worker else None
    try:
        Server(port, workers).run()
    finally:
        if beside is not None:
            beside.send_signal(signal.SIGTERM)
            beside.wait(timeout=30)
