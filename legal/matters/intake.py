"""The conflict check: whether a name has been met before, anywhere in the installation, and whom to ask.

The answer never says which name, which matter or which side: only that there may be a conflict, and a person of the
organisation concerned to talk to. The names themselves are not kept; what is kept are keyed digests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, insert, select, union
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.campaign import Campaign
from campaigns.clients.name_digest import ClientNameDigest, digests_of
from core.db import Model, db
from core.errors import Conflict, Invalid
from legal.matters.matter import Matter, MatterParticipation, get_matter
from staff import audit
from staff.access import Actor
from staff.member import Member
from staff.organisation import Organisation

MOST_NAMES, LONGEST_NAME = 50, 200


class PartyDigest(Model):
    """One way in which somebody on the other side of a matter, or beside it, can be met."""

    __tablename__ = "party_digest"

    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


@dataclass(frozen=True)
class Contact:
    """Whom to talk to about a possible conflict."""

    organisation: str
    name: str
    email: str


class PossibleConflict(Conflict):
    """A name has been met before; the matter is not opened until somebody says that it was talked about."""

    def __init__(self, contacts: Sequence[Contact]) -> None:
        super().__init__("possible_conflict", told(contacts))
        self.contacts = list(contacts)


def told(contacts: Iterable[Contact]) -> str:
    """All that the check ever says."""
    return " ".join(
        _(
            "Possible conflict, contact %(name)s of %(organisation)s at %(email)s.",
            name=each.name,
            organisation=each.organisation,
            email=each.email,
        )
        for each in contacts
    )


def check_conflicts(actor: Actor, names: Iterable[str], *, besides: Campaign | None = None) -> list[Contact]:
    """Contacts of the lead counsel wherever one of these names was met, or the client of the campaign `besides`
    on another side: clients and parties of matters, other than those of that very campaign.

    Raises Invalid on parties. The check itself stands in the audit trail, without the names.
    """
    actor.require("matters.edit")
    digests = {digest for name in _clean(names) for digest in digests_of(name)}
    if besides is not None and besides.client_id:
        own = select(ClientNameDigest.digest).where(ClientNameDigest.client_id == besides.client_id)
        digests |= set(db.session.scalars(own))
    contacts = _contacts(digests, besides) if digests else []
    subject = besides.id if besides else actor.organisation_id
    audit.record(actor, "conflict.checked", subject, after={"possible": len(contacts)})
    return contacts


def note_parties(actor: Actor, matter_id: str, names: Iterable[str]) -> int:
    """Keep the digests of people and organisations that matter here, so that later checks meet them. Says how
    many names there were. Raises Invalid on parties, NotFound."""
    actor.require("matters.edit")
    matter, clean = get_matter(actor, matter_id), _clean(names)
    known = set(db.session.scalars(select(PartyDigest.digest).where(PartyDigest.matter_id == matter.id)))
    fresh = {digest for name in clean for digest in digests_of(name)} - known
    if fresh:
        db.session.execute(
            insert(PartyDigest), [{"matter_id": matter.id, "digest": each} for each in sorted(fresh)]
        )
    audit.record(actor, "matter.parties_noted", matter.id, after={"names": len(clean)})
    return len(clean)


def _clean(names: Iterable[str]) -> list[str]:
    clean = [name.strip() for name in names if name.strip()]
    if len(clean) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in clean):
        message = _("Write %(most)s names at most, one a line.", most=MOST_NAMES)
        raise Invalid({"parties": [message]})
    return clean


def _contacts(digests: set[str], besides: Campaign | None) -> list[Contact]:
    parties = (
        select(MatterParticipation.organisation_id)
        .join(PartyDigest, PartyDigest.matter_id == MatterParticipation.matter_id)
        .join(Matter, Matter.id == PartyDigest.matter_id)
        .where(PartyDigest.digest.in_(digests), MatterParticipation.part == "lead_counsel")
    )
    clients = (
        select(Campaign.organisation_id)
        .join(ClientNameDigest, ClientNameDigest.client_id == Campaign.client_id)
        .where(ClientNameDigest.digest.in_(digests))
    )
    if besides is not None:
        parties = parties.where(Matter.campaign_id != besides.id)
        clients = clients.where(Campaign.client_id.is_distinct_from(besides.client_id))
    concerned = union(parties, clients).subquery()
    query = select(Organisation).where(Organisation.id.in_(select(concerned.c[0])))
    return [_contact(each) for each in db.session.scalars(query.order_by(Organisation.name))]


def _contact(organisation: Organisation) -> Contact:
    """The organisation's first owner answers for conflicts."""
    owner = db.session.scalars(
        select(Member)
        .where(Member.organisation_id == organisation.id, Member.left_at.is_(None), Member.role == "owner")
        .order_by(Member.joined_at, Member.id)
        .limit(1)
    ).first()
    return Contact(organisation.name, owner.name if owner else "–", owner.account.email if owner else "–")
