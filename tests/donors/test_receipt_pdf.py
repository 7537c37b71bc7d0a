"""A receipt as a document: what it says, for whom it is tagged, and who can reach it."""

from collections.abc import Callable
from io import BytesIO
from typing import cast

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from sqlalchemy.orm import Session

from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.jobs import send_refund
from tests.donors.conftest import Stripe, usd


@pytest.fixture
def pdf_path(session: Session, give: Callable[..., Gift], stripe: Stripe) -> str:
    """The path of the document in the mail of a paid gift."""
    stripe.pay(give("1234.50", name="#strong[Ana] $x$ Lopez"))
    stripe.deliver_all()
    text = session.query(OutgoingMail).one().text
    return next(line for line in text.splitlines() if line.endswith(".pdf")).removeprefix("http://localhost")


def test_the_document_says_what_the_mail_says(client: FlaskClient, pdf_path: str) -> None:
    answer = client.get(pdf_path)
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data))
    text = reader.pages[0].extract_text()
    assert "$1,234.50" in text
    assert "Refugio Legal Project" in text
    assert "#strong[Ana] $x$ Lopez" in text  # what a person typed is text, never markup
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Receipt ")


def test_the_document_is_tagged_for_screen_readers(client: FlaskClient, pdf_path: str) -> None:
    root = PdfReader(BytesIO(client.get(pdf_path).data)).root_object
    assert cast(DictionaryObject, root["/MarkInfo"])["/Marked"]
    assert root["/Lang"] == "en"


def test_the_same_receipt_is_the_same_document(client: FlaskClient, pdf_path: str) -> None:
    assert client.get(pdf_path).data == client.get(pdf_path).data


def test_a_link_that_we_did_not_sign_leads_nowhere(client: FlaskClient, pdf_path: str) -> None:
    assert client.get(pdf_path.replace(".pdf", "x.pdf")).status_code == 404


@pytest.mark.parametrize(("back", "mark"), [(20000, "Amended"), (123450, "Void")])
def test_what_went_back_is_marked_on_top(
    session: Session, client: FlaskClient, pdf_path: str, back: int, mark: str
) -> None:
    gift = session.query(Gift).one()
    session.commit()
    with transaction():
        refund_id = giving.decide_refund(gift.id, usd(back), asked_by="stripe", reason="").id
    send_refund.run(refund_id)
    answer = client.get(pdf_path)
    text = PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    assert text.index(mark) < text.index("Received from")
    assert ("$1,034.50" in text) == (mark == "Amended")
    assert b"pdfuaid:part" in answer.data
