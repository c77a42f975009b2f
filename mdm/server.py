"""Serving: the web application under gunicorn, with one worker process for jobs beside it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

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
        return make_app()


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
