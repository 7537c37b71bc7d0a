"""Logs, metrics and health: one JSON line a request, with an id and without a person.

A line names the route's rule, never the address asked for: addresses carry tokens. Nothing that a person
typed is ever an argument of a log call.
"""

import logging
import sys
import time
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text

from core.db import db
from core.ids import new_id
from core.operating.watching import JobMetrics

REQUESTS = Counter("amparo_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("amparo_request_seconds", "Time to answer", ["route"])
_requests = logging.getLogger("amparo.request")
#: What a request's line says besides time, level and id; nothing else that a library adds to a record is shown.
_SAID = ("method", "route", "status", "ms")


def init_app(app: Flask, *, level: str, metrics_dir: str) -> None:
    _configure_logs(level)
    app.before_request(_begin)
    app.after_request(_end)
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/readyz", "readyz", _readyz)
    app.add_url_rule("/metrics", "metrics", lambda: _metrics(metrics_dir))


def _configure_logs(level: str) -> None:
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(allow=_SAID)],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(
                    # Locals of a frame hold what people typed; a trace shows lines of code alone.
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                _without_rows,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    # What no line shows is not looked up for every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if getattr(each, "keep", False)] + [handler]
    root.setLevel(level)
    # The development server would log each address as it was asked for, tokens and all.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _without_rows(logger: Any, name: str, event: Any) -> Any:
    """PostgreSQL explains a refused row by repeating it; a log line must not."""
    for failure in event.get("exception") or ():
        failure["exc_value"] = failure["exc_value"].split("DETAIL:")[0]
    return event


def begin() -> str:
    """Start a request: returns its id, which every line logged from here on carries."""
    request_id = new_id("req")
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def note(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request and write its line. `route` is the rule, never the address."""
    count(method=method, route=route, status=status, seconds=seconds)
    ms = round(seconds * 1000, 1)
    _requests.info("request", extra={"method": method, "route": route, "status": status, "ms": ms})


def count(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request without a line, where a row of the database says the same."""
    counted, timed = _metrics_of(method, route, status)
    counted.inc()
    timed.observe(seconds)


@lru_cache(1000)
def _metrics_of(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(route)


def _begin() -> None:
    g.request_began = time.perf_counter()
    g.request_id = begin()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - getattr(g, "request_began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    note(method=request.method, route=route, status=response.status_code, seconds=seconds)
    response.headers["X-Request-Id"] = getattr(g, "request_id", "")
    return response


def _healthz() -> dict[str, str]:
    return {"status": "ok"}


def _readyz() -> tuple[dict[str, str], int]:
    """Ready means: the database answers and is migrated."""
    try:
        version = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except Exception:
        logging.getLogger(__name__).exception("not ready")
        return {"status": "database not ready"}, 503
    return {"status": "ok", "schema": str(version)}, 200


def _metrics(metrics_dir: str) -> Response:
    scheduled = CollectorRegistry()
    scheduled.register(JobMetrics())
    requests = REGISTRY
    if metrics_dir:
        requests = CollectorRegistry()
        MultiProcessCollector(requests, metrics_dir)
    told = generate_latest(requests) + generate_latest(scheduled)
    return Response(told, content_type=CONTENT_TYPE_LATEST)
