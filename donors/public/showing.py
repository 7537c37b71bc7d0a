"""What the public templates show, made from the read models: words and addresses, no decisions."""

from typing import Any

from flask_babel import gettext as _

from campaigns.campaign import Campaign
from campaigns.clients.client import Persona
from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT
from core import clock, markup
from core.money import EXPONENTS, Money
from donors.figures.progress import Progress
from donors.gifts import fee_cover
from donors.matching.figures import shown
from donors.matching.rules import rules
from donors.public import fee_words
from donors.public.campaign_face import CampaignFace
from donors.public.face import Face, RecentGift, ToldMove
from donors.public.told_budget import next_pays
from donors.words import deductibility_note

#: How much of a picture's SHA-256 stands in its address.
PICTURE_DIGITS = 16


def drive_view(face: Face) -> dict[str, Any]:
    """The context of donors/drive.html."""
    drive, figures = face.drive, face.progress
    rate = fee_cover.rate(drive.currency)
    return {
        "drive": _drive(face),
        "campaign": face.campaign,
        "persona": persona_view(face.persona, face.campaign),
        "organisation": face.organisation,
        "partners": [name for _id, name in face.partners],
        "goals": figures.goals,
        "raised": figures.raised,
        "raised_at_close": _raised_at_close(figures),
        "employers": figures.employers,
        "donors": figures.donors,
        "tiles": figures.tiles,
        "has_siblings": face.has_siblings,
        "recent_gifts": [_recent(gift) for gift in face.recent_gifts],
        "updates": face.updates,
        "reports": face.reports,
        "timeline": face.timeline,
        "supporters": face.supporters,
        "extensions": sorted(face.extensions),
        "closed_out": face.closed_out[0] if face.closed_out else None,
        "surplus_moved": _by_fund(face.surplus_moved),
        "moved": face.moved,
        "hours_by_month": face.hours_by_month,
        "raised_by_day": face.raised_by_day,
        "budget": face.budget,
        "next_pays": next_pays(face.budget),
        "promised": face.promised,
        "as_of": figures.as_of,
        "matches": (told := shown(figures.match_funds, figures.as_of)),
        "matched": figures.matched,
        "match_rules": rules() if told else [],
        "decimals": EXPONENTS[drive.currency],
        "fee_text": fee_words.of_card(rate) if rate else "",
        "fee_percent": int(rate.percent * 100) if rate else None,
        "fee_fixed": rate.fixed.minor if rate else None,
        "debit_fee": fee_words.of_debit(drive.currency) if face.takes_debits else None,
    }


def _raised_at_close(figures: Progress) -> Money:
    """What was frozen; before that, and for drives without a goal of this kind, what stands now."""
    frozen = [goal.frozen for goal in figures.goals if goal.metric == AMOUNT and goal.frozen is not None]
    return Money(frozen[0], figures.raised.currency) if frozen else figures.raised


def _by_fund(moves: list[ToldMove]) -> list[tuple[str, Money]]:
    """What moved to each fund, several movements as one sum."""
    sums: dict[str, Money] = {}
    for each in moves:
        sums[each.fund_name] = sums.get(each.fund_name, Money.zero(each.amount.currency)) + each.amount
    return sorted(sums.items())


def _drive(face: Face) -> dict[str, Any]:
    drive = face.drive
    return {
        "id": drive.id,
        "slug": drive.slug,
        "title": drive.title,
        "summary": drive.summary,
        "story_html": markup.to_html(drive.story),
        "currency": drive.currency,
        "opens_at": drive.opens_at,
        "closes_at": drive.ends_at,
        "zone": drive.zone,
        "state": drive.state(clock.now()),
        "surplus_clause": face.fund.surplus_clause,
        "deductibility_note": deductibility_note(drive),
        "after_close": after_close(drive, takes_debits=face.takes_debits) if drive.ends_at else "",
    }


def after_close(drive: Drive, *, takes_debits: bool = False) -> str:
    """What counts that arrives late, and when the figures are final; fixed at publication."""
    if takes_debits:
        debits = _(
            "What is paid from a bank account counts for the moment at which its donor allowed it; what arrives after "
            "the close is shown beside them too."
        )
        return f"{after_close(drive)} {debits}"
    if not drive.grace_minutes:
        late = _("A payment that finishes after the close does not count.")
        frozen = _("The figures are frozen at the close; what is refunded later is shown beside them.")
        return f"{late} {frozen}"
    minutes = drive.grace_minutes
    if drive.grace_counts:
        late = _(
            "A payment begun in time may finish within %(minutes)s minutes, and counts.", minutes=minutes
        )
    else:
        late = _("A payment begun in time that finishes after the close does not count.")
    frozen = _(
        "The figures are frozen %(minutes)s minutes after the close; what is refunded later is shown beside them.",
        minutes=minutes,
    )
    return f"{late} {frozen}"


def campaign_view(face: CampaignFace) -> dict[str, Any]:
    """The context of campaigns/campaign_public.html."""
    campaign = face.campaign
    return {
        "campaign": {
            "id": campaign.id,
            "slug": campaign.slug,
            "title": campaign.title,
            "summary": campaign.summary,
            "story_html": markup.to_html(campaign.story),
        },
        "persona": persona_view(face.persona, campaign),
        "organisation": face.organisation,
        "partners": face.partners,
        "raised_by_link": face.raised_by_link,
        "drives": [progress_view(each) for each in face.drives],
        "tiles": face.drives[0].tiles if face.drives else None,
        "updates": face.updates,
        "reports": [(each.id, each.last_month) for each in face.reports],
        "timeline": face.timeline,
        "as_of": face.as_of,
    }


def progress_view(figures: Progress) -> dict[str, Any]:
    """A drive's bars where several drives stand on one page."""
    drive = figures.drive
    return {
        "drive": {
            "slug": drive.slug,
            "title": drive.title,
            "state": drive.state(figures.as_of),
            "opens_at": drive.opens_at,
            "closes_at": drive.ends_at,
            "zone": drive.zone,
        },
        "goals": figures.goals,
        "raised": figures.raised,
    }


def persona_view(persona: Persona, campaign: Campaign) -> dict[str, Any]:
    """The address of a picture changes with the picture."""
    digest = campaign.picture_sha256[:PICTURE_DIGITS]
    return {
        "display_name": persona.display_name,
        "pronoun": persona.pronoun,
        "portrait_url": f"/c/{campaign.slug}/pictures/{digest}.webp" if campaign.picture else None,
        "portrait_alt": campaign.picture_alt,
    }


def _recent(gift: RecentGift) -> dict[str, Any]:
    return {
        "name": gift.name or _("Anonymous"),
        "amount": gift.amount,
        "rhythm": gift.rhythm,
        "at": gift.at,
        "message": gift.message,
    }
