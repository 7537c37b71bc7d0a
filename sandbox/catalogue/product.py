"""Products."""

from typing import Any

from sandbox.account import Account
from sandbox.protocol.views import Object

PLAIN = (
    "description",
    "images",
    "statement_descriptor",
    "unit_label",
    "url",
    "tax_code",
    "shippable",
    "active",
    "name",
)


def open_product(
    account: Account, given: dict[str, Any], *, metadata: dict[str, str], is_new: bool = True
) -> Object:
    """A product from parameters of Stripe's `product_data`; one made inside a price has no event."""
    fields = {name: None if given[name] == "" else given[name] for name in PLAIN if name in given}
    row = account.new(
        "product",
        **{"active": True, "images": [], "marketing_features": [], "metadata": metadata}
        | {"updated": account.now}
        | fields,
    )
    if is_new:
        account.emit("product.created", row)
    return row
