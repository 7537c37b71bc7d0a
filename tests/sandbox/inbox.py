"""An endpoint that hears the sandbox's webhooks, verifies them and keeps them."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

SECRET = "whsec_of_the_tests"


class Inbox(ThreadingHTTPServer):
    """`events` in the order in which they came; the next `refusals` deliveries are answered with 500."""

    daemon_threads = True

    def __init__(self) -> None:
        self.forget()
        super().__init__(("127.0.0.1", 0), _Handler)

    def forget(self) -> None:
        self.events: list[stripe.Event] = []
        self.refusals = 0
        self.forged = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/stripe/events"

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        assert isinstance(self.server, Inbox)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 200
        if self.server.refusals:
            self.server.refusals -= 1
            status = 500
        else:
            status = self._keep(self.server, body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _keep(self, inbox: Inbox, body: bytes) -> int:
        try:
            event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
        except stripe.SignatureVerificationError:
            inbox.forged += 1
            return 400
        inbox.events.append(event)
        return 200

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet."""
