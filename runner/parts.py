"""What a run is made of, by name: searches and encodings. Nothing is imported before it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from neatcore.errors import InputError, unknown

if TYPE_CHECKING:
    from neatcore.parameters import Parameters


@dataclass(frozen=True)
class Part:
    """A search or an encoding: where its configuration and its constructor are, and what it is in a few words."""

    config: str
    build: str
    summary: str
    wants: str = ""  # of the task, for an encoding that makes use of it: "places" of inputs and outputs, "picture_shape"

    def config_class(self) -> type[Parameters]:
        found: type[Parameters] = _load(self.config)
        return found

    def builder(self) -> Callable[..., Any]:
        """For a search (config, space, rng) -> Search; for an encoding (config, inputs, outputs) -> (Encoding, Model), with what it
        `wants` of the task, or None where the task has no such thing, as a last argument."""
        found: Callable[..., Any] = _load(self.build)
        return found


PICTURE = "picture_shape"
WRN = "hypernets.wideresnet:wrn"
STATIC = "hypernets.targets:static_hypernet"

SEARCHES: dict[str, Part] = {
    "neat": Part("neatcore.neat:NeatConfig", "neatcore.neat:Neat", "networks that grow, in species"),
    "cma": Part("neatcore.cma:CmaConfig", "neatcore.cma:Cma", "covariance matrix adaptation (CMA-ES) of vectors"),
    "snes": Part("neatcore.snes:SnesConfig", "neatcore.snes:Snes", "separable natural evolution strategy (SNES) of vectors"),
    "cosyne": Part(
        "neatcore.cosyne:CosyneConfig", "neatcore.cosyne:Cosyne", "cooperative synapse neuroevolution (CoSyNE) of vectors"
    ),
    "agents": Part(
        "hypernets.agents.search:AgentSearchConfig",
        "hypernets.agents.search:AgentSearch",
        "many networks, and generators fitted to them",
    ),
    "map-elites": Part(
        "neatcore.mapelites:MapElitesConfig",
        "neatcore.mapelites:MapElites",
        "the best vector of every cell of behaviour (an extra)",
    ),
    "gradient": Part("hypernets.gradient:GradientConfig", "hypernets.gradient:Gradient", "steps down the gradient of the loss"),
}
ENCODINGS: dict[str, Part] = {
    "direct": Part("neatcore.nets:DirectConfig", "neatcore.nets:direct", "a gene for every node and link"),
    "plastic": Part(
        "neatcore.plastic:PlasticConfig",
        "neatcore.plastic:plastic",
        "a gene for every node and link, and rules by which weights change while the network lives",
    ),
    "mlp": Part(
        "neatcore.perceptron:MlpConfig", "neatcore.perceptron:mlp", "the weights of a fixed multilayer perceptron, as a vector"
    ),
    "hyperneat": Part(
        "substrates.hyperneat:HyperNeatConfig",
        "substrates.hyperneat:hyperneat",
        "a CPPN that paints the weights of a substrate",
        wants="places",
    ),
    "adaptive-hyperneat": Part(
        "substrates.adaptive.config:AdaptiveConfig",
        "substrates.adaptive:adaptive_hyperneat",
        "a CPPN that paints the weights of a substrate, and how they change while the network lives",
        wants="places",
    ),
    "cppn": Part(
        "substrates.hyperneat:CppnConfig",
        "substrates.hyperneat:hyperneat",
        "a CPPN that paints every weight and bias of a substrate, for learning by gradient",
        wants="places",
    ),
    "es-hyperneat": Part(
        "substrates.evolvable:EsHyperNeatConfig",
        "substrates.evolvable:es_hyperneat",
        "a CPPN whose pattern tells where hidden neurons stand, and what links them",
        wants="places",
    ),
    "fixed": Part(
        "substrates.fixed:FixedConfig", "substrates.fixed:fixed", "a gene for every possible link of a substrate", wants="places"
    ),
    "genome": Part("hypernets.given:GivenConfig", "hypernets.given:given", "the weights of one CPPN from a file", wants="places"),
    "dct": Part(
        "substrates.dct:DctConfig", "substrates.dct:dct", "cosine coefficients of the weights of a substrate", wants="places"
    ),
    "agents": Part(
        "hypernets.agents.generator:AgentsConfig",
        "hypernets.agents.generator:agents",
        "an autoencoder that makes networks like many that were learnt",
        wants="simulation",
    ),
    "latent": Part(
        "hypernets.agents.latent:LatentConfig", "hypernets.agents.latent:latent", "the latent space of such an autoencoder"
    ),
    "dense": Part("hypernets.dense:DenseConfig", "hypernets.dense:dense", "the weights of a perceptron, learnt by gradient"),
    "rnn": Part("hypernets.recurrent.config:RnnConfig", "hypernets.recurrent.config:rnn", "the weights of a recurrent network"),
    "lstm": Part("hypernets.recurrent.config:LstmConfig", "hypernets.recurrent.config:lstm", "the weights of an LSTM"),
    "hyperrnn": Part(
        "hypernets.recurrent.config:HyperRnnConfig",
        "hypernets.recurrent.config:hyperrnn",
        "the weights of a recurrent network that another one scales at every step",
    ),
    "hyperlstm": Part(
        "hypernets.recurrent.config:HyperLstmConfig",
        "hypernets.recurrent.config:hyperlstm",
        "the weights of an LSTM that another one scales at every step",
    ),
    "conv": Part(
        "hypernets.convnet:ConvConfig", "hypernets.convnet:conv", "the weights of a small convolutional network", wants=PICTURE
    ),
    "wrn": Part("hypernets.wideresnet:WrnConfig", WRN, "the weights of a wide residual network", wants=PICTURE),
    "wrn-40-1": Part("hypernets.wideresnet:Wrn401Config", WRN, "the same, of depth 40 and width 1", wants=PICTURE),
    "wrn-40-2": Part("hypernets.wideresnet:Wrn402Config", WRN, "the same, of depth 40 and width 2", wants=PICTURE),
    "static-hypernet": Part(
        "hypernets.targets:StaticConfig",
        STATIC,
        "embeddings of layers, and a small network that writes their weights",
        wants=PICTURE,
    ),
    "hyper-wrn-40-1": Part("hypernets.targets:HyperWrn401Config", STATIC, "the same, of wrn-40-1", wants=PICTURE),
    "hyper-wrn-40-2": Part("hypernets.targets:HyperWrn402Config", STATIC, "the same, of wrn-40-2", wants=PICTURE),
    "hypergan": Part(
        "hypernets.hypergan:HyperGanConfig",
        "hypernets.hypergan:hypergan",
        "a generator of whole networks, each drawn from noise",
        wants=PICTURE,
    ),
    "hypergan-latent": Part(
        "hypernets.hypergan.latent:HyperGanLatentConfig",
        "hypernets.hypergan.latent:hypergan_latent",
        "the noise from which such a generator draws networks",
        wants=PICTURE,
    ),
    "coordinate-hypernet": Part(
        "hypernets.coordinates:CoordinateConfig",
        "hypernets.coordinates:coordinate_hypernet",
        "a small network that reads where two neurons stand, and writes the weight between them",
        wants=PICTURE,
    ),
}
# What `gradient` switches on: (config, encoding, model, task) -> Learner.
LEARNING = Part("hypernets.lifetime:LearningConfig", "hypernets.lifetime:lifetime", "learning within a lifetime")


REWARDS: dict[str, Part | None] = {  # what a search is told; fitness itself needs nothing around the search
    "fitness": None,
    "novelty": Part("neatcore.novelty:NoveltyConfig", "neatcore.novelty:Novelty", "how new what a network did is"),
    "random": Part("neatcore.parameters:Parameters", "neatcore.novelty:Random", "random numbers, as a control"),
}
HINTS = {("search", "novelty"): "novelty is what a search is told, whichever it is: write reward=novelty"}


def find_part(kind: str, name: str, table: Mapping[str, Part]) -> Part:
    """The part `name`; InputError names the nearest one."""
    if name not in table:
        raise InputError(HINTS[kind, name]) if (kind, name) in HINTS else unknown(kind, name, table)
    return table[name]


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
