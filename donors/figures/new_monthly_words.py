"""The rules of new monthly donors in a sentence each, for staff and for whoever asks why."""

from flask_babel import gettext as _

from core import i18n
from donors.figures import new_monthly
from donors.figures.new_monthly import Verdict
from donors.words import RHYTHM_NAMES


def sentence(verdict: Verdict, zone: str) -> str:
    """What decided, ending in a full stop: `Counted as a new monthly donor because …` or `Not counted: …`.

    Days are those of an IANA `zone`.
    """
    reason = _reason(verdict, zone)
    if verdict.is_counted:
        return _("Counted as a new monthly donor because %(reason)s", reason=reason)
    return _("Not counted as a new monthly donor: %(reason)s", reason=reason)


def _reason(verdict: Verdict, zone: str) -> str:
    day = i18n.day(verdict.at, zone) if verdict.at else ""
    months = verdict.months
    match verdict.rule:
        case new_monthly.FIRST:
            return _("this is their first payment, paid while the drive was open.")
        case new_monthly.ONE_TIME_ONLY:
            return _("all they had given before were one-time gifts.")
        case new_monthly.RETURNED:
            return _(
                "their last recurring payment, %(day)s, is %(n)d months back or more.", day=day, n=months
            )
        case new_monthly.IN_GRACE:
            return _("the payment page was opened before the deadline, and this drive counts the grace.")
        case new_monthly.ENDED_LATER:
            return _("it ended or was refunded only after the deadline.")
        case new_monthly.CANCELLED:
            return _("it was cancelled on %(day)s, before the deadline.", day=day)
        case new_monthly.LAPSED:
            return _("its payments failed for good on %(day)s, before the deadline.", day=day)
        case new_monthly.REFUNDED_INSIDE:
            return _("its first payment was wholly refunded on %(day)s, before the deadline.", day=day)
        case _:
            return _never(verdict, day)


def _never(verdict: Verdict, day: str) -> str:
    match verdict.rule:
        case new_monthly.NOT_PAID:
            return _("nothing has been paid yet.")
        case new_monthly.RHYTHM:
            return _("it is paid %(rhythm)s, not every month.", rhythm=RHYTHM_NAMES[verdict.rhythm])
        case new_monthly.TOO_EARLY:
            return _("the first payment, %(day)s, came before the drive opened.", day=day)
        case new_monthly.TOO_LATE:
            return _("the first payment, %(day)s, came after the deadline.", day=day)
        case new_monthly.GRACE_EXCLUDED:
            return _("it was paid after the deadline, and this drive does not count the grace.")
        case new_monthly.GAVE_BEFORE:
            return _(
                "they made a recurring payment on %(day)s, within the %(n)d months before.",
                day=day,
                n=verdict.months,
            )
        case _:
            return _("another monthly gift of theirs counts already, and each person counts once.")
