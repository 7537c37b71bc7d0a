"""All that the sandbox is at a moment: its accounts, its time, what is due, what is on its way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.account import Account
from sandbox.agenda import TIMED, Agenda
from sandbox.clock import Clock
from sandbox.events import webhook_endpoint
from sandbox.events.delivery import Courier
from sandbox.faults import Faults
from sandbox.protocol.error import StripeError
from sandbox.settings import PLATFORM, Settings
from sandbox.store import Store

_CLOCK = "_clock"


class World:
    """One lock guards it; every request takes its turn."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.clock = Clock()
        self.store = Store(settings.state)
        self.agenda = Agenda()
        self.request: dict[str, str | None] = {"id": None, "idempotency_key": None}
        self.url = ""
        self._accounts: dict[str, Account] = {}
        self.platform = self.account(PLATFORM)
        self.faults = Faults()
        self.courier = Courier(self)
        self._wake_up()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Within the block the world is ours, up to date before it and written down after it."""
        with self.lock:
            self.catch_up()
            try:
                yield
            finally:
                self.store.keep()

    def account(self, identifier: str) -> Account:
        return self._accounts.setdefault(identifier, Account(self, identifier))

    def account_for(self, header: str | None) -> Account:
        """The account a request speaks for. Raises StripeError 403 for one that does not exist."""
        if not header or header == self.platform.id:
            return self.platform
        if self.platform.find("account", header) is None:
            raise StripeError(
                f"The provided key does not have access to account '{header}' (or that account does not "
                "exist). Application access may have been revoked.",
                status=403,
                code="account_invalid",
            )
        return self.account(header)

    def accounts(self) -> list[Account]:
        return [self.account(identifier) for identifier in self.store.accounts()]

    def catch_up(self, until: int | None = None, test_clock: str | None = None) -> None:
        """Does all that is due, each at its own moment, in order."""
        limit = self.clock.now() if until is None else until
        while entry := self.agenda.next_due(limit, test_clock):
            account = self.account(entry.account)
            row = account.find(entry.kind, entry.id)
            if row is not None:
                with self.clock.standing_at(entry.when):
                    TIMED[entry.kind].act(account, row)

    def advance(self, moment: int) -> None:
        """Makes it `moment` in the sandbox, having done what became due on the way."""
        self.catch_up(until=moment)
        self.clock.move_to(moment)
        self.store.put(self.platform.id, _CLOCK, {"id": "offset", "seconds": self.clock.offset})

    def forget(self) -> None:
        """Back to the beginning; endpoints named at start stay."""
        self.store.clear()
        self.agenda.clear()
        self.courier.forget()
        self.faults.ordered.clear()
        self.clock.offset = 0
        self._register_endpoints()

    def _wake_up(self) -> None:
        kept = self.platform.find(_CLOCK, "offset")
        self.clock.offset = kept["seconds"] if kept else 0
        for account in self.accounts():
            for kind in TIMED:
                for row in account.all(kind):
                    self.agenda.note(account.id, row)
        self._register_endpoints()

    def _register_endpoints(self) -> None:
        webhooks = self.settings.webhooks
        webhook_endpoint.forget_former(self.platform, {url for url, _ in webhooks})
        for url, secret in webhooks:
            webhook_endpoint.register(self.platform, url, secret)
        self.store.keep()
