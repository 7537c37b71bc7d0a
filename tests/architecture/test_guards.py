"""Every staff page and every API route asks who is there; the open ones are listed here, each on purpose."""

import pytest
from flask import Flask

from app import create_app
from core.settings import Settings

pytestmark = pytest.mark.pure

#: Staff addresses that need a signed-in person and no permission.
SIGNED_IN_ALONE: set[str] = set()
OPEN_API: set[str] = set()


@pytest.fixture(scope="module")
def front_door(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(
        Settings(environment="testing", data_dir=tmp_path_factory.mktemp("door"), queue_url="memory:")
    )


def unguarded(app: Flask, prefix: str) -> set[str]:
    rules = (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix))
    return {rule.rule for rule in rules if not hasattr(app.view_functions[rule.endpoint], "guard")}


def test_every_staff_page_has_a_guard(front_door: Flask) -> None:
    assert unguarded(front_door, "/staff") == SIGNED_IN_ALONE


def test_every_api_route_has_a_guard(front_door: Flask) -> None:
    assert unguarded(front_door, "/api/") == OPEN_API
