"""What is costly is limited: signing in, what anybody may send, whole lists, and the API."""

import inspect

import pytest
from flask import Flask

from core.settings import Settings
from staff import access, assurance, bearer
from staff.sessions.throttle import LIMITS
from tests.architecture.test_guards import front_door  # noqa: F401 (a fixture)

pytestmark = pytest.mark.pure

#: Sign-in pages that need no limit: signing out costs nothing.
FREE = {"logout"}
#: What anybody may send without a limit, each with its reason.
UNLIMITED = {
    "/stripe/events": "no limit ever stands between Stripe and the inbox; a signature does",
    "/d/<slug>/gifts": "the defence counts by address, e-mail and drive (tests/donors/defence)",
    "/d/<slug>/gifts/<gift_id>/payments": "one payment page for each gift, and the same each time",
    "/join/<token>/acceptance": "needs the token of an invitation and a sign-in",
}


def test_every_sign_in_page_has_a_limit(front_door: Flask) -> None:  # noqa: F811
    pages = {
        rule.endpoint.partition(".")[2]
        for rule in front_door.url_map.iter_rules()
        if rule.endpoint.startswith("security.") and "POST" in (rule.methods or set())
    }
    assert pages - {page for page, _rule, _by in LIMITS} == FREE


def test_whole_lists_and_the_api_are_limited_by_their_guards() -> None:
    assert "spend_export" in inspect.getsource(access.requires)
    assert "spend(" in inspect.getsource(assurance.spend_export)
    assert "spend(RULE" in inspect.getsource(bearer.token_required)


def test_what_anybody_may_send_is_limited(front_door: Flask) -> None:  # noqa: F811
    """Each public view counts tries itself, or hands on to one that does."""
    bare = set()
    for rule in front_door.url_map.iter_rules():
        is_open = not rule.rule.startswith(("/staff", "/api/")) and not rule.endpoint.startswith("security.")
        has_signed_link = rule.rule.startswith("/my/") and "<token>" in rule.rule
        if not is_open or has_signed_link or "POST" not in (rule.methods or set()):
            continue
        view = inspect.unwrap(front_door.view_functions[rule.endpoint])
        module = inspect.getsource(inspect.getmodule(view) or view)
        if "spend(" not in module and "limit" not in module:
            bare.add(rule.rule)
    assert bare - set(UNLIMITED) == set()


def test_production_counts_somewhere_all_processes_see() -> None:
    assert Settings().limits_url == "memory://"  # which production refuses, as test_settings.py shows
