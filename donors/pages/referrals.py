"""Partners' links: a short one for print, and the pages it leads to, on which each gift is the partner's to bring.

The code travels in the address and in a field of the form. No cookie is set: who comes back another day by
another way came by that one.
"""

from flask import Blueprint, Response, current_app, redirect
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.partners.referral_link import find_by_code, find_referrer
from core import clock
from core.db import db
from core.errors import NotFound
from donors.embeds import embed_page, qr_of
from donors.pages.campaigns import campaign_page
from donors.pages.drives import drive_page
from donors.public import campaign_face, face

bp = Blueprint("referrals", __name__)


@bp.get("/v/<code>")
def link(code: str) -> AnyResponse:
    """To the drive of the campaign that takes gifts now and closes first, else to the campaign. What was printed
    long ago still leads there when the partner has left, and then counts for nobody."""
    partner = _partner(code)
    campaign = db.session.get_one(Campaign, partner.campaign_id)
    if campaign.published_at is None:
        raise NotFound
    query = select(Drive).where(Drive.campaign_id == campaign.id, Drive.is_shown())
    shown = db.session.scalars(query.order_by(Drive.closes_at, Drive.id))
    drive = next((each for each in shown if each.state(clock.now()) == "open"), None)
    place = f"/d/{drive.slug}" if drive else f"/c/{campaign.slug}"
    return redirect(f"{place}/via/{code}" if partner.takes_part else place)


def _partner(code: str) -> Partner:
    found = find_by_code(code)
    if found is None:
        raise NotFound
    return found


@bp.get("/v/<code>/qr.svg")
def link_code(code: str) -> Response:
    """The link as a QR code."""
    return qr_of(f"{current_app.config['BASE_URL']}/v/{_partner(code).code}")


@bp.get("/d/<slug>/via/<code>")
def drive_by_link(slug: str, code: str) -> AnyResponse:
    found = face.require(slug)
    if find_referrer(code, found.campaign.id) is None:
        return redirect(f"/d/{slug}")
    return drive_page(found, code)


@bp.get("/d/<slug>/via/<code>/embed")
def embed_by_link(slug: str, code: str) -> AnyResponse:
    """The frame for a partner's own page."""
    found = face.require(slug)
    if find_referrer(code, found.campaign.id) is None:
        return redirect(f"/d/{slug}/embed")
    return embed_page(found, code)


@bp.get("/c/<slug>/via/<code>")
def campaign_by_link(slug: str, code: str) -> AnyResponse:
    if find_referrer(code, campaign_face.require(slug).id) is None:
        return redirect(f"/c/{slug}")
    return campaign_page(slug, code)
