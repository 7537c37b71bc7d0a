"""One request to the API, understood: who asks, what for, with which parameters."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.account import Account


@dataclass
class Call:
    """`params` are coerced by Stripe's schema, `path` are the identifiers in the address."""

    account: "Account"
    address: str
    path: dict[str, str]
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of a new object; an empty value is no entry."""
        given = self.params.get("metadata") or {}
        return {name: value for name, value in given.items() if value != ""}

    def change_metadata(self, row: dict[str, Any]) -> None:
        """Merges as Stripe does: an empty value takes an entry away, an empty string takes all."""
        if "metadata" not in self.params:
            return
        given = self.params["metadata"]
        kept = {} if given == "" else (row["metadata"] or {}) | given
        row["metadata"] = {name: value for name, value in kept.items() if value != ""}
