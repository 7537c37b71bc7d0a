"""Use cases of whoever starts a page: begin it, confirm the address, change it, end it, ask for the link again."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.disclosure import screen_for_drive
from campaigns.drives.drive import Drive
from core import clock, i18n, ids
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.mail import queue_mail
from core.money import Money
from core.web import page_epoch, signed_links
from donors.supporters.supporter_page import (
    DRAFT,
    ENDED,
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_TITLE,
    LONGEST_WORDS,
    PUBLIC,
    WAITING,
    SupporterPage,
)

_PURPOSE = "supporter-page"
#: So many pages of one address for one drive.
MOST_PAGES = 3


@dataclass(frozen=True, kw_only=True)
class PageTerms:
    """What a supporter writes; all of it but the goal is words."""

    title: str
    name: str
    words: str
    goal: Money


def begin(drive: Drive, terms: PageTerms, *, email: str, language: str) -> SupporterPage:
    """Write a page down; a mail asks whether the address is right. Nobody reads it before.

    Raises Conflict `closed`, Invalid on the terms or email.
    """
    _refuse_closed(drive)
    _check(drive, terms)
    email = email.strip().lower()
    if len(email) > LONGEST_EMAIL:
        raise Invalid({"email": [_("Write %(number)s characters at most.", number=LONGEST_EMAIL)]})
    page = SupporterPage(drive_id=drive.id, email=email, language=language, begun_at=clock.now())
    _write(page, terms)
    db.session.add(page)
    db.session.flush()
    _mail(
        page,
        f"supporter-page:{page.id}",
        _("Confirm your page"),
        _("You started a page for “%(drive)s”. Confirm your address here:", drive=drive.title),
        link_to(page),
        _("Keep this mail: the same link changes your page later. If it was not you, do nothing."),
    )
    return page


def link_to(page: SupporterPage) -> str:
    """The owner's own address of a page."""
    return f"{current_app.config['BASE_URL']}/my-page/{signed_links.sign(page.id, _PURPOSE)}"


def find_page(token: str, *, lock: bool = False) -> SupporterPage:
    """The page of a mail's link. Raises NotFound for a link that we did not sign, and for an ended page."""
    query = select(SupporterPage).where(SupporterPage.id == (signed_links.read(token, _PURPOSE) or ""))
    if lock:
        query = query.with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None or found.state == ENDED:
        raise NotFound
    return found


def confirm(token: str) -> SupporterPage:
    """The address is right: staff is asked to look. A second click changes nothing.

    Raises Conflict `closed` or `too_many` where the address has pages enough.
    """
    page = find_page(token, lock=True)
    if page.state != DRAFT:
        return page
    _refuse_closed(db.session.get_one(Drive, page.drive_id))
    same = select(SupporterPage.id).where(
        SupporterPage.drive_id == page.drive_id,
        SupporterPage.email == page.email,
        SupporterPage.state.not_in((DRAFT, ENDED)),
    )
    if len(db.session.scalars(same).all()) >= MOST_PAGES:
        raise Conflict("too_many", _("You have %(n)d pages for this drive already.", n=MOST_PAGES))
    page.move_to(WAITING)
    page.waiting_since = clock.now()
    db.session.flush()
    return page


def change(token: str, terms: PageTerms) -> SupporterPage:
    """Write other words or another goal. New words wait for staff again; a goal alone does not.

    Raises NotFound, Invalid on the terms.
    """
    page = find_page(token, lock=True)
    _check(db.session.get_one(Drive, page.drive_id), terms)
    before = (page.title, page.name, page.words)
    _write(page, terms)
    if (page.title, page.name, page.words) != before and page.state != DRAFT:
        if page.state == PUBLIC:
            page_epoch.advance()
        if page.state != WAITING:
            page.move_to(WAITING)
        page.waiting_since, page.hidden_because = clock.now(), ""
    db.session.flush()
    return page


def end(token: str) -> SupporterPage:
    """Take the page down for good. Gifts stay gifts of the drive; words, name and address are gone."""
    page = find_page(token, lock=True)
    _end(page)
    return page


def _end(page: SupporterPage) -> None:
    page.move_to(ENDED)
    page.title = page.name = page.words = page.email = page.hidden_because = ""
    db.session.flush()
    page_epoch.advance()


def pages_from(organisation_id: str, addresses: Collection[str]) -> Select[SupporterPage]:
    """The pages that one person started for an organisation's drives, by their addresses."""
    own = select(Drive.id).where(Drive.organisation_id == organisation_id)
    query = select(SupporterPage).where(SupporterPage.drive_id.in_(own), SupporterPage.email.in_(addresses))
    return query.where(SupporterPage.state != ENDED).order_by(SupporterPage.id)


def end_pages_from(organisation_id: str, addresses: Collection[str]) -> None:
    """End them all, since the person is erased."""
    for page in db.session.scalars(pages_from(organisation_id, addresses).with_for_update()).all():
        _end(page)


def mail_links(drive: Drive, email: str) -> None:
    """Mail the links of an address's pages, where it has any; whoever asks learns nothing of it."""
    query = select(SupporterPage).where(
        SupporterPage.drive_id == drive.id,
        SupporterPage.email == email.strip().lower(),
        SupporterPage.state != ENDED,
    )
    for page in db.session.scalars(query.order_by(SupporterPage.begun_at).limit(MOST_PAGES)):
        key = f"supporter-page-link:{page.id}:{ids.new_id('mail')}"
        _mail(page, key, _("Your page"), _("Here is “%(title)s”:", title=page.title), link_to(page))


def tell_decision(page: SupporterPage, key: str) -> None:
    """Tell the supporter what staff decided; in their language."""
    with force_locale(page.language):
        if page.state == PUBLIC:
            url = f"{current_app.config['BASE_URL']}{address_of(page)}"
            subject, said = _("Your page is public"), _("Anybody can read it and give through it now:")
            _mail(page, key, subject, said, url, _("Change or end it here:"), link_to(page))
        else:
            subject, said = _("Your page is not public"), _("Somebody looked at it and wrote:")
            step = _("Change the words here, and it is looked at again:")
            _mail(page, key, subject, said, page.hidden_because, step, link_to(page))


def address_of(page: SupporterPage) -> str:
    """The path of the public page."""
    slug = db.session.scalar(select(Drive.slug).where(Drive.id == page.drive_id))
    return f"/d/{slug}/supporters/{page.id}"


def _mail(page: SupporterPage, key: str, subject: str, *paragraphs: str) -> None:
    queue_mail(key=key, to=page.email, subject=subject, text="\n\n".join(paragraphs))


def _write(page: SupporterPage, terms: PageTerms) -> None:
    page.title, page.name = terms.title.strip(), terms.name.strip()
    page.words = terms.words.replace("\r\n", "\n").strip()
    page.goal_minor = terms.goal.minor


def _check(drive: Drive, terms: PageTerms) -> None:
    """Raises Invalid: what is too long, empty, or must not be said."""
    wrong: dict[str, list[str]] = {}
    for field, longest in (("title", LONGEST_TITLE), ("name", LONGEST_NAME), ("words", LONGEST_WORDS)):
        if len(getattr(terms, field)) > longest:
            wrong[field] = [_("Write %(number)s characters at most.", number=longest)]
        elif not getattr(terms, field).strip():
            wrong[field] = [_("Write something here.")]
    most = Money(drive.max_minor * 100, drive.currency)
    if terms.goal.currency != drive.currency or terms.goal.minor <= 0 or terms.goal.minor > most.minor:
        wrong["goal"] = [_("Choose a goal up to %(most)s.", most=i18n.money(most))]
    if wrong:
        raise Invalid(wrong)
    screen_words(drive.id, terms.title, terms.name, terms.words)


def screen_words(drive_id: str, title: str, name: str, words: str) -> None:
    """Raises Invalid where the words would name the client."""
    screen_for_drive(drive_id, {"title": title, "name": name, "words": words})


def _refuse_closed(drive: Drive) -> None:
    if not drive.is_open(clock.now()):
        raise Conflict("closed", _("This drive is not open, so that no page can be started for it."))
