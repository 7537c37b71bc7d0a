"""A drive whose campaign Refugio leads, and software with tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from staff.access import actor_for
from staff.issuing import SCOPES, issue
from tests.conftest import Cast
from tests.donors.leading import lead


@dataclass
class Software:
    """A program with one token."""

    client: FlaskClient
    secret: str

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any, **more: str) -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers={**self.headers, **more})

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


Of = Callable[..., Software]


@pytest.fixture(autouse=True)
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


@pytest.fixture
def of(session: Session, cast: Cast, client: FlaskClient) -> Of:
    """Software of this owner, with these scopes (all when none is named)."""

    def software(name: str, *scopes: str) -> Software:
        actor = actor_for(getattr(cast, name))
        session.commit()  # what the test has read so far must not be rolled back with it
        with transaction():
            _token, secret = issue(actor, name="Test", scopes=list(scopes or SCOPES))
        return Software(client, secret)

    return software
