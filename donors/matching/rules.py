"""How matching works, in the sentences that donors read before they give and staff beside each gift."""

from flask_babel import gettext as _


def rules() -> list[str]:
    """The rules of every match fund, each as `matching.py` follows it."""
    return [
        _("What a sponsor adds is reserved when you go to the payment page, as far as it lasts."),
        _("Several sponsors are asked in their order. Each cent of a gift is matched once."),
        _("A match is counted on the gift without the fee you cover, and rounded down to the cent."),
        _("Of a gift that repeats, the first payment is matched."),
        _("A match is a sponsor's promise. It is shown apart and is no part of what is raised."),
        _(
            "Where a part of a gift goes back, the same part of its match goes, too; what stays is rounded down."
        ),
        _(
            "Released money is there for gifts to come. Gifts that were matched in part before get none of it."
        ),
        _("A gift paid after its page had closed is matched with what is left then, in the window."),
        _("A refund that fails brings its match back, as far as there is room."),
        _("A gift that does not count toward the drive is not matched."),
    ]
