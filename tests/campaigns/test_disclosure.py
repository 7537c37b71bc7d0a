"""The screen: what names the client is refused however it is spelt; innocent words pass."""

from dataclasses import replace

import pytest

from campaigns import opening
from campaigns.clients import identity, registering
from campaigns.clients.registering import PersonaTerms
from campaigns.disclosure import screen, screen_for_campaign, screen_for_drive, standing_words
from campaigns.drives import drafting, launching
from campaigns.funds import funding
from campaigns.funds.funding import FundTerms
from campaigns.opening import CampaignTerms
from campaigns.updates import updating
from core.errors import Invalid, NotFound
from tests.campaigns.conftest import SEALED_NAME, Work, drive_terms

NAMING = [
    "Zebulón Quetzalito Ñandúbal",
    "zebulon quetzalito nandubal",
    "ZEBULÓN QUETZALITO came home",
    "Zebulón Ñandúbal",
    "Ñandúbal, Zebulón",
    "Zebulo\u0301n Quetzalito",
    "Zebulón\nQuetzalito",
    "Zebulón  \r\n  Quetzalito",
    "Zebu\u200blón Quetza\u00adlito",
    "Zebulón\u2060\u200b Quetzalito",
    "**Zebulón** _Quetzalito_",
    "Ze**bul**ón Quetz*ali*to",
    "<b>Zebulón</b> <i>Quetzalito</i>",
    "Zebul&oacute;n Quetzalito",
    "[Zebulón](https://example.org) Quetzalito",
    "the file https://example.org/zebulon-quetzalito.pdf",
    "write to zebulon.quetzalito84@example.org",
    "#ZebulónQuetzalito",
    "Ｚｅｂｕｌｏｎ Quetzalito",
    "Zebulón Quet-\nzalito",
    "Zebulón's brother Zebedeo Quetzalito's house",
    "a cell in Villa Trapisonda.",
    "works at talleres  ZURZIR",
]
INNOCENT = [
    "Carlos is a father of two.",
    "Zebulonia is a village and Quetzal a bird.",
    "Bond $8,000 posted",
    "Exhibit 12, tab 3, pages 45-51",
    "L120/A104, 2.1 hours at $505",
    "130 new monthly donors before midnight",
    "villa",
]


def test_a_text_that_names_the_client_is_refused(
    work: Work,
    subtests: pytest.Subtests,
) -> None:
    for words in NAMING:
        with subtests.test(words=words):
            with pytest.raises(Invalid) as refusal:
                screen(work.client.id, {"story": f"Today {words} is here."})
            assert list(refusal.value.errors) == ["story"]


def test_innocent_texts_pass_without_a_word(
    work: Work,
    subtests: pytest.Subtests,
) -> None:
    for words in INNOCENT:
        with subtests.test(words=words):
            assert screen(work.client.id, {"story": words}) == {}


def test_the_refusal_does_not_repeat_the_name(work: Work) -> None:
    with pytest.raises(Invalid) as refusal:
        screen(work.client.id, {"title": SEALED_NAME, "story": "Zebulón Quetzalito"})
    assert sorted(refusal.value.errors) == ["story", "title"]
    for part in SEALED_NAME.split():
        assert part.lower() not in str(refusal.value).lower()


def test_details_that_give_people_away_ask_the_author(
    work: Work,
    subtests: pytest.Subtests,
) -> None:
    for words, about in [
        ("A 012-345-678", "immigration file number"),
        ("A012345678", "immigration file number"),
        ("MSC2190012345", "receipt number"),
        ("4:25-cv-00123", "docket number"),
        ("1200 North Main Street", "street address"),
        ("March 3, 2026", "full date"),
        ("el 3 de marzo de 2026", "full date"),
        ("2026-03-03", "full date"),
        ("ask press@example.org", "e-mail address"),
        ("call (512) 555-0134", "telephone number"),
        ("his name is Zebulón", "part of the sealed name"),
    ]:
        with subtests.test(words=words, about=about):
            (sentences,) = screen(work.client.id, {"story": f"We heard: {words} today."}).values()
            assert any(about in sentence for sentence in sentences)


def test_without_a_client_the_detectors_still_look() -> None:
    assert screen(None, {"story": "SEALED"}) == {}


def test_drive_and_campaign_lead_to_their_client(work: Work) -> None:
    for refused in (
        lambda: screen_for_campaign(work.campaign.id, {"message": SEALED_NAME}),
        lambda: screen_for_drive(work.drive.id, {"message": SEALED_NAME}),
    ):
        with pytest.raises(Invalid, match="message"):
            refused()
    with pytest.raises(NotFound):
        screen_for_drive("drive_none", {"message": "hello"})


def test_what_was_written_before_the_sealing_is_found_and_cannot_be_published(work: Work) -> None:
    alice = work.alice
    client = registering.register_client(alice, PersonaTerms(display_name="Wilfrido Zurriaga"))
    terms = CampaignTerms(title="For a father", story="Wilfrido Zurriaga waits.", client_id=client.id)
    campaign = opening.open_campaign(alice, terms)
    update = updating.write_update(alice, campaign.id, title="News", body="wilfrido zurriaga hopes")
    innocent = updating.write_update(alice, campaign.id, title="News", body="He hopes")
    assert standing_words(client.id) == []
    identity.seal_identity(alice, client.id, full_name="Wilfrido Zurriaga")
    found = standing_words(client.id)
    assert found == [("campaign", campaign.id), ("update", update.id), ("client", client.id)]
    assert innocent.id not in str(found)
    with pytest.raises(Invalid) as refusal:
        opening.publish_campaign(alice, campaign.id)
    assert sorted(refusal.value.errors) == ["display_name", "story"]


def test_words_for_a_picture_that_were_there_before_the_sealing_are_found_too(work: Work) -> None:
    work.campaign.picture, work.campaign.picture_alt = "file_x", f"{SEALED_NAME} at a table"
    assert standing_words(work.client.id) == [("campaign", work.campaign.id)]
    with pytest.raises(Invalid) as refusal:
        opening.warnings_for(work.campaign)
    assert list(refusal.value.errors) == ["picture_alt"]


def test_a_fund_without_a_campaign_is_screened_by_the_drive_it_is_used_in(work: Work) -> None:
    terms = FundTerms(name="General", purpose=f"For {SEALED_NAME}.", surplus_clause="Next case.")
    fund = funding.open_fund(work.alice, terms)
    work.publish_campaign()
    drive = drafting.draft_drive(
        work.alice, campaign_id=work.campaign.id, fund_id=fund.id, terms=drive_terms()
    )
    with pytest.raises(Invalid, match="fund_id"):
        launching.publish_drive(work.alice, drive.id)
    with pytest.raises(Invalid, match="name"):
        funding.edit_fund(work.alice, fund.id, {"name": SEALED_NAME})


@pytest.mark.parametrize("field", ["title", "slug", "summary", "story"])
def test_every_word_of_a_campaign_and_a_drive_is_screened(work: Work, field: str) -> None:
    words = "zebulon-quetzalito" if field == "slug" else SEALED_NAME
    with pytest.raises(Invalid, match=field):
        opening.edit_campaign(work.alice, work.campaign.id, {field: words})
    with pytest.raises(Invalid, match=field):
        drafting.edit_drive(work.alice, work.drive.id, {field: words})
    with pytest.raises(Invalid, match=field):
        drafting.draft_drive(
            work.alice,
            campaign_id=work.campaign.id,
            fund_id=work.fund.id,
            terms=drive_terms(**{field: words}),
        )


@pytest.mark.parametrize("field", ["name", "purpose", "surplus_clause"])
def test_every_word_of_a_fund_is_screened(work: Work, field: str) -> None:
    terms = FundTerms(name="Bond", purpose="Bond", surplus_clause="Next bond", campaign_id=work.campaign.id)
    with pytest.raises(Invalid, match=field):
        funding.open_fund(work.alice, replace(terms, **{field: SEALED_NAME}))
    with pytest.raises(Invalid, match=field):
        funding.edit_fund(work.alice, work.fund.id, {field: SEALED_NAME})


@pytest.mark.parametrize("field", ["display_name", "pronoun", "summary"])
def test_every_word_of_a_persona_is_screened(work: Work, field: str) -> None:
    with pytest.raises(Invalid, match=field):
        registering.edit_persona(work.alice, work.client.id, {field: "Zebulón Quetzalito"})


@pytest.mark.parametrize("field", ["title", "body"])
def test_every_word_of_an_update_is_screened(work: Work, field: str) -> None:
    texts = {"title": "News", "body": "Good news."}
    with pytest.raises(Invalid, match=field):
        updating.write_update(work.alice, work.campaign.id, **(texts | {field: SEALED_NAME}))
    update = updating.write_update(work.alice, work.campaign.id, **texts)
    with pytest.raises(Invalid, match=field):
        updating.edit_update(work.alice, update.id, {field: SEALED_NAME})
