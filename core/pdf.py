"""PDF documents from Typst templates, tagged for screen readers (PDF/UA-1).

A template is a file under templates/pdf/. What it prints reaches it as data, never as source, so nothing that
a person typed is read as markup. Only the fonts inside the typst wheel are used: the same document on every
machine.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent.parent / "templates" / "pdf"


def render(template: str, about: dict[str, Any], *, made_at: datetime) -> bytes:
    """The document `template` (such as `receipt`) about JSON values; the same input gives the same bytes."""
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        format="pdf",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"about": json.dumps(about, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),  # PDF dates have none
    )
