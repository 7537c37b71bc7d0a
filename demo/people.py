"""Who works in the demo: two organisations and their people, each with a password for the sign-in page."""

from dataclasses import dataclass

from flask_security.utils import hash_password
from sqlalchemy import select

from core.db import db
from staff.access import Actor, actor_for
from staff.account import User, accounts
from staff.member import Member
from staff.organisation import Organisation

PASSWORD = "open-the-doors-of-the-house"  # noqa: S105 (of a demo that runs on one machine)


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    role: str
    about: str

    @property
    def email(self) -> str:
        return f"{self.key}@{'llano' if self.key in {'dana', 'ben', 'pilar'} else 'refugio'}.example"


REFUGIO = (
    Person("elena", "Elena Marsh", "owner", "leads Refugio Legal Project"),
    Person("carla", "Carla Nunez", "campaigner", "runs the drives"),
    Person("frida", "Frida Olsen", "finance", "approves and pays costs"),
    Person("ana", "Ana Lucero", "legal", "lawyer, counsel of record"),
    Person("vera", "Vera Stein", "viewer", "sits on the board"),
)
LLANO = (
    Person("dana", "Dana Cole", "owner", "leads Llano Defenders"),
    Person("ben", "Ben Whitaker", "legal", "lawyer, co-counsel"),
    Person("pilar", "Pilar Soto", "legal", "paralegal"),
)


def settle_in() -> None:
    """Make both organisations and their accounts."""
    refugio = Organisation(
        name="Refugio Legal Project",
        slug="refugio",
        zone="America/Chicago",
        tax_id="74-0000000",
        contact="Refugio Legal Project, 100 Main Street, Example City, TX 70000",
    )
    llano = Organisation(name="Llano Defenders", slug="llano", zone="America/Chicago")
    db.session.add_all([refugio, llano])
    db.session.flush()
    for organisation, people in ((refugio, REFUGIO), (llano, LLANO)):
        for person in people:
            account = accounts.create_user(
                email=person.email, name=person.name, password=hash_password(PASSWORD), active=True
            )
            db.session.flush()
            db.session.add(Member(organisation_id=organisation.id, account_id=account.id, role=person.role))
    db.session.flush()


def actor(key: str) -> Actor:
    """The person as the use cases know them."""
    person = next(each for each in (*REFUGIO, *LLANO) if each.key == key)
    query = select(Member).join(User, User.id == Member.account_id).where(User.email == person.email)
    return actor_for(db.session.scalars(query).one())


def organisation(slug: str) -> Organisation:
    return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def logins() -> list[dict[str, str]]:
    return [
        {
            "email": person.email,
            "password": PASSWORD,
            "role": person.role,
            "who": f"{person.name}, {person.about}",
        }
        for person in (*REFUGIO, *LLANO)
    ]
