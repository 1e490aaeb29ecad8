"""neatcore: neuroevolution in which search acts on something smaller than the weights.

    f : Z → Θ        min over z of loss(M(f(z); x))

The names below are loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from neatcore.checks import check_encoding, check_policy, check_task
    from neatcore.cma import Cma, CmaConfig
    from neatcore.errors import InputError, TaskError
    from neatcore.files import load, load_genome, save
    from neatcore.genome import Genome, Genomes, check_genome
    from neatcore.interfaces import Evaluation, Generation, GraphSpace, VectorSpace
    from neatcore.loop import descend, evolve
    from neatcore.neat import Neat, NeatConfig
    from neatcore.nets import DirectConfig, direct
    from neatcore.novelty import Novelty, NoveltyConfig
    from neatcore.parameters import Parameters
    from neatcore.perceptron import MlpConfig, mlp

_HOME = {
    "neatcore.checks": ("check_encoding", "check_policy", "check_task"),
    "neatcore.cma": ("Cma", "CmaConfig"),
    "neatcore.errors": ("InputError", "TaskError"),
    "neatcore.files": ("load", "load_genome", "save"),
    "neatcore.genome": ("Genome", "Genomes", "check_genome"),
    "neatcore.interfaces": ("Evaluation", "Generation", "GraphSpace", "VectorSpace"),
    "neatcore.loop": ("descend", "evolve"),
    "neatcore.perceptron": ("MlpConfig", "mlp"),
    "neatcore.neat": ("Neat", "NeatConfig"),
    "neatcore.novelty": ("Novelty", "NoveltyConfig"),
    "neatcore.nets": ("DirectConfig", "direct"),
    "neatcore.parameters": ("Parameters",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Cma",
    "CmaConfig",
    "DirectConfig",
    "Evaluation",
    "Generation",
    "Genome",
    "Genomes",
    "GraphSpace",
    "InputError",
    "MlpConfig",
    "Neat",
    "NeatConfig",
    "Novelty",
    "NoveltyConfig",
    "Parameters",
    "TaskError",
    "VectorSpace",
    "check_encoding",
    "check_genome",
    "check_policy",
    "check_task",
    "descend",
    "direct",
    "evolve",
    "load",
    "load_genome",
    "mlp",
    "save",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module 'neatcore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
