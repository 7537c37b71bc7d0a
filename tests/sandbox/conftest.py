"""A sandbox for each test, Stripe's own library to talk to it, and an inbox that hears its events."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box, start
from tests.sandbox.inbox import SECRET, Inbox
from tests.sandbox.till import Till


@pytest.fixture(scope="session")
def running_inbox() -> Iterator[Inbox]:
    server = Inbox()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def running_box(running_inbox: Inbox) -> Iterator[Box]:
    webhooks = [(running_inbox.url, SECRET)]
    with start(webhooks=webhooks, backoff_seconds=(0.01, 0.02, 0.04)) as running:
        yield running


@pytest.fixture
def inbox(running_inbox: Inbox) -> Inbox:
    running_inbox.forget()
    return running_inbox


@pytest.fixture
def box(running_box: Box, inbox: Inbox) -> Box:
    """Empty, with nothing on its way."""
    running_box.reset()
    running_box.wait_until_idle()
    inbox.forget()
    return running_box


@pytest.fixture
def client(box: Box) -> Iterator[StripeClient]:
    with stripe_client(box) as ready:
        yield ready


@contextmanager
def stripe_client(box: Box, *, retries: int = 0) -> Iterator[StripeClient]:
    """A client whose connections are closed afterwards."""
    transport = stripe.RequestsClient()
    try:
        yield StripeClient(
            box.key,
            base_addresses={"api": box.url},
            http_client=transport,
            max_network_retries=retries,
        )
    finally:
        transport.close()


@pytest.fixture
def till(box: Box, client: StripeClient) -> Till:
    return Till(box, client)
