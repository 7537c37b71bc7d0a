"""A drive on other people's pages: a frame, its oEmbed, a picture with the live figures, a QR code; a campaign's feed.

Each reads the same face as the drive's own page, so it says the same and is gone (410) with it. No cookie is set.
"""

import io
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _

from core.errors import Gone, Invalid, NotFound, Refusal
from core.i18n import language
from core.security import let_frame
from core.web import limits
from core.web.page_cache import share
from donors.public import campaign_face, face, preview
from donors.public.face import Face
from donors.public.showing import campaign_view, drive_view

bp = Blueprint("embeds", __name__)

#: Size of the frame in px; it grows with its page.
FRAME_WIDTH, FRAME_HEIGHT = 480, 360


@bp.get("/d/<slug>/embed")
def embed(slug: str) -> Response:
    """Progress, countdown and a button to give, for a frame on any page."""
    return embed_page(face.require(slug))


def embed_page(found: Face, via: str = "") -> Response:
    """The frame; on a partner's own page its button is the partner's link."""
    drawn = render_template("donors/embed.html", face=drive_view(found), via=via)
    return share(let_frame(make_response(drawn)))


@bp.get("/d/<slug>/preview.png")
def picture(slug: str) -> Response:
    """What a shared link shows, 1200 by 630 px, with the figures of now."""
    found = face.require(slug)
    limits.spend_drawing()
    return _picture(preview.png(found), "image/png")


@bp.get("/d/<slug>/qr.svg")
def qr_code(slug: str) -> Response:
    """The drive's address for a poster."""
    face.require(slug)
    return qr_of(address(slug))


def _picture(body: bytes, kind: str) -> Response:
    response = share(current_app.response_class(body, content_type=kind))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # to be shown on anybody's page
    return response


@bp.get("/c/<slug>/updates.atom")
def feed(slug: str) -> Response:
    """The campaign's updates, newest first (RFC 4287)."""
    found = campaign_face.read(slug)
    if found is None:
        raise Gone if campaign_face.is_withdrawn(slug) else NotFound
    place = f"{current_app.config['BASE_URL']}/c/{slug}"
    newest = found.updates[0].published_at if found.updates else found.campaign.published_at
    words = render_template("donors/feed.xml", face=campaign_view(found), place=place, newest=newest)
    return share(current_app.response_class(words, content_type="application/atom+xml; charset=utf-8"))


@bp.get("/oembed")
def oembed() -> Response:
    """How a page shows a drive whose address it was given (oEmbed 1.0, JSON).

    Refuses with 422 on url, 404 for what is no public drive, 410 for one that was withdrawn, 501 for XML.
    """
    if request.args.get("format", "json") != "json":
        raise NoXml(_("This address answers in JSON alone."))
    slug = _slug(request.args.get("url", ""))
    drive = face.require(slug).drive
    width, height = _at_most("maxwidth", FRAME_WIDTH), _at_most("maxheight", FRAME_HEIGHT)
    said: dict[str, Any] = {
        "type": "rich",
        "version": "1.0",
        "provider_name": "Amparo",
        "provider_url": current_app.config["BASE_URL"],
        "title": drive.title,
        "html": render_template(
            "donors/frame.html",
            address=f"{address(slug)}/embed",
            title=drive.title,
            width=width,
            height=height,
        ).strip(),
        "width": width,
        "height": height,
        "thumbnail_url": f"{address(slug)}/preview.png",
        "thumbnail_width": preview.WIDTH,
        "thumbnail_height": preview.HEIGHT,
        "cache_age": 60,
    }
    response = jsonify(said)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Language"] = language()
    return response


def _at_most(name: str, ours: int) -> int:
    return max(1, min(request.args.get(name, ours, int), ours))


class NoXml(Refusal):
    """oEmbed asks for this status where a format is not offered."""

    status, code = 501, "format_not_offered"


def _slug(url: str) -> str:
    """The drive that an address of ours names. Raises Invalid on url."""
    parts, ours = urlsplit(url), urlsplit(current_app.config["BASE_URL"])
    place = parts.path.strip("/").split("/")
    if parts.netloc != ours.netloc or len(place) != 2 or place[0] != "d":
        raise Invalid({"url": [_("Give the address of a drive, such as %(example)s.", example=address("…"))]})
    return place[1]


def qr_of(place: str) -> Response:
    """An address as a QR code."""
    drawn = io.BytesIO()
    segno.make(place, error="m").save(drawn, kind="svg", scale=8, light="white")
    return _picture(drawn.getvalue(), "image/svg+xml")


def address(slug: str) -> str:
    return f"{current_app.config['BASE_URL']}/d/{slug}"
