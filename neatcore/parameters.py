"""The base of every part's configuration."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """Frozen, checked, and without room for unknown keys. Every field has a default, a range and a one-line description."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
