"""What a run's champion does to its own weights while it lives: its task shows it at work, and every step is watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.random import default_rng

from neatcore.interfaces import Adapting, Floats, Ints, Lived, Named, Policy, Showable, State
from neatcore.loop import blaming
from runner.session import Parts
from runner.watching import Standing
from viz.lifetimes import lifetimes_figure
from viz.style import Theme


@dataclass(frozen=True)
class Watched(Standing[Policy]):
    """A policy that notes the weights of its first network: at every `reset` a life begins in `lives`, step by step (K, S)."""

    lives: list[list[Floats]]

    def reset(self, lanes: int, /) -> State:
        state = self.policy.reset(lanes)
        self.lives.append([])
        self._note(state)
        return state

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        state, outputs = self.policy.step(state, inputs)
        self._note(state)
        return state, outputs

    def take(self, rows: Ints, /) -> Watched:
        return Watched(self.policy.take(rows), self.lives)

    def _note(self, state: State) -> None:
        if isinstance(self.policy, Adapting):
            self.lives[-1].append(self.policy.weights(state).copy())


@dataclass(frozen=True)
class Lifetimes:
    """The weights (T, K) of K links in each life, their names, and what the lives are."""

    weights: Sequence[Floats]
    links: Sequence[str]
    titles: Sequence[str]

    title = "Weights that change within a lifetime"
    about = "Each life begins with the weights of the genes."
    words = "The plastic weights, step by step; those that move most in colour, with their names."

    def draw(self, theme: str | Theme) -> Figure:
        return lifetimes_figure(self.weights, self.links, self.titles, theme=theme)


def lifetimes_of(parts: Parts, champion: Any) -> Lifetimes | None:
    """The lives that the task shows of the champion; None where nothing is shown, or no weight can change."""
    policy = parts.model.bind(parts.encoding.decode([champion]))
    if not (isinstance(policy, Adapting) and isinstance(parts.task, Showable)):
        return None
    links = policy.links(*_names(parts))
    if not links:
        return None
    watched = Watched(policy, [])
    with blaming(parts.task, "in show"):
        parts.task.show(watched, default_rng(0))
    weights = [lane for life in watched.lives for lane in np.moveaxis(np.array(life), 2, 0)]
    titles = parts.task.lives if isinstance(parts.task, Lived) else ()
    return Lifetimes(weights, links, [*titles, *[""] * len(weights)][: len(weights)])


def _names(parts: Parts) -> tuple[Sequence[str], Sequence[str]]:
    """What the task calls its inputs and outputs, or their numbers."""
    if isinstance(parts.task, Named):
        return parts.task.names
    return [f"in {i}" for i in range(parts.task.inputs)], [f"out {o}" for o in range(parts.task.outputs)]
