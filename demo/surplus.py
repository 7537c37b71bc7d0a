"""Money that is left: a general fund, a fund for the next people, and money that moves there by two people's word."""

from campaigns.funds import funding, transferring
from campaigns.funds.funding import FundTerms
from campaigns.funds.transferring import TransferTerms
from core.money import Money
from demo import words
from demo.cause import the_fund
from demo.people import actor
from staff.approval import two_people

MOVED_MINOR, ASKED_MINOR = 25_000, 40_000


def move_money() -> None:
    """Frida asks twice; Elena has confirmed the first, and the second waits for her."""
    frida, fund = actor("frida"), the_fund()
    terms = FundTerms(
        name="General fund", purpose=words.GENERAL_PURPOSE, surplus_clause=words.SURPLUS, is_general=True
    )
    general = funding.open_fund(frida, terms)
    next_people = funding.open_fund(
        frida, FundTerms(name="Next people", purpose=words.NEXT_PURPOSE, surplus_clause=words.SURPLUS)
    )
    first = TransferTerms(
        to_fund_id=next_people.id,
        amount=Money(MOVED_MINOR, fund.currency),
        reason=words.MOVE_REASON,
        why=words.MOVE_WHY,
    )
    two_people.confirm(actor("elena"), transferring.ask(frida, fund.id, first).id)
    second = TransferTerms(
        to_fund_id=general.id,
        amount=Money(ASKED_MINOR, fund.currency),
        reason=words.MOVE_REASON,
        why=words.MOVE_WHY,
    )
    transferring.ask(frida, fund.id, second)
