"""What the sandbox remembers between two starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.server import Box, start
from tests.sandbox.conftest import stripe_client
from tests.sandbox.inbox import SECRET, Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]


def test_a_restart_keeps_objects_keys_and_time(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.sqlite"
    with start(state=file) as box, stripe_client(box) as client:
        session = Till(box, client).paid(1500, every="month")
        before = box.advance(by_days=10)
        customer = client.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    with start(state=file) as box, stripe_client(box) as client:
        assert box.world.clock.now() >= before
        assert client.v1.customers.create({"name": "A"}, {"idempotency_key": "one"}).id == customer.id
        assert client.v1.customers.list({"limit": 1}).data[0].id == customer.id
        box.advance(by_days=30)
        invoices = client.v1.invoices.list({"subscription": str(session.subscription)}).data
        assert [one.status for one in invoices] == ["paid", "paid"]


def test_deliveries_that_were_under_way_go_on(tmp_path: Path, inbox: Inbox) -> None:
    file, where = tmp_path / "sandbox.sqlite", [(inbox.url, SECRET)]
    inbox.refusals = 1
    with start(state=file, webhooks=where, backoff_seconds=(60,)) as box:
        requests.post(f"{box.url}/v1/customers", auth=(box.key, ""), timeout=10)
    with start(state=file, webhooks=where) as box:
        box.wait_until_idle()
    assert inbox.types == ["customer.created"]


def test_an_endpoint_named_at_start_gives_way_to_another_address(tmp_path: Path, inbox: Inbox) -> None:
    file = tmp_path / "sandbox.sqlite"
    with start(state=file, webhooks=[("http://127.0.0.1:9/former", SECRET)]):
        pass
    with start(state=file, webhooks=[(inbox.url, SECRET)]) as box:
        listed = requests.get(f"{box.url}/v1/webhook_endpoints", auth=(box.key, ""), timeout=10).json()
    assert [one["url"] for one in listed["data"]] == [inbox.url]


def test_reset_forgets_everything_but_the_endpoints(till: Till, inbox: Inbox) -> None:
    till.paid()
    till.control("clock/advance", {"by_days": 3})
    assert till.control("reset").json() == {"reset": True}
    assert till.client.v1.charges.list().data == []
    assert till.control("clock", method="GET").json()["offset_seconds"] == 0
    assert [one.url for one in till.client.v1.webhook_endpoints.list().data] == [inbox.url]


def program(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def address_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:")
    return line.removeprefix("listening on ").strip()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_program_keeps_what_it_answered_however_it_ends(tmp_path: Path, ending: signal.Signals) -> None:
    key = ("sk_test_of_the_program", "")
    options = ("--port", "0", "--state", str(tmp_path / "state.sqlite"), "--key", key[0])
    made: list[str] = []
    for _ in range(2):
        with program(*options) as running:
            customers = f"{address_of(running)}/v1/customers"
            found = requests.get(customers, auth=key, timeout=10).json()["data"]
            assert [one["id"] for one in found] == made
            made.insert(0, requests.post(customers, auth=key, timeout=10).json()["id"])
            os.kill(running.pid, ending)
            assert running.wait(timeout=10) == (-9 if ending == signal.SIGKILL else 0)


def test_a_port_that_is_taken_is_said_in_a_sentence(box: Box) -> None:
    port = box.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The sandbox cannot start on 127.0.0.1:{port}: ")
    assert "Traceback" not in ended.stderr


def test_coverage_is_listed(tmp_path: Path) -> None:
    with program("coverage") as running:
        assert running.stdout is not None
        text = running.stdout.read()
    for word in (
        "POST   /v1/checkout/sessions",
        "invoice.paid",
        "4242424242424242",
        "000123456789",
        "checkout.session.async_payment_succeeded",
        "/_sandbox/clock/advance",
    ):
        assert word in text
