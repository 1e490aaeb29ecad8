"""Writing the TOML of a run's settings; reading is the standard library's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def dumps(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """`sections` as TOML tables. Values: numbers, strings, lists, dictionaries; a key whose value is None is left out."""
    return "\n".join(_table(name, values) for name, values in sections.items())


def _table(name: str, values: Mapping[str, Any]) -> str:
    lines = [f"{_key(key)} = {value(content)}\n" for key, content in values.items() if content is not None]
    return f"[{_key(name)}]\n" + "".join(lines)


def value(content: Any) -> str:
    """One TOML value."""
    match content:
        case bool():
            return str(content).lower()
        case int() | float():
            return repr(content)
        case str():
            return json.dumps(content, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return "[" + ", ".join(value(item) for item in content) + "]"
        case dict():
            return "{" + ", ".join(f"{_key(key)} = {value(item)}" for key, item in content.items()) + "}"
    raise TypeError(f"TOML has no value for a {type(content).__name__}: {content!r}")


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else value(name)
