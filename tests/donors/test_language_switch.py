"""The switch of languages leads to a page, also from the answer to a form."""

import pytest
from flask.testing import FlaskClient

from campaigns.drives.drive import Drive


@pytest.mark.parametrize("answer", ["page", "refused form"])
def test_the_switch_leads_to_the_page(client: FlaskClient, drive: Drive, answer: str) -> None:
    address = f"/d/{drive.slug}"
    shown = (
        client.get(address)
        if answer == "page"
        else client.post(f"{address}/gifts", data={"amount_other": "x"})
    )
    assert f'href="{address}?lang=es"' in shown.text
    assert '<html lang="es"' in client.get(f"{address}?lang=es").text
