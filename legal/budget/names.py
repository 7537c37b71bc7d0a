"""What a page says of a stage whose name is not public yet."""

from flask_babel import gettext as _


def neutral_name(position: int, *, is_bond: bool) -> str:
    """In the reader's language."""
    return _("Bond") if is_bond else _("Stage %(number)s", number=position)
