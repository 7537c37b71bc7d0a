"""A cost as somebody states it, and the rules it must keep before anything is written."""

from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _

from core import clock
from core.errors import Invalid
from core.money import Money
from legal import utbms
from legal.costs.expense import CATEGORIES, usual_category
from legal.costs.spending import fund_for, require_purpose
from legal.matters.matter import Matter
from staff.access import Actor

LARGEST_CLAIM_MINOR = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a claim says. `category` defaults to the usual one of the code."""

    fund_id: str
    expense_code: str
    amount: Money
    incurred_on: date
    description: str
    category: str | None = None
    #: A fee of the schedule, as `authority/item`.
    fee_item: str = ""


def checked(actor: Actor, cost: Cost, matter: Matter) -> Cost:
    """The cost with its canonical code and its category.

    Raises Invalid naming every broken rule at once, Conflict `outside_purpose` where donors gave the fund for
    something else.
    """
    wrong: dict[str, list[str]] = {}
    code = ""
    try:
        code = utbms.expense_code(cost.expense_code).code
    except Invalid as refusal:
        wrong |= refusal.errors
    fund = fund_for(actor, matter, cost.fund_id)
    if fund is None:
        wrong["fund_id"] = [_("Choose a fund of this matter's campaign.")]
    elif cost.amount.currency != fund.currency:
        wrong["amount"] = [_("This fund is kept in %(currency)s.", currency=fund.currency)]
    wrong |= _plain_rules(cost)
    if wrong or fund is None:
        raise Invalid(wrong)
    category = cost.category or usual_category(code)
    require_purpose(fund, category)
    return replace(cost, expense_code=code, category=category, description=cost.description.strip())


def _plain_rules(cost: Cost) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not 0 < cost.amount.minor <= LARGEST_CLAIM_MINOR:
        wrong["amount"] = [_("Enter an amount above zero and within reason.")]
    if cost.incurred_on > clock.today():
        wrong["incurred_on"] = [_("This day is in the future.")]
    if not 1 <= len(cost.description.strip()) <= 1000:
        wrong["description"] = [_("Say what was bought, in up to 1000 characters.")]
    if cost.category is not None and cost.category not in CATEGORIES:
        wrong["category"] = [_("Choose one of the categories.")]
    return wrong
