"""pydantic's errors as lines that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_WORDS = {
    "greater_than_equal": "must be at least {ge:.12g}",
    "greater_than": "must be more than {gt:.12g}",
    "less_than_equal": "must be at most {le:.12g}",
    "less_than": "must be less than {lt:.12g}",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_parsing_size": "is too large for a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be finite",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "literal_error": "must be {expected}",
    "string_type": "must be text",
    "list_type": 'must be a list, such as [1, 2] or ["a", "b"]',
    "tuple_type": 'must be a list, such as [1, 2] or ["a", "b"]',
    "too_short": "must have at least {min_length}, not {actual_length}",
    "too_long": "must have at most {max_length}, not {actual_length}",
    "missing": "is not there; what is, is too short",
    "dict_type": "must be a table, such as {{sigmoid = 1.0}}",
}


def complaints(error: ValidationError, section: str, origins: Mapping[str, str]) -> str:
    """A line for each wrong value: `population=0: must be at least 2 (search.population in my.toml)`."""
    found = error.errors()
    inside = {details["loc"][0] for details in found if len(details["loc"]) > 1}  # of lists, whose length is no matter then
    told = [details for details in found if not (details["type"] == "too_short" and details["loc"][0] in inside)]
    return "\n".join(_line(details, section, origins) for details in told)


def _line(details: ErrorDetails, section: str, origins: Mapping[str, str]) -> str:
    key = ".".join(str(place) for place in details["loc"])
    where = f"{section}.{key}" if key else f"[{section}]"
    origin = origins.get(key.partition(".")[0], "")
    culprit = f"{key}={details['input']}: " if key else ""
    return f"{culprit}{_reason(details)} ({where}{f' in {origin}' if origin else ''})"


def _reason(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    if details["type"] == "value_error":
        return str(context["error"])
    if details["type"] in _WORDS:
        return _WORDS[details["type"]].format(**context)
    return details["msg"].replace("Input should be", "must be").replace("Input should", "must")
