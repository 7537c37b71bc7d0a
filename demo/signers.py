"""People who sign the petition of the legal fund, each answering the mail."""

from campaigns.petitions.signature import CONFIRMED
from campaigns.petitions.signing import SignatureTerms, sign
from core import clock
from demo import words
from demo.cause import a_drive


def sign_the_petition() -> None:
    drive = a_drive("legal-fund")
    for number, (name, town, is_public) in enumerate(words.SIGNERS):
        terms = SignatureTerms(name=name, email=f"signer{number}@example.org", town=town, is_public=is_public)
        signature = sign(drive, terms)
        signature.move_to(CONFIRMED)
        signature.confirmed_at = clock.now()
