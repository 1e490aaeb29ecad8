"""`encoding=RUN`: the latent space of a run's generator in the words of a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from neatcore.errors import InputError
from neatcore.interfaces import Pictorial, Simulated
from runner.directory import Run
from runner.settings import Settings, file_layer, resolve
from runner.toml import value as written


def latent_words(run: Run) -> list[str]:
    """The words for a search of the latent space of a run's generator; InputError where it has none."""
    settings = resolve(layers=[file_layer(run.config)])
    kind = settings.run.encoding
    if kind not in LATENT:
        raise InputError(
            f"run {run.name} has encoding={kind}, which is no generator of networks; make one with model=hypergan, "
            "or with: neatcore train agents task=cartpole"
        )
    encoding, values = LATENT[kind]
    task = settings.task
    known = {"generator": str(run.champion().resolve()), "ends": [task.inputs, task.outputs], **values(settings)}
    return [f"run.encoding={encoding}", *(f"encoding.{key}={written(value)}" for key, value in known.items())]


def _of_agents(settings: Settings) -> Mapping[str, Any]:
    task, config = settings.task, settings.encoding.model_dump(mode="json")
    pairs = isinstance(task, Simulated) and task.simulation is not None
    return {"pairs": pairs, **{name: config[name] for name in ("hidden", "widths", "latent")}}


def _of_hypergan(settings: Settings) -> Mapping[str, Any]:
    task = settings.task
    picture = list(task.picture_shape) if isinstance(task, Pictorial) else []
    return {"picture": picture, **settings.encoding.model_dump(mode="json")}


LATENT: Mapping[str, tuple[str, Callable[[Settings], Mapping[str, Any]]]] = {
    "agents": ("latent", _of_agents),
    "hypergan": ("hypergan-latent", _of_hypergan),
}
