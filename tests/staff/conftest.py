"""What the staff tests share: a password, switched-on limits, the mails that were written, tokens."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from core.mail import OutgoingMail
from core.web.limits import limiter
from staff import issuing
from staff.member import Member
from tests.conftest import Cast

PASSWORD = "a sentence nobody guesses"


@pytest.fixture
def alice(cast: Cast, session: Session) -> Member:
    """Alice, with a password."""
    cast.alice.account.password = hash_password(PASSWORD)
    session.commit()
    return cast.alice


@pytest.fixture
def limits_on(app: Flask) -> Iterator[None]:
    """Count tries as in production, from zero."""
    app.config["LIMITS_ARE_ON"] = True
    limiter.reset()
    yield
    limiter.reset()
    app.config["LIMITS_ARE_ON"] = False


@pytest.fixture
def mails_to(session: Session) -> Callable[[str], list[OutgoingMail]]:
    """The mails written to an address, oldest first."""

    def written(address: str) -> list[OutgoingMail]:
        session.expire_all()
        query = select(OutgoingMail).where(OutgoingMail.to == address)
        return list(session.scalars(query.order_by(OutgoingMail.queued_at, OutgoingMail.id)))

    return written


@pytest.fixture
def bearer(app: Flask, cast: Cast) -> Callable[..., dict[str, str]]:
    """Headers with a fresh token of an owner (Alice unless another is named) that has these scopes."""

    def headers(*scopes: str, owner: str = "alice") -> dict[str, str]:
        with transaction():
            _token, secret = issuing.issue(cast.actor(owner), name="test", scopes=list(scopes))
        return {"Authorization": f"Bearer {secret}"}

    return headers


def link_in(text: str) -> str:
    """The path of the one link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found is not None, text
    return found[1]
