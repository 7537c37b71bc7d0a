"""Health, readiness, metrics, and log lines that name the route and never the address."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from flask.testing import FlaskClient

from core.schema import MIGRATIONS


@pytest.fixture
def log_lines(client: FlaskClient) -> Iterator[StringIO]:
    """What the application writes to its log, as it is written."""
    root = logging.getLogger()
    handler = next(each for each in root.handlers if isinstance(each, logging.StreamHandler))
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    before, level = handler.setStream(written), root.level
    root.setLevel("INFO")
    yield written
    root.setLevel(level)
    if before is not None:
        handler.setStream(before)


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    newest = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))
    assert ready.get_json()["schema"] == newest


def test_requests_are_counted_by_route(client: FlaskClient) -> None:
    client.get("/healthz")
    assert 'amparo_requests_total{method="GET",route="/healthz",status="200"}' in client.get("/metrics").text


def test_a_line_names_the_rule_and_not_the_address(client: FlaskClient, log_lines: StringIO) -> None:
    client.get("/my/recurring/a-secret-token?email=ana@example.org")
    line = json.loads(log_lines.getvalue().splitlines()[-1])
    assert line["route"] == "/my/recurring/<token>"
    assert line["request_id"].startswith("req_")
    assert "a-secret-token" not in log_lines.getvalue()
    assert "ana@example.org" not in log_lines.getvalue()


def test_a_refused_row_is_not_repeated_in_the_log(client: FlaskClient, log_lines: StringIO) -> None:
    try:
        raise ValueError('violates check "x"\nDETAIL:  Failing row contains (ana@example.org).')
    except ValueError:
        logging.getLogger("amparo.test").exception("failed")
    assert "violates check" in log_lines.getvalue()
    assert "ana@example.org" not in log_lines.getvalue()
