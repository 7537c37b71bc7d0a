"""Letters about a recurring gift: each change confirmed, a failed payment, an end, what is coming. Each once."""

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from core.db import db
from core.i18n import day
from core.i18n import money as money_text
from core.mail import queue_mail
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from donors.receipts import links
from donors.recurring import refusals
from donors.recurring import version as versions
from donors.recurring.card_update import CardUpdate
from donors.recurring.instalment import Instalment
from donors.recurring.pause import Pause
from donors.recurring.recurring_gift import BANK, CARD, RecurringGift
from donors.recurring.version import Version
from donors.words import RHYTHM_NAMES
from staff.organisation import Organisation


def changed(promise: RecurringGift, version: Version) -> None:
    """Confirm one change."""
    with force_locale(language_of(promise)):
        subject, *sentences = _words(promise, version)
        _send(promise, f"change:{version.id}", subject, sentences)


def _words(promise: RecurringGift, version: Version) -> list[str]:
    about = {
        "amount": money_text(version.charged),
        "was": money_text(version.was),
        "rhythm": str(RHYTHM_NAMES[promise.rhythm]),
        "next": day(version.next_due_on) if version.next_due_on else "",
        "resumes": day(version.resumes_on) if version.resumes_on else "",
    }
    words = {
        versions.AMOUNT: [
            _("Your recurring gift is %(amount)s now", **about),
            _("From the next payment on it is %(amount)s %(rhythm)s.", **about),
            _("Before, the gift was %(was)s. Nothing is charged today.", **about),
        ],
        versions.DAY: [
            _("Your recurring gift has a new day", **about),
            _("The next payment of %(amount)s is on %(next)s, and later ones follow that day.", **about),
        ],
        versions.CARD: _paid_with(version, about),
        versions.PAUSED: [
            _("Your recurring gift is paused until %(resumes)s", **about),
            _("No payment is taken before that day, and none of these is taken later."),
            _("We write to you a week before it goes on."),
        ],
        versions.RESUMED: [
            _("Your recurring gift goes on"),
            _("The next payment of %(amount)s is on %(next)s.", **about),
        ],
        versions.SKIPPED: [
            _("One payment is skipped"),
            _("The payment due on %(next)s is not taken, now or later. The one after it is.", **about),
        ],
        versions.HELD: [
            _("Your recurring gift is on hold"),
            _("A bank is looking at a payment of this gift. Until that is settled, no payment is taken."),
        ],
        versions.RELEASED: [
            _("Your recurring gift is no longer on hold"),
            _(
                "Payments of %(amount)s are taken again. None that fell due meanwhile is taken later.",
                **about,
            ),
        ],
    }
    return words[version.kind]


def _paid_with(version: Version, about: dict[str, str]) -> list[str]:
    if version.method == CARD:
        return [
            _("Your recurring gift has a new card"),
            _("The next payment of %(amount)s is taken from it.", **about),
        ]
    return [
        _("Your recurring gift is paid from a bank account"),
        _("You allow us to take %(amount)s %(rhythm)s from it, until you change or end it.", **about),
        _("Each payment takes about five business days until your bank has answered."),
    ]


def payment_failed(
    promise: RecurringGift, instalment: Instalment, *, tries_on: tuple[int, ...], why: str
) -> None:
    """The first failure of a row of them; the link leads straight to a new card, or to the choice of one."""
    with force_locale(language_of(promise)):
        amount = money_text(promise.charged)
        if promise.method == BANK:
            _debit_failed(promise, instalment, tries_on, why)
            return
        sentences = [
            _("Your bank did not let the payment of %(amount)s through. No money moved.", amount=amount),
            _("We try again after 1, 3, 7 and 13 days. With another card it goes through at once."),
        ]
        button = (_("Use another card"), links.card_url(promise.id))
        _send(promise, f"failed:{instalment.id}", _("Your payment did not go through"), sentences, button)


def _debit_failed(
    promise: RecurringGift, instalment: Instalment, tries_on: tuple[int, ...], why: str
) -> None:
    about = {"amount": money_text(promise.charged), "why": refusals.words(why)}
    sentences = [_("Your bank did not pay %(amount)s: %(why)s. No money moved.", **about)]
    if tries_on:
        days = {"first": tries_on[0], "second": tries_on[-1]}
        sentences += [
            _("We ask your bank again after %(first)s and %(second)s days, and then no more.", **days),
            _("If you would rather pay by card or from another account, choose it here."),
        ]
    else:
        sentences.append(
            _(
                "We do not ask this account again. Choose a card or another account within two weeks, or it ends."
            )
        )
    button = (_("Choose how to pay"), links.manage_url(promise.id))
    _send(promise, f"failed:{instalment.id}", _("Your payment did not go through"), sentences, button)


def card_link(promise: RecurringGift, card_update: CardUpdate, *, with_bank: bool) -> None:
    """Staff was asked for another card: only the donor can type it. `with_bank`: an account may be named too."""
    with force_locale(language_of(promise)):
        if with_bank:
            sentences = [
                _("Here is the link with which you choose another card or bank account for your gift.")
            ]
            button = (_("Choose how to pay"), links.manage_url(promise.id))
            _send(
                promise, f"card-link:{card_update.id}", _("Another way to pay your gift"), sentences, button
            )
            return
        sentences = [_("Here is the link with which you give your recurring gift another card.")]
        button = (_("Use another card"), links.card_url(promise.id))
        _send(promise, f"card-link:{card_update.id}", _("Another card for your gift"), sentences, button)


def lapsed(promise: RecurringGift) -> None:
    with force_locale(language_of(promise)):
        slug = db.session.get_one(Drive, promise.drive_id).slug
        sentences = [
            _("No payment went through within two weeks, so it has ended. Nothing more is charged.")
            if promise.method == BANK
            else _("Five tries in two weeks did not go through, so it has ended. Nothing more is charged."),
            _("What you have given stays given. If you want to go on, begin a new gift in a minute."),
        ]
        button = (_("Give again"), f"{current_app.config['BASE_URL']}/d/{slug}")
        _send(promise, f"lapsed:{promise.id}", _("Your recurring gift has lapsed"), sentences, button)


def resumes_soon(promise: RecurringGift, pause: Pause) -> None:
    with force_locale(language_of(promise)):
        about = {"amount": money_text(promise.charged), "resumes": day(pause.resumes_on)}
        sentences = [
            _("The pause of your gift of %(amount)s ends on %(resumes)s.", **about),
            _("If that is too soon, change, pause or end it before that day."),
        ]
        subject = _("Your recurring gift goes on from %(resumes)s", **about)
        _send(promise, f"resumes:{pause.id}", subject, sentences)


def yearly_notice(promise: RecurringGift) -> None:
    """Before a payment that its donor last thought of a year ago."""
    assert promise.next_due_on is not None, "only what is due is announced"
    with force_locale(language_of(promise)):
        about = {"amount": money_text(promise.charged), "next": day(promise.next_due_on)}
        sentences = [
            _("On %(next)s your yearly gift of %(amount)s is due.", **about),
            _("You need to do nothing. If something has changed, change, skip or end it before that day."),
        ]
        _send(promise, yearly_key(promise), _("Your yearly gift is due on %(next)s", **about), sentences)


def yearly_key(promise: RecurringGift) -> str:
    assert promise.next_due_on is not None
    return f"yearly:{promise.id}:{promise.next_due_on.isoformat()}"


def language_of(promise: RecurringGift) -> str:
    query = select(Gift.language).where(Gift.recurring_gift_id == promise.id).order_by(Gift.started_at)
    return db.session.scalar(query.limit(1)) or "en"


def _send(
    promise: RecurringGift,
    key: str,
    subject: str,
    sentences: list[str],
    button: tuple[str, str] | None = None,
) -> None:
    to = db.session.get_one(Donor, promise.donor_id).email
    if to is None:
        return
    context = {
        "organisation": db.session.get_one(Organisation, promise.organisation_id),
        "drive": db.session.get_one(Drive, promise.drive_id),
        "subject": subject,
        "sentences": sentences,
        "button": button,
        "manage_url": links.manage_url(promise.id),
    }
    queue_mail(
        key=key,
        to=to,
        subject=subject,
        text=render_template("mail/recurring.txt", **context),
        html=render_template("mail/recurring.html", **context),
    )
