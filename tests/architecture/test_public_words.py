"""Every column whose words the public reads passes the one door in campaigns/disclosure.py.

A new column with a name that sounds like words stands either in `PUBLIC`, with the module that writes it, or in
`INSIDE`. tests/campaigns/test_every_public_word.py then wants to see a sealed name refused there, through HTTP.
"""

import ast

import pytest
from sqlalchemy import Text

from core.db import Model
from tests.architecture.reading import calls, modules

pytestmark = pytest.mark.pure

DOOR = {"screen", "screen_for_campaign", "screen_for_drive"}
#: Columns that stand on public pages, feeds, pictures or files, and the module that writes them.
PUBLIC = {
    "campaign.title": "campaigns.opening",
    "campaign.slug": "campaigns.opening",
    "campaign.summary": "campaigns.opening",
    "campaign.story": "campaigns.opening",
    "campaign.picture_alt": "campaigns.picturing",
    "persona.display_name": "campaigns.clients.registering",
    "persona.pronoun": "campaigns.clients.registering",
    "persona.summary": "campaigns.clients.registering",
    "drive.title": "campaigns.drives.drafting",
    "drive.slug": "campaigns.drives.drafting",
    "drive.summary": "campaigns.drives.drafting",
    "drive.story": "campaigns.drives.drafting",
    "drive.petition": "campaigns.drives.drafting",
    "signature.name": "campaigns.petitions.signing",
    "signature.town": "campaigns.petitions.signing",
    "campaign_update.title": "campaigns.updates.updating",
    "campaign_update.body": "campaigns.updates.updating",
    "timeline_entry.words": "campaigns.timeline.telling",
    "timeline_entry.country": "campaigns.timeline.telling",
    "timeline_entry.region": "campaigns.timeline.telling",
    "fund.name": "campaigns.funds.funding",
    "fund.purpose": "campaigns.funds.funding",
    "fund.surplus_clause": "campaigns.funds.funding",
    "drive_extension.note": "campaigns.drives.extending",
    "match_fund.sponsor": "campaigns.matching.sponsoring",
    "budget_stage.name": "legal.budget.staging",
    "report_note.body": "legal.reports.publishing",
    "supporter_page.title": "donors.supporters.supporting",
    "supporter_page.name": "donors.supporters.supporting",
    "supporter_page.words": "donors.supporters.supporting",
    "gift.public_name": "donors.gifts.giving",
    "gift.message": "donors.gifts.giving",
}
#: Of these, what counsel and client approve by the hash of the exact words before any of it is public, and the verb of
#: the module that brings it before them; the other words pass the door alone.
APPROVED_BY_HASH = {
    "campaign": {"begin", "void"},
    "persona": {"void"},
    "drive": {"begin", "void"},
    "campaign_update": {"begin", "void"},
    "timeline_entry": {"begin", "void"},
    "match_fund": {"gather_names"},
    "budget_stage": {"gather_names"},
}
#: Words that the public never reads, or that nobody writes about a client.
INSIDE = {
    *("organisation.slug", "matter.title", "known_device.words", "signed_in.device_words"),
    # Made of what the consent allows of country and region, which passed the door.
    "timeline_entry.place",
    "stripe_event.body",
    "drive_name.name",  # sponsors' and stages' words again, in the lists that are approved
    "comment.body",  # people at work; what names the client is refused there all the same
    "bank_line.text",  # the bank wrote it; staff reads it
}
WORDY = {
    *("title", "slug", "summary", "story", "body", "words", "message", "caption", "alt", "filename"),
    *("headline", "comment", "quote", "bio", "pronoun", "text", "alias", "town", "place", "biography"),
}


def text_columns() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        for column in table.c
        if type(column.type) is Text
    }


def test_every_column_that_sounds_like_words_is_listed(the_app: object) -> None:
    known = PUBLIC.keys() | INSIDE
    sounding = {name for name in text_columns() if WORDY & set(name.split(".")[1].split("_"))}
    assert sorted(sounding - known) == []


def test_the_list_names_columns_that_there_are(the_app: object) -> None:
    assert sorted((PUBLIC.keys() | INSIDE) - text_columns()) == []


@pytest.mark.parametrize("writer", sorted(set(PUBLIC.values())))
def test_the_module_that_writes_it_passes_the_door(writer: str) -> None:
    tree = modules(writer.split(".")[0])[writer]
    assert {call.rsplit(".", 1)[-1] for call in calls(tree)} & DOOR, writer


@pytest.mark.parametrize("table", sorted(APPROVED_BY_HASH))
def test_the_modules_that_write_it_bring_it_before_counsel(table: str) -> None:
    writers = {writer for column, writer in PUBLIC.items() if column.split(".")[0] == table}
    for writer in writers - {"campaigns.picturing"}:
        called = {call.rsplit(".", 1)[-1] for call in calls(modules(writer.split(".")[0])[writer])}
        assert APPROVED_BY_HASH[table] <= called, writer


def test_names_are_read_in_public_through_one_expression() -> None:
    """Public code takes a sponsor's or a stage's name from `shown_name`, never from its column."""
    reading = {
        name: {call.rsplit(".", 1)[-1] for call in calls(tree)}
        for name, tree in modules("legal", "donors").items()
    }
    for module in (
        *("donors.matching.figures", "donors.matching.added"),
        *("legal.budget.statement", "legal.reports.budget_words"),
    ):
        assert "shown_name" in reading[module], module


def test_only_these_modules_make_the_rows(the_app: object) -> None:
    """Nobody else constructs a campaign, a persona, a drive and so on, and so gets around the door."""
    classes = {
        mapper.class_.__name__: {name.split(".")[0] for name in PUBLIC} & {mapper.class_.__tablename__}
        for mapper in Model.registry.mappers
    }
    guarded = {name for name, tables in classes.items() if tables}
    makers = {
        f"{module} makes {call}"
        for module, tree in modules("core", "staff", "campaigns", "legal", "donors").items()
        for call in calls(tree)
        if call in guarded and module not in set(PUBLIC.values()) | MAKE_WITHOUT_WORDS
    }
    assert makers == set()


#: Instalments repeat no words of their donor; faces of campaigns without a persona show the campaign's title; the
#: figures read match funds back from the one statement, to be shown.
MAKE_WITHOUT_WORDS = {
    *("donors.recurring.instalments", "donors.public.face", "donors.public.campaign_face"),
    "donors.matching.figures",
}


def test_the_door_is_one() -> None:
    defined = {
        f"{name}.{node.name}"
        for name, tree in modules("core", "staff", "campaigns", "legal", "donors").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in DOOR
    }
    assert defined == {f"campaigns.disclosure.{name}" for name in DOOR}
