"""Numbers in a lesson's text that come from a run: `{{name:.0%}}` in the source, a figure for the reader."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{\s*(?P<name>[A-Za-z_]\w*)\s*(?::(?P<format>[^{}]*))?\}\}")


def names(text: str) -> list[str]:
    """Return the names of the claims that a text quotes.

    Example:
        >>> names("It lost {{lost_fraction:.0%}} of them.")
        ['lost_fraction']
    """
    return [match["name"] for match in _PLACE.finditer(text)]


def render(text: str, values: Mapping[str, float]) -> str:
    """Return the text with every `{{name:format}}` replaced by the measured value.

    Args:
        text (str): Markdown.
        values (mapping of str to float): what the claims of the last build recorded, by name.

    Raises:
        KeyError: no claim of that name recorded a value.
        ValueError: the format does not fit a number.

    Example:
        >>> render("It lost {{lost_fraction:.0%}}.", {"lost_fraction": 0.382})
        'It lost 38%.'
    """

    def figure(match: re.Match) -> str:
        if match["name"] not in values:
            known = ", ".join(sorted(values)) or "none"
            raise KeyError(
                f"the text quotes {match[0]} but no claim with name={match['name']!r} recorded a value; "
                f"recorded: {known}"
            )
        return format(values[match["name"]], (match["format"] or "").strip())

    return _PLACE.sub(figure, text)
