"""The `key=value` words of a command line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neatcore.errors import InputError, require, unknown

HINTS = {  # where the nearest key is another one
    "novelty": "unknown key 'novelty'; did you mean reward=novelty?",
    "model": "unknown key 'model': `train` has it; for `run` write encoding=NAME",
}


@dataclass(frozen=True)
class Word:
    """`section.key=text`, or without a section, as it was written."""

    section: str
    key: str
    text: str

    @classmethod
    def of(cls, word: str) -> Word:
        name, sign, text = word.partition("=")
        require(sign and name, f"{word!r} is no key=value, such as population=300")
        section, _, key = name.strip().rpartition(".")
        return cls(section, key, text.strip())

    def names(self, section: str, key: str) -> bool:
        """Whether this word, with or without a section, is about section.key."""
        return self.key == key and self.section in ("", section)

    @property
    def value(self) -> Any:
        """The text as a TOML value; where it is none, the text itself."""
        try:
            table = tomllib.loads(f"value = {self.text}")
        except tomllib.TOMLDecodeError:
            return self.text
        return table["value"] if len(table) == 1 else self.text


def place(word: Word, keys: Mapping[str, Collection[str]]) -> str:
    """The section that a word is about, among the keys of each section; InputError where it is none, or several."""
    if word.section:
        if word.section not in keys:
            raise unknown("section", word.section, keys)
        if word.key not in keys[word.section]:
            raise unknown(f"key in section [{word.section}]:", word.key, keys[word.section])
        return word.section
    homes = [section for section, names in keys.items() if word.key in names]
    if not homes:
        if word.key in HINTS:
            raise InputError(HINTS[word.key])
        raise unknown("key", word.key, {name for names in keys.values() for name in names})
    if len(homes) > 1:
        choices = " or ".join(f"{section}.{word.key}={word.text}" for section in homes)
        raise InputError(f"{word.key!r} is a key of several sections; write {choices}")
    return homes[0]


def spelled(words: Sequence[str]) -> list[str]:
    """`agents task=NAME …` as `agents:NAME …`; other words as they are."""
    if not words or words[0] != "agents":
        return list(words)
    named = [word for word in words[1:] if re.match(r"(run\.)?task=", word)]
    task = named[-1].partition("=")[2] if named else "cartpole"
    return [f"agents:{task}", *(word for word in words[1:] if word not in named)]
