"""What a gift costs by card and by bank debit, in words beside the box that covers it."""

from typing import Any

from flask_babel import gettext as _

from core import i18n
from donors.gifts import fee_cover
from donors.gifts.gift import BANK


def of_card(rate: fee_cover.FeeRate) -> str:
    return _(
        "About %(percent)s %% and %(fixed)s, so that your whole gift arrives. Not counted as raised.",
        percent=i18n.number(float(rate.percent)),
        fixed=i18n.money(rate.fixed),
    )


def of_debit(currency: str) -> dict[str, Any] | None:
    """What a gift from a bank account costs: a sentence, and what scripts reckon with."""
    rate = fee_cover.rate(currency, BANK)
    if rate is None:
        return None
    return {
        "text": _debit_text(rate),
        "percent": int(rate.percent * 100),
        "fixed": rate.fixed.minor,
        "least": rate.least.minor if rate.least else "",
        "most": rate.most.minor if rate.most else "",
    }


def _debit_text(rate: fee_cover.FeeRate) -> str:
    if not rate.percent:
        return _("From a bank account: %(fixed)s.", fixed=i18n.money(rate.fixed))
    if rate.most is None:
        return _("From a bank account: about %(percent)s %%.", percent=i18n.number(float(rate.percent)))
    if rate.least is not None:
        return _(
            "From a bank account: about %(percent)s %%, at least %(least)s and at most %(most)s.",
            percent=i18n.number(float(rate.percent)),
            least=i18n.money(rate.least),
            most=i18n.money(rate.most),
        )
    return _(
        "From a bank account: about %(percent)s %%, at most %(most)s.",
        percent=i18n.number(float(rate.percent)),
        most=i18n.money(rate.most),
    )
