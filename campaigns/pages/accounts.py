"""The ledger's words for people: what each account and each kind of group is called."""

from flask_babel import gettext as _

from campaigns.funds import ledger


def account_names() -> dict[str, str]:
    """Every account of the chart, in its order."""
    return {
        ledger.STRIPE: _("Cash at Stripe"),
        ledger.TRANSIT: _("On its way to the bank"),
        ledger.BANK: _("Cash in the bank"),
        ledger.DISPUTED: _("Disputed, taken by a bank"),
        ledger.BOND_DEPOSIT: _("Bond deposited"),
        ledger.TRUST: _("Held in trust"),
        ledger.GIFTS: _("Gifts"),
        ledger.FEE_COVER: _("Fees covered by donors"),
        ledger.REFUNDS: _("Gifts refunded"),
        ledger.FEE_COVER_REFUNDS: _("Covered fees refunded"),
        ledger.PROCESSING_FEES: _("Processing fees"),
        ledger.DISPUTE_FEES: _("Fees for disputes"),
        ledger.DISPUTE_LOSSES: _("Lost in disputes beyond the gift"),
        ledger.EXCHANGE: _("Exchanged between currencies"),
        ledger.LEGAL_COSTS: _("Legal costs"),
        ledger.INTEREST: _("Interest"),
        ledger.BOND_FORFEITED: _("Bond forfeited"),
    }


def kind_name(kind: str) -> str:
    """A group's kind in words, or as it stands where another package brought a new one."""
    return {
        "gift_settled": _("Gift settled"),
        "offline_received": _("Gift received"),
        "offline_voided": _("Gift taken back"),
        "gift": _("Gift"),
        "refund": _("Refund"),
        "refund_returned": _("Refund came back"),
        "dispute_withdrawn": _("Taken by a donor's bank"),
        "dispute_reinstated": _("Returned by a donor's bank"),
        "dispute_lost": _("Dispute lost"),
        "dispute_lost_undone": _("Lost dispute won after all"),
        "dispute_excess": _("Dispute lost beyond the gift"),
        "dispute_excess_undone": _("Loss beyond the gift undone"),
        "processing_fee": _("Processing fee told later"),
        "exchanged": _("Exchanged into another currency"),
        "stripe_adjustment": _("Explained by staff"),
        "payout_sent": _("Paid out by Stripe"),
        "payout_arrived": _("Arrived in the bank"),
        "payout_returned": _("Payout came back"),
        "expense_paid": _("Cost paid"),
        "expense_refunded": _("Cost came back"),
        "trust_sent": _("Sent into trust"),
        "trust_disbursed": _("Paid out of trust"),
        "trust_returned": _("Back from trust"),
        "bond_posted": _("Bond posted"),
        "bond_refunded": _("Bond returned"),
        "bond_breached": _("Bond forfeited"),
    }.get(kind, kind.replace("_", " ").capitalize())
