"""Messages that go out: rows first, signed, retried, replayed, and about no person."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from core import clock
from core.db import transaction
from core.errors import NotFound
from donors.webhooks_out import keeping, sending
from donors.webhooks_out.endpoint import WebhookEndpoint, WebhookMessage
from staff.member import Member
from tests.conftest import Cast


class Receiver:
    """Software of an organisation, on this machine; `status` is what it answers."""

    def __init__(self) -> None:
        self.status, self.location = 200, ""
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    app.config["WEBHOOKS_AT_HOME"] = True
    running = Receiver()
    yield running
    running.stop()
    app.config["WEBHOOKS_AT_HOME"] = False


@pytest.fixture
def endpoint(cast: Cast, receiver: Receiver) -> tuple[WebhookEndpoint, str]:
    with transaction():
        return keeping.add(cast.actor("alice"), url=receiver.url, kinds=["gift.paid", "gift.refunded"])


def messages(session: Session) -> list[WebhookMessage]:
    session.expire_all()
    return list(
        session.scalars(select(WebhookMessage).order_by(WebhookMessage.created_at, WebhookMessage.id))
    )


def ping(cast: Cast, endpoint: WebhookEndpoint) -> None:
    with transaction():
        keeping.ping(cast.actor("alice"), endpoint.id)


def test_a_message_arrives_signed_by_the_convention(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session
) -> None:
    ping(cast, endpoint[0])
    ((path, headers, body),) = receiver.heard
    assert path == "/hook"
    told = Webhook(endpoint[1]).verify(body, headers)
    assert told["type"] == "ping"
    (row,) = messages(session)
    assert (row.state, row.last_outcome, row.id) == ("delivered", "200", headers["webhook-id"])
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint[1]).verify(body.replace(b"ping", b"pong"), headers)


def test_the_secret_is_nowhere_in_the_open(endpoint: tuple[WebhookEndpoint, str], session: Session) -> None:
    kept = session.execute(text("SELECT * FROM webhook_endpoint")).all()
    assert endpoint[1] not in repr(
        [[bytes(x) if isinstance(x, memoryview) else x for x in row] for row in kept]
    )
    assert endpoint[1] not in repr(endpoint[0])


def test_it_is_tried_again_until_it_is_taken(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session
) -> None:
    receiver.status = 503
    ping(cast, endpoint[0])
    (row,) = messages(session)
    assert (row.state, row.attempts, row.last_outcome) == ("waiting", 1, "503")
    session.commit()
    sending.sweep_messages.run()
    assert len(receiver.heard) == 1  # not due yet
    receiver.status = 204
    with time_machine.travel(clock.now().timestamp() + 61):
        sending.sweep_messages.run()
    assert messages(session)[0].state == "delivered"
    first, second = (headers["webhook-id"] for _path, headers, _body in receiver.heard)
    assert first == second


def test_it_is_given_up_after_three_days_and_can_be_sent_again(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session
) -> None:
    receiver.status = 500
    ping(cast, endpoint[0])
    began = clock.now().timestamp()
    for hours in (1, 2, 6, 12, 25, 50, 75, 100, 150, 200):
        with time_machine.travel(began + hours * 3600):
            sending.sweep_messages.run()
    (row,) = messages(session)
    assert (row.state, row.attempts) == ("failed", len(sending.RETRIES) + 1)
    session.commit()
    receiver.status = 200
    with transaction():
        keeping.replay(cast.actor("alice"), row.id)
    assert messages(session)[0].state == "delivered"
    assert {headers["webhook-id"] for _path, headers, _body in receiver.heard} == {row.id}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session, status: int
) -> None:
    receiver.status, receiver.location = status, receiver.url + "/elsewhere"
    ping(cast, endpoint[0])
    assert [path for path, _headers, _body in receiver.heard] == ["/hook"]
    assert messages(session)[0].state == "waiting"


def test_a_receiver_that_is_gone_ends_the_endpoint(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session
) -> None:
    receiver.status = 410
    ping(cast, endpoint[0])
    assert messages(session)[0].state == "failed"
    assert keeping.list_endpoints(cast.actor("alice")) == []


def test_after_a_rotation_both_secrets_verify_for_a_day(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str]
) -> None:
    with transaction():
        _row, fresh = keeping.rotate(cast.actor("alice"), endpoint[0].id)
    ping(cast, endpoint[0])
    _path, headers, body = receiver.heard[-1]
    for secret in (endpoint[1], fresh):
        Webhook(secret).verify(body, headers)
    with time_machine.travel(clock.now().timestamp() + 25 * 3600):
        ping(cast, endpoint[0])
        _path, headers, body = receiver.heard[-1]
        Webhook(fresh).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint[1]).verify(body, headers)


def test_nothing_leaves_for_a_private_address(
    cast: Cast, receiver: Receiver, session: Session, app: Flask
) -> None:
    """An endpoint that was added at home, in an installation that is at home no more."""
    with transaction():
        row, _secret = keeping.add(cast.actor("alice"), url=receiver.url, kinds=["gift.paid"])
    app.config["WEBHOOKS_AT_HOME"] = False
    ping(cast, row)
    assert receiver.heard == []
    assert messages(session)[0].last_outcome == "refused_address"


def test_another_organisation_finds_none_of_it(
    cast: Cast, receiver: Receiver, endpoint: tuple[WebhookEndpoint, str], session: Session
) -> None:
    ping(cast, endpoint[0])
    (row,) = messages(session)
    session.commit()
    charlie = cast.actor("charlie")
    for attempt in (
        lambda: keeping.get_endpoint(charlie, endpoint[0].id),
        lambda: keeping.rotate(charlie, endpoint[0].id),
        lambda: keeping.end(charlie, endpoint[0].id),
        lambda: keeping.ping(charlie, endpoint[0].id),
        lambda: keeping.replay(charlie, row.id),
    ):
        with pytest.raises(NotFound), transaction():
            attempt()
    with transaction():
        sending.tell(cast.llano.id, "gift.paid", {})
    assert len(messages(session)) == 1


def test_the_pages_add_try_rotate_and_end(
    cast: Cast, receiver: Receiver, sign_in: Callable[[Member], FlaskClient], session: Session
) -> None:
    alice = sign_in(cast.alice)
    added = alice.post("/staff/webhooks", data={"url": receiver.url, "kinds": ["gift.paid"]})
    assert added.status_code == 201
    assert "whsec_" in added.text
    assert added.headers["Cache-Control"] == "no-store"
    hook_id = session.scalars(select(WebhookEndpoint.id)).one()
    session.commit()
    page = f"/staff/webhooks/{hook_id}"
    assert alice.post(f"{page}/ping").status_code == 303
    shown = alice.get(page).text
    assert "arrived" in shown
    assert "whsec_" not in shown
    (row,) = messages(session)
    session.commit()
    assert alice.post(f"/staff/webhooks/messages/{row.id}/replay").status_code == 303
    assert alice.post(f"{page}/rotation").status_code == 201
    assert alice.post(f"{page}/end").status_code == 303
    assert alice.get(page).status_code == 404
    assert len(receiver.heard) == 2


def test_a_bad_address_is_refused_at_its_field(
    cast: Cast, sign_in: Callable[[Member], FlaskClient], session: Session
) -> None:
    answer = sign_in(cast.alice).post(
        "/staff/webhooks", data={"url": "https://169.254.169.254/latest", "kinds": ["gift.paid"]}
    )
    assert answer.status_code == 422
    assert 'id="f-url-error"' in answer.text
    assert session.scalars(select(WebhookEndpoint)).all() == []
