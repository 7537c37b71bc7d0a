"""Which mails a person got twice, as seen from the mail server."""

import re
from collections import Counter
from collections.abc import Iterable
from email.message import EmailMessage

_WHICH_GIFT = re.compile(r"/my/recurring/(\S+)")


def mailed_twice(mails: Iterable[EmailMessage]) -> list[str]:
    """Names of mails that were handed over more than once, and words that a person read twice running.

    Words are compared where a mail leads to its recurring gift: two gifts may end in the same words, and who pauses,
    goes on and pauses again reads the same words twice, rightly, with others between.
    """
    mails = list(mails)
    names = Counter(str(each["Message-ID"]) for each in mails)
    again = [name for name, count in names.items() if count > 1]
    last: dict[tuple[str, str], str] = {}
    for each in mails:
        body = each.get_body(("plain",))
        text = body.get_content() if body else ""
        found = _WHICH_GIFT.search(text)
        if found is None:
            continue
        about = (str(each["To"]), found[1])
        words = f"{each['Subject']}\n{text}"
        if last.get(about) == words:
            again.append(words)
        last[about] = words
    return again
