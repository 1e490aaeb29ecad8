"""What the search of a run is told: fitness, or what a search around it makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from neatcore.errors import InputError, require
from neatcore.interfaces import Behaving, Charted, Descending, Search, Surveying
from neatcore.novelty import Rewarded
from runner.parts import REWARDS
from runner.settings import Settings


def rewarded(search: Search[Any], settings: Settings, rng: Generator) -> Search[Any]:
    """The search, or one around it that tells it something else than fitness; InputError where that cannot be."""
    if isinstance(search, Surveying):
        _survey(search, settings)
    reward = REWARDS[settings.run.reward]
    if reward is None:
        return search
    said = f"reward={settings.run.reward}"
    require(not isinstance(search, Descending), f"{said} needs a search that is told fitness; search={settings.run.search} is not")
    if settings.run.reward == "novelty" and not isinstance(settings.task, Behaving):
        raise InputError(f"{said} needs a task that says what networks did; {settings.run.task} says only how well: try maze:hard")
    found: Search[Any] = reward.builder()(settings.reward, search, rng)
    return found


def _survey(search: Surveying, settings: Settings) -> None:
    """Tell a search the limits of behaviour; InputError where nothing says what they are, or where it is not told fitness."""
    said, task = f"search={settings.run.search}", settings.task
    if not isinstance(task, Charted):
        raise InputError(f"{said} needs a task whose behaviour is a place on a chart; {settings.run.task} has none: try maze:hard")
    several = len(task.behaviours) if isinstance(task, Behaving) else 2
    require(several == 2, f"{said} needs a behaviour that is one place on a chart; {settings.run.task} has {several // 2} of them")
    require(settings.run.reward == "fitness", f"{said} has cells for what is new and keeps the fittest: leave reward out")
    search.survey(np.array([task.chart.x, task.chart.y]))


def bred(search: Search[Any]) -> Search[Any]:
    """The search that has the genomes."""
    return search.search if isinstance(search, Rewarded) else search
