"""What the search of a run is told: fitness, or what a search around it makes of it."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from neatcore.errors import InputError, require
from neatcore.interfaces import Behaving, Descending, Search
from neatcore.novelty import Rewarded
from runner.parts import REWARDS
from runner.settings import Settings


def rewarded(search: Search[Any], settings: Settings, rng: Generator) -> Search[Any]:
    """The search, or one around it that tells it something else than fitness; InputError where that cannot be."""
    reward = REWARDS[settings.run.reward]
    if reward is None:
        return search
    said = f"reward={settings.run.reward}"
    require(not isinstance(search, Descending), f"{said} needs a search that is told fitness; search={settings.run.search} is not")
    if settings.run.reward == "novelty" and not isinstance(settings.task, Behaving):
        raise InputError(f"{said} needs a task that says what networks did; {settings.run.task} says only how well: try maze:hard")
    found: Search[Any] = reward.builder()(settings.reward, search, rng)
    return found


def bred(search: Search[Any]) -> Search[Any]:
    """The search that has the genomes."""
    return search.search if isinstance(search, Rewarded) else search
