"""Every key of the settings, explained: range, default, what it is, and its value now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.settings import Draft
from runner.toml import value as written


@dataclass(frozen=True)
class Key:
    """One key. span: its type or range in words. changed: whether its value is not the default."""

    section: str
    name: str
    value: str
    default: str
    span: str
    description: str

    @property
    def changed(self) -> bool:
        return self.value != self.default


def explain(draft: Draft) -> list[Key]:
    """All keys, section by section; InputError where a value is out of range."""
    return [key for section in draft.models for key in _section(draft, section)]


def _section(draft: Draft, section: str) -> list[Key]:
    model, now = draft.models[section], draft.check(section).model_dump(mode="json")
    schema = model.model_json_schema()["properties"]
    fixed = draft.kind.fixed if draft.kind and section == "task" else {}
    return [
        Key(
            section,
            name,
            _written(now[name]),
            _written(schema[name].get("default")),
            span(schema[name]),
            schema[name].get("description", ""),
        )
        for name in schema
        if name not in fixed
    ]


def span(schema: Mapping[str, Any]) -> str:
    """The choices, or the type and the range, of a JSON schema: `integer, 2 … 1000000`."""
    if "enum" in schema:
        return " | ".join(str(choice) for choice in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(span(choice) for choice in schema["anyOf"] if choice.get("type") != "null")
    kind = {"string": "text", "object": "table", "array": "list", "boolean": "true | false"}.get(
        schema.get("type", ""), schema.get("type", "")
    )
    return ", ".join(word for word in (kind, _range(schema)) if word)


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{low:.12g} … {high:.12g}"
    words = [("at least", low), ("at most", high)]
    words += [("more than", schema.get("exclusiveMinimum")), ("less than", schema.get("exclusiveMaximum"))]
    return ", ".join(f"{word} {bound:.12g}" for word, bound in words if bound is not None)


def _written(value: Any) -> str:
    return "" if value is None else written(value)
