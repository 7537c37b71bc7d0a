"""One HTTP POST to a webhook endpoint, over a connection that is kept while it lasts."""

import http.client
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; `status` is None when there was no answer."""

    status: int | None
    note: str

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Post:
    """For one thread. An endpoint that does not answer in time has refused."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def send(self, url: str, body: bytes, signature: str) -> Outcome:
        address = urlsplit(url)
        key = (address.scheme, address.netloc)
        kept = self._connections.pop(key, None)
        if kept is not None:
            try:
                return self._exchange(kept, address, body, signature)
            except (http.client.HTTPException, ConnectionError):
                kept.close()  # it was closed while it lay idle; a fresh one may still do
            except OSError as error:
                kept.close()
                return Outcome(None, str(error))
        fresh = self._connection(address)
        try:
            return self._exchange(fresh, address, body, signature)
        except (http.client.HTTPException, OSError) as error:
            fresh.close()
            return Outcome(None, str(error) or type(error).__name__)

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _connection(self, address: SplitResult) -> http.client.HTTPConnection:
        maker = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        return maker(address.hostname or "", address.port, timeout=self._patience_seconds)

    def _exchange(
        self, connection: http.client.HTTPConnection, address: SplitResult, body: bytes, signature: str
    ) -> Outcome:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": USER_AGENT,
            "Stripe-Signature": signature,
        }
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            connection.close()
        else:
            self._connections[address.scheme, address.netloc] = connection
        return Outcome(response.status, answer[:200].decode("utf-8", "replace"))
