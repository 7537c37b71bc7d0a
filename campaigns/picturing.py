"""The picture on a campaign's pages: made anew from what was sent, with words for who cannot see it.

Of the file that was sent nothing is kept but what it shows: no name, no EXIF, no place, no thumbnail of a larger
picture. The picture is bound to counsel's approval like a word; an exchange voids it and takes the page down.
"""

import hashlib
from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageOps

from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.disclosure import ask_again, screen
from campaigns.opening import get_led
from core import uploads
from core.db import after_commit, db
from core.errors import Conflict, Invalid, NotFound
from core.uploads import Kept, Shelf
from staff import audit
from staff.access import Actor

#: Sealed as it lies: a draft's picture is nobody's yet.
PICTURES = Shelf("pictures", ("image/jpeg", "image/png", "image/webp"), 12 * 1024**2)
#: As wide as a phone at twice its density shows it, in the shape of its place on the page; px.
WIDTH, HEIGHT = 800, 350
_QUALITY = 68
MEDIA_TYPE = "image/webp"
LONGEST_ALT = 250


def remade(sent: bytes, *, field: str = "picture") -> bytes:
    """The picture upright, cut to its place, as WebP without any metadata. Raises Invalid on `field`."""
    uploads.check(PICTURES, sent, field=field)
    try:
        with Image.open(BytesIO(sent)) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError) as broken:
        raise Invalid({field: [_("This picture is damaged. Choose another file.")]}) from broken
    cut = ImageOps.fit(upright, (WIDTH, HEIGHT))
    plain = Image.frombytes(cut.mode, cut.size, cut.tobytes())  # pixels alone, whatever the file held besides
    made = BytesIO()
    plain.save(made, "WEBP", quality=_QUALITY, method=6)
    return made.getvalue()


def set_picture(actor: Actor, campaign_id: str, kept: Kept, *, alt: str, looked_at: bool = False) -> Campaign:
    """Put a picture that `remade` made in its place. `alt` says what it shows.

    Raises NotFound, Forbidden, Invalid on alt, Conflict `look_again` (public already).
    """
    campaign = get_led(actor, campaign_id)
    alt = " ".join(alt.split())
    if not 1 <= len(alt) <= LONGEST_ALT:
        raise Invalid({"picture_alt": [_("Say in up to 250 characters what the picture shows.")]})
    warnings = screen(campaign.client_id, {"picture_alt": alt})
    if campaign.is_public:
        ask_again(warnings, looked_at=looked_at)
    _replace(campaign, kept.name, kept.sha256, alt)
    clearing.void(actor, campaign)
    audit.record(actor, "campaign.pictured", campaign.id, after={"sha256": kept.sha256})
    return campaign


def remove_picture(actor: Actor, campaign_id: str) -> Campaign:
    """Show the woven band instead. Raises NotFound, Forbidden, Conflict `no_picture`."""
    campaign = get_led(actor, campaign_id)
    if not campaign.picture:
        raise Conflict("no_picture", _("There is no picture here."))
    before = campaign.picture_sha256
    _replace(campaign, "", "", "")
    clearing.void(actor, campaign)
    audit.record(actor, "campaign.unpictured", campaign.id, before={"sha256": before})
    return campaign


def _replace(campaign: Campaign, name: str, sha256: str, alt: str) -> None:
    former = campaign.picture
    campaign.picture, campaign.picture_sha256, campaign.picture_alt = name, sha256, alt
    db.session.flush()
    if former:
        after_commit(lambda: uploads.discard(PICTURES, former))


def read(campaign: Campaign) -> bytes:
    """Raises NotFound where there is none, or where its bytes are not those that were approved."""
    if not campaign.picture:
        raise NotFound
    data = uploads.read(PICTURES, campaign.picture)
    if hashlib.sha256(data).hexdigest() != campaign.picture_sha256:
        raise NotFound
    return data
