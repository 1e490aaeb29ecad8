"""Environments of gymnasium: making them, explaining why one cannot be made, keeping them between generations."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import gymnasium
from gymnasium import error

from neatcore.errors import InputError, unknown

ENDLESS = 1_000  # steps of an episode where neither the environment nor the user sets a limit
UNCLEAN = ("gymnasium.envs.box2d.bipedal_walker", "gymnasium.envs.box2d.car_racing")  # their physics world outlives a reset
INSTALL = 'pip install "neatcore[gym]"'


@dataclass(frozen=True)
class Recipe:
    """An environment to be made: its id, the steps of an episode (0: its own limit), and in which form.

    lanes: 0 for a single environment, else that many in one vector environment. drawn: whether it can render pictures.
    """

    id: str
    steps: int = 0
    lanes: int = 0
    drawn: bool = False

    def make(self) -> Any:
        """The environment; InputError says why it cannot be made."""
        options: dict[str, Any] = {"max_episode_steps": self.steps} if self.steps else {}
        with explained(self.id):
            if self.lanes:
                return gymnasium.make_vec(self.id, self.lanes, vectorization_mode="vector_entry_point", **options)
            if self.drawn:
                options["render_mode"] = "rgb_array"
                _draw_without_screen()
            return gymnasium.make(self.id, disable_env_checker=True, **options)


@dataclass(frozen=True)
class Description:
    """What is known of an environment: its spaces, the steps of an episode, the return that counts as solved, whether it has
    a vector form, and the forms in which it draws itself."""

    observations: gymnasium.Space[Any]
    actions: gymnasium.Space[Any]
    limit: int
    goal: float | None
    has_vector: bool
    drawings: tuple[str, ...]


@lru_cache(maxsize=32)
def describe(name: str) -> Description:
    """The environment `name`; InputError where there is none or it cannot be made."""
    with POOL.lend(Recipe(name), 1) as (environment,):
        spec = environment.spec
        return Description(
            environment.observation_space,
            environment.action_space,
            spec.max_episode_steps or ENDLESS,
            None if spec.reward_threshold is None else float(spec.reward_threshold),
            spec.vector_entry_point is not None,
            tuple(environment.metadata.get("render_modes", ())),
        )


class Pool:
    """Environments kept between generations: each is lent to one borrower at a time, and closed when the process ends.

    Those whose reset leaves something of the last episode behind are made anew each time: an episode must depend on its
    seed alone.
    """

    def __init__(self) -> None:
        self._idle: dict[Recipe, list[Any]] = {}
        self._lock = Lock()

    @contextmanager
    def lend(self, recipe: Recipe, count: int) -> Iterator[list[Any]]:
        """`count` environments. They come back when the block ends, or are closed when it fails: their state is unknown then."""
        with self._lock:
            idle = self._idle.get(recipe, [])
            lent, self._idle[recipe] = idle[:count], idle[count:]
        try:
            while len(lent) < count:
                lent.append(recipe.make())
            yield lent
        except BaseException:
            _close(lent)
            raise
        if lent and str(lent[0].spec.entry_point).startswith(UNCLEAN):
            _close(lent)
            return
        with self._lock:
            self._idle.setdefault(recipe, []).extend(lent)

    def close(self) -> None:
        """Close all that are not lent."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for environments in idle.values():
            _close(environments)


def _close(environments: list[Any]) -> None:
    for environment in environments:
        environment.close()


POOL = Pool()
atexit.register(POOL.close)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what gymnasium says while it makes the environment `name` into an InputError that says what to do."""
    _check_name(name)
    try:
        yield
    except error.DependencyNotInstalled as wrong:
        raise InputError(f"gym:{name} needs a package that is not installed: {INSTALL}\n{_line(wrong)}") from wrong
    except error.UnregisteredEnv as wrong:
        raise unknown("gymnasium environment", name, gymnasium.registry) from wrong
    except Exception as wrong:  # it may be anybody's program
        raise InputError(f"gym:{name} cannot be made: {_line(wrong)}") from wrong


def _check_name(name: str) -> None:
    """InputError unless gymnasium knows the environment, or its module is named and may make it known."""
    if name in gymnasium.registry or ":" in name:
        return
    space, slash, _ = name.rpartition("/")
    if slash and not any(known.startswith(f"{space}/") for known in gymnasium.registry):
        raise InputError(
            f"gym:{name}: gymnasium does not know {space!r}; install the package that brings it and name its module too, "
            f"as in gym:ale_py:ALE/Pong-v5"
        )
    raise unknown("gymnasium environment", name, gymnasium.registry)


def _draw_without_screen() -> None:
    """Where there is no screen, let pygame draw into memory and MuJoCo through EGL: its own choice, GLFW, ends the process."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        os.environ.setdefault("MUJOCO_GL", "egl")
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")


def picture(environment: Any, name: str) -> Any:
    """What `environment` renders, (H, W, 3) uint8; InputError says why it cannot."""
    try:
        return environment.render()
    except (error.DependencyNotInstalled, ImportError) as wrong:
        raise InputError(f"to draw gym:{name} a package is missing: {INSTALL}\n{_line(wrong)}") from wrong
    except Exception as wrong:  # a missing display shows itself as whatever the graphics library raises
        raise InputError(f"gym:{name} cannot be drawn on this machine: {type(wrong).__name__}: {_line(wrong)}") from wrong


def _line(wrong: BaseException) -> str:
    """The first line of what `wrong` says."""
    return (str(wrong).strip() or type(wrong).__name__).splitlines()[0]
