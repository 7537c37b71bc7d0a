"""Finding the donor behind what staff or another program tells: by id, by address, by a key, by nothing but a name."""

from dataclasses import dataclass

from flask_babel import gettext as _

from core import ids
from core.db import db
from core.errors import Invalid
from donors.people import donor
from donors.people.donor import ANONYMOUS, Donor


@dataclass(frozen=True)
class Somebody:
    """Who it is, in this order: the donor `donor_id`; whoever has the address `email`; whoever is known by `key`;
    somebody new called `name`; else nobody knows who."""

    name: str = ""
    email: str = ""
    donor_id: str = ""
    key: str = ""
    language: str = "en"


def meet(organisation_id: str, who: Somebody) -> Donor:
    """The donor, made where it is not there yet, and locked. Raises Invalid on `donor_id`."""
    about = {"name": who.name, "language": who.language}
    if who.donor_id:
        found = db.session.get(Donor, who.donor_id, with_for_update=True, populate_existing=True)
        if found is None or found.organisation_id != organisation_id or found.erased_at is not None:
            raise Invalid({"donor_id": [_("There is no such donor.")]})
        return found
    if who.email:
        return donor.meet(organisation_id=organisation_id, email=who.email, **about)
    if who.key or not who.name:
        return donor.meet_outside(organisation_id=organisation_id, key=who.key or ANONYMOUS, **about)
    made = Donor(id=ids.new_id("donor"), organisation_id=organisation_id, **about)
    db.session.add(made)
    db.session.flush()
    return made
