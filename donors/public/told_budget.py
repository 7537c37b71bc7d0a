"""A budget in words: what the next amount pays for."""

from flask_babel import gettext as _

from core.i18n import money
from legal.budget.figures import Budget


def next_pays(budget: Budget | None) -> str:
    """A sentence for the page; empty where a drive shows no budget, or has dropped all of its stages."""
    if budget is None:
        return ""
    following = budget.next_stage
    if following is None:
        done = _(
            "Every stage of the budget has what it needs. What else arrives follows the rule for a surplus."
        )
        return done if budget.is_complete else ""
    if following.lacks is None:
        return _(
            "The next gifts go to: %(stage)s. Its amount is not told, for the safety of the person helped.",
            stage=following.name,
        )
    if following.is_begun:
        return _(
            "The next %(amount)s completes: %(stage)s.", amount=money(following.lacks), stage=following.name
        )
    return _("The next %(amount)s pays for: %(stage)s.", amount=money(following.lacks), stage=following.name)
