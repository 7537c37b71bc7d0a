"""Early fraud warnings: the card's issuer says that a charge may be fraudulent, before any dispute."""

from sandbox.account import Account
from sandbox.protocol.call import Call
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object

KIND = "radar.early_fraud_warning"


def warn(account: Account, charge: Object, fraud_type: str = "misc") -> Object:
    """A new warning about a charge that was taken."""
    row = account.new(
        KIND,
        actionable=not charge["refunded"] and not charge["disputed"],
        charge=charge["id"],
        fraud_type=fraud_type,
        payment_intent=charge["payment_intent"],
    )
    account.emit("radar.early_fraud_warning.created", row)
    return row


def settle_warnings(account: Account, charge: Object) -> None:
    """A charge that is disputed or wholly refunded leaves nothing to act on."""
    for row in account.all(KIND):
        if row["charge"] == charge["id"] and row["actionable"]:
            with account.changing(row, "radar.early_fraud_warning.updated"):
                row["actionable"] = False


@route("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}")
def retrieve(call: Call) -> Object:
    return call.account.get(KIND, call.path["early_fraud_warning"])


@route("GET", "/v1/radar/early_fraud_warnings")
def list_warnings(call: Call) -> Object:
    return page_of(call, KIND, matching(call, "charge", "payment_intent"))
