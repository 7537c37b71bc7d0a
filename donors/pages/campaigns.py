"""The public page of a campaign with its picture, and the front page. They share the blueprint of drives."""

from flask import Response, current_app, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from campaigns import picturing
from core.errors import Gone, NotFound
from core.web.page_cache import share
from donors.pages.drives import bp, by_link
from donors.public import campaign_face
from donors.public.showing import PICTURE_DIGITS, campaign_view, progress_view


@bp.get("/c/<slug>")
def campaign(slug: str) -> AnyResponse:
    """A campaign's page with its drives."""
    if "via" in request.args:
        return by_link(f"/c/{slug}")
    return campaign_page(slug)


def campaign_page(slug: str, via: str = "") -> Response:
    """The page; for who came by a partner's link its drives are that link's."""
    found = campaign_face.read(slug)
    if found is None:
        raise Gone if campaign_face.is_withdrawn(slug) else NotFound
    view = campaign_view(found)
    return share(make_response(render_template("campaigns/campaign_public.html", face=view, via=via)))


@bp.get("/c/<slug>/pictures/<digest>.webp")
def campaign_picture(slug: str, digest: str) -> Response:
    """The campaign's picture, for as long as it is the one that was approved and the campaign is public."""
    found = campaign_face.require(slug)
    if digest != found.picture_sha256[:PICTURE_DIGITS]:
        raise NotFound
    return share(current_app.response_class(picturing.read(found), content_type=picturing.MEDIA_TYPE))


@bp.get("/")
def home() -> str:
    """What this is, and what is open."""
    campaigns = [
        {
            "id": each.id,
            "slug": each.slug,
            "title": each.title,
            "summary": each.summary,
            "drives": [progress_view(drive) for drive in drives],
        }
        for each, drives in campaign_face.list_public()
    ]
    return render_template("home.html", campaigns=campaigns)
