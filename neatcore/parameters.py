"""The base of every part's configuration, and types of fields that several have."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class Parameters(BaseModel):
    """Frozen, checked, and without room for unknown keys. Every field has a default, a range and a one-line description."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """true and false are no numbers, though Python counts with them."""
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation in (int, float):
            raise ValueError("must be a number")
        return value


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute()) if path else ""


def file_unless(text: str, names: Collection[str]) -> str:
    """One of the names as it is; a file, which has an ending or is there, by its absolute path; anything else as it is."""
    path = Path(text).expanduser()
    return _absolute(text) if text not in names and (path.suffix or path.exists()) else text


Size = Annotated[int, Field(ge=1)]
"""How many units, channels or the like: at least one."""

PathText = Annotated[str, AfterValidator(_absolute)]
"""A file or a folder, the same one wherever a run is resumed from: its absolute path, or nothing."""
