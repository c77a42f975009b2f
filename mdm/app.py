"""The web application: API and pages in one, with headers, limits, logs and health checks around them.

Invariant: a route that is not on ``PUBLIC`` answers nobody who has not shown who they are.
"""

from __future__ import annotations

import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests

import stewardship_ui
from mdm import api
from mdm.api.body import MAX_BODY
from mdm.api.security import authenticate
from mdm.domain.errors import MdmError, NotInitialisedError
from mdm.services import setup
from mdm.services.hub import Hub

PUBLIC = frozenset(
    {
        "livez",
        "readyz",
        "api_document.openapi",
        "api_document.page",
        "ui.static",
        "ui.access.log_in",
        "ui.access.log_out",
        "ui.access.accept",
        "ui.access.set_language",
    }
)
"""Endpoints that anybody may call; a test walks the others."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
"""Methods that are counted and logged by their names."""

PASSWORD_PAGES = frozenset({"ui.access.log_in", "ui.access.accept"})

LOG_IN_LIMIT = "200 per minute"
"""Per address, behind which a whole plant may sit; the lockout of each login comes on top."""
API_LIMIT = "60000 per minute"
"""Per address: far above what a plant's systems send, far below what would stop the hub."""


class _CookieSessions(SecureCookieSessionInterface):
    """Form tokens in a signed cookie that is marked secure wherever https is spoken."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


class _Json(DefaultJSONProvider):
    """Members in the order in which they were put."""

    sort_keys = False


def create_app(hub: Hub) -> Flask:
    """The application that serves this hub."""
    app = Flask("mdm.app", static_folder=None)
    app.secret_key = hub.settings.secret_key
    app.config |= {
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
    # An id that begins with a slash must not answer for the one without.
    app.url_map.merge_slashes = False
    app.session_interface = _CookieSessions()
    app.json = _Json(app)
    _observe(app)
    _protect(app)
    _limit(app)
    api.register(app, hub)
    stewardship_ui.register(app, hub)
    _answer_errors(app)
    _add_health(app, hub)
    return app


def _protect(app: Flask) -> None:
    """A nonce for each answer, and headers that forbid the browser everything the pages do not need."""

    @app.before_request
    def make_nonce() -> None:
        g.csp_nonce = secrets.token_urlsafe(16)

    @app.after_request
    def add_headers(response: Response) -> Response:
        nonce = g.get("csp_nonce", "")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "ui.static" or response.status_code >= 400:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _observe(app: Flask) -> None:
    """Count and time every request, and log it by its route: addresses hold ids and are left out."""
    registry = CollectorRegistry()
    requests = Counter("mdm_requests", "Requests answered", ["method", "route", "status"], registry=registry)
    seconds = Histogram("mdm_request_seconds", "Time to answer", ["method", "route"], registry=registry)
    app.extensions["mdm.metrics"] = registry

    @app.before_request
    def start_clock() -> None:
        g.started = time.monotonic()

    @app.after_request
    def note(response: Response) -> Response:
        took = time.monotonic() - g.get("started", time.monotonic())
        route = request.url_rule.rule if request.url_rule else "-"
        # Each made-up method would be counted apart, for as long as the process lives.
        method = request.method if request.method in METHODS else "OTHER"
        requests.labels(method, route, response.status_code).inc()
        seconds.labels(method, route).observe(took)
        log_line().info(
            "request.answered",
            method=method,
            route=route,
            status=response.status_code,
            milliseconds=round(took * 1000, 1),
        )
        return response


def log_line() -> Any:  # structlog's own bound logger
    """Writes one JSON object per event to standard error; standard output belongs to commands.

    Line and line end go out in one write: several processes and threads share the stream.
    """
    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _answer_errors(app: Flask) -> None:
    """Errors outside the blueprints: problem documents below ``/api``, pages elsewhere."""

    @app.errorhandler(HTTPException)
    def web_error(error: HTTPException) -> Any:  # whatever the page renders
        if api.is_api_path(request.path):
            return api.problem_of(error)
        return stewardship_ui.error.show_http_error(error)

    @app.context_processor
    def words_of_pages() -> dict[str, Any]:  # values of templates have no common type
        # A path that no route knows belongs to no blueprint, so its error page would lack the words of the pages.
        outside = not request.blueprints and not api.is_api_path(request.path)
        return stewardship_ui.template.context() if outside else {}

    @app.errorhandler(MdmError)
    def domain_error(error: MdmError) -> Response:
        return api.problem_of(error)


def _add_health(app: Flask, hub: Hub) -> None:
    """``/livez``: the process answers; ``/readyz``: the database does too; ``/metrics``: counts, for monitors."""

    @app.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        try:
            setup.require_initialised(hub)
        except NotInitialisedError as error:
            raise ServiceUnavailable(error.message) from error
        return {"status": "ready"}

    @app.get("/metrics")
    def metrics() -> Response:
        # A monitor on the machine itself needs no token; behind a proxy every address looks like the machine.
        if request.remote_addr not in {"127.0.0.1", "::1"} or "X-Forwarded-For" in request.headers:
            authenticate()
        return Response(generate_latest(app.extensions["mdm.metrics"]), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _limit(app: Flask) -> None:
    """Slow down who guesses passwords or floods the API: one look per request, before anything is read."""
    window = FixedWindowRateLimiter(MemoryStorage())
    log_ins, calls = parse(LOG_IN_LIMIT), parse(API_LIMIT)

    @app.before_request
    def count_request() -> None:
        if api.is_api_path(request.path):
            allowed = window.hit(calls, "api", request.remote_addr or "")
        elif request.method == "POST" and request.endpoint in PASSWORD_PAGES:
            allowed = window.hit(log_ins, str(request.endpoint), request.remote_addr or "")
        else:
            return
        if not allowed:
            raise TooManyRequests
