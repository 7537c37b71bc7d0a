"""One Stripe account and the objects in it: the platform's own, or a connected one."""

import json
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.events import event
from sandbox.protocol.document import nullable_fields, schemas
from sandbox.protocol.error import missing_resource
from sandbox.protocol.views import Object, shown

if TYPE_CHECKING:
    from sandbox.world import World

PREFIXES = {
    "account": "acct_",
    "balance_transaction": "txn_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "customer": "cus_",
    "dispute": "du_",
    "event": "evt_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "item": "li_",
    "line_item": "il_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "payout": "po_",
    "price": "price_",
    "product": "prod_",
    "radar.early_fraud_warning": "issfr_",
    "refund": "re_",
    "setup_intent": "seti_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "test_helpers.test_clock": "clock_",
    "webhook_endpoint": "we_",
}
_ALPHABET = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """An identifier as Stripe makes them: a prefix for the kind and 24 characters, 58 for a session."""
    length = 58 if kind == "checkout.session" else 24
    return PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def kind_of(identifier: str) -> str | None:
    """The kind of object an identifier belongs to, by its prefix."""
    return next((kind for kind, prefix in PREFIXES.items() if identifier.startswith(prefix)), None)


class Account:
    """The door to one account's objects. Whoever uses it holds the world's lock."""

    def __init__(self, world: "World", identifier: str) -> None:
        self.world = world
        self.id = identifier

    @property
    def now(self) -> int:
        return self.world.clock.now()

    def new(self, kind: str, **fields: Any) -> Object:
        """A new object with all that Stripe shows as null until it is set. It is saved at once."""
        blank: Object = {"id": new_id(kind), "object": kind}
        blank |= dict.fromkeys(nullable_fields(kind)) | {"created": self.now}
        if "livemode" in schemas()[kind]["properties"]:
            blank["livemode"] = False
        row = blank | fields
        self.save(row)
        return row

    def save(self, row: Object) -> None:
        """To be called after every change of an object."""
        self.world.store.put(self.id, row["object"], row)
        self.world.agenda.note(self.id, row)

    def remove(self, row: Object) -> None:
        self.world.store.remove(self.id, row["object"], row["id"])

    def find(self, kind: str, identifier: str | None) -> Object | None:
        return self.world.store.of(self.id, kind).get(identifier or "")

    def get(self, kind: str, identifier: str, param: str = "id") -> Object:
        """Raises StripeError 404 `resource_missing`."""
        row = self.find(kind, identifier)
        if row is None:
            raise missing_resource(kind.removeprefix("test_helpers."), identifier, param)
        return row

    def all(self, kind: str) -> list[Object]:
        """In order of creation."""
        return list(self.world.store.of(self.id, kind).values())

    def show(self, row: Object) -> Object:
        return shown(self, row)

    def emit(self, kind: str, row: Object, previous: Object | None = None) -> None:
        """Records an event about the object as it is now, and sends it to the endpoints that listen."""
        event.record(self, kind, row, previous)

    @contextmanager
    def changing(self, row: Object, kind: str) -> Iterator[None]:
        """Saves the object after the block; when something shown has changed, records an event of this type
        with the previous values."""
        before = json.loads(json.dumps(self.show(row)))
        yield
        self.save(row)
        after = self.show(row)
        previous = {name: before.get(name) for name in after if after[name] != before.get(name)}
        if previous:
            self.emit(kind, row, previous)

    def test_clock_of(self, row: Object) -> Object | None:
        """The test clock an object lives on, its own or its customer's."""
        own = row.get("test_clock")
        if own is None and isinstance(row.get("customer"), str):
            own = (self.find("customer", row["customer"]) or {}).get("test_clock")
        return self.find("test_helpers.test_clock", own)
