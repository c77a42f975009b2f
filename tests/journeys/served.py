"""A hub behind the real server with four workers, and callers over HTTP."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time

from sqlalchemy import text

from mdm.domain.access import SCOPE_PERMISSIONS
from mdm.services import access, session
from tests import factories as f

LIVES_WITHIN = 60


class Server:
    """``mdm serve`` on a port of its own, with a token and the session of a steward."""

    def __init__(self, hub) -> None:
        self.hub = f.with_widgets(hub)
        with f.any_unit(hub) as uow:
            self.token = access.add_client(uow, "crowd", "ERP", tuple(SCOPE_PERMISSIONS)).token
            person = access.add_user(uow, "steward", ["steward"]).user
        self.cookie = "mdm=" + session.open_session(hub, access.user_actor(person))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self, log=subprocess.DEVNULL) -> subprocess.Popen:
        """The server, once it answers; what it logs goes to ``log``."""
        settings = self.hub.settings
        environment = {
            **os.environ,
            "MDM_HOME": str(settings.home),
            "MDM_DATABASE_URL": settings.database_url,
        }
        command = [
            sys.executable,
            "-m",
            "mdm.cli",
            "serve",
            "--port",
            str(self.port),
            "--workers",
            "4",
            "--no-worker",
        ]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        until = time.monotonic() + LIVES_WITHIN
        while time.monotonic() < until:
            try:
                if self.call("GET", "/livez")[0] == 200:
                    return process
            except OSError:
                time.sleep(0.2)
        process.kill()
        raise AssertionError("the server does not answer")

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, body=body, headers=headers or given)
        answer = connection.getresponse()
        found = answer.status, answer.read(), answer.headers
        connection.close()
        return found

    def raw(self, data: bytes) -> bytes:
        """The status line that bytes are answered with; empty when the server hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").readline()

    def ask(self, statement):
        with self.hub.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]
