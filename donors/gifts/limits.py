"""How small, how large and how fine an amount given to a drive may be: the drive's limits and Stripe's."""

from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core.errors import Invalid
from core.i18n import money as money_text
from core.money import Money
from donors.stripe_gateway import amounts


def limits_of(drive: Drive) -> tuple[Money, Money]:
    """The least and the most of one gift."""
    least = max(Money(drive.min_minor, drive.currency), amounts.least(drive.currency))
    most = min(Money(drive.max_minor, drive.currency), amounts.most(drive.currency))
    return least, most


def check_amount(drive: Drive, amount: Money) -> None:
    """Raises Invalid naming `amount`, with the rule."""
    if amount.currency != drive.currency:
        raise Invalid({"amount": [_("This drive takes %(currency)s.", currency=drive.currency)]})
    least, most = limits_of(drive)
    if not least <= amount <= most:
        text = _("Give from %(least)s to %(most)s.", least=money_text(least), most=money_text(most))
        raise Invalid({"amount": [text]})
    check_step(amount)


def check_step(amount: Money) -> None:
    """Raises Invalid naming `amount` where it is finer than cards are charged."""
    step = amounts.step(amount.currency)
    if amount.minor % step.minor:
        text = _("Write an amount in steps of %(step)s.", step=money_text(step))
        raise Invalid({"amount": [text]})
