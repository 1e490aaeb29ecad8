"""The configuration of NEAT. Defaults follow Stanley & Miikkulainen 2002, section 4.1, where the paper states them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from neatcore.activations import code_of
from neatcore.errors import InputError
from neatcore.interfaces import GraphSpace
from neatcore.parameters import Parameters, file_unless

TOPOLOGIES = ("full", "none", "hidden", "random")
AUTO = "auto"


class NeatConfig(Parameters):
    """NeuroEvolution of Augmenting Topologies."""

    population: int = Field(150, ge=2, le=1_000_000, description="genomes in every generation")

    start: str = Field(
        "full", description="first genomes: full (inputs to outputs), none, hidden, random (some of the links of hidden), or a file"
    )
    start_hidden: int = Field(1, ge=1, le=1000, description="hidden nodes of start=hidden; the most of start=random")
    start_weights: Literal["random", "keep"] = Field("random", description="weights of a start genome file: drawn anew, or kept")
    new_power: float = Field(1.0, gt=0, description="weights of first and of new links are uniform within ± this")
    output_activation: str = Field(
        AUTO,
        description="activation of output nodes; auto: what suits the encoding, sigmoid for networks, signed_sigmoid for CPPNs",
    )
    activations: dict[str, float] = Field(
        {}, description="activations of new hidden nodes, with their odds; {}: what suits the encoding, sigmoid for networks"
    )

    innovation_scope: Literal["generation", "run"] = Field(
        "generation", description="how long the same structural mutation gets the same innovation number"
    )
    excess: float = Field(1.0, ge=0, description="c1: weight of excess genes in the distance")
    disjoint: float = Field(1.0, ge=0, description="c2: weight of disjoint genes in the distance")
    difference: float = Field(0.4, ge=0, description="c3: weight of the mean weight difference of matching genes")
    size_rule: Literal["paper", "none"] = Field(
        "paper", description="divide c1, c2 by the larger genome's size N (1 below 20 genes: the paper), or by nothing"
    )
    threshold: float = Field(3.0, gt=0, description="genomes closer than this are of one species")
    target_species: int = Field(0, ge=0, description="move the threshold towards so many species; 0 keeps it fixed")
    threshold_step: float = Field(
        0.3, gt=0, description="by how much a moving threshold moves a generation; it does not fall below"
    )
    speciation: bool = Field(True, description="off: one species, no fitness sharing (the paper's ablation)")
    representative: Literal["random", "champion"] = Field("random", description="which member stands for a species next time")

    stagnation: int = Field(15, ge=1, description="generations without improvement after which a species may not breed")
    stagnation_factor: float = Field(0.0, ge=0, le=1, description="fitness of a stagnant species is multiplied by this")
    protect_best: bool = Field(True, description="the species that holds the best genome of the generation never stagnates")
    population_stagnation: int = Field(20, ge=1, description="after more generations without improvement the top two species breed")
    survival: float = Field(0.2, gt=0, le=1, description="share of a species that may become parents")
    champion_size: int = Field(
        5, ge=0, le=1_000_000, description="champions of species with more offspring than this are copied unchanged"
    )

    mutate_only: float = Field(0.25, ge=0, le=1, description="share of offspring without crossover")
    mate_only: float = Field(0.0, ge=0, le=1, description="share of crossed offspring that is not mutated")
    averaging: float = Field(0.0, ge=0, le=1, description="share of crossovers that average matching weights")
    interspecies: float = Field(0.001, ge=0, le=1, description="share of crossovers with a parent from another species")
    equal_fitness: Literal["random", "smaller"] = Field(
        "random", description="equally fit parents: unmatched genes from either at random, or from the smaller genome"
    )
    matching: Literal["even", "fitness"] = Field(
        "even", description="a gene of both parents comes from either with even odds, or in proportion to their fitness"
    )
    unmatched: Literal["fitter", "both"] = Field(
        "fitter", description="genes of one parent alone are inherited from the fitter parent, or from both"
    )
    disabled_rule: Literal["paper", "author"] = Field(
        "paper",
        description="a gene disabled in a parent is disabled in the child with the chance below, or as the author's code does",
    )
    inherit_disabled: float = Field(0.75, ge=0, le=1, description="that chance")

    mutate_weights: float = Field(0.8, ge=0, le=1, description="share of mutated offspring whose weights change")
    weight_rule: Literal["paper", "author"] = Field(
        "paper", description="perturb or replace each weight with the shares below, or the author's severe and mild regimes"
    )
    perturb: float = Field(0.9, ge=0, le=1, description="share of weights that is perturbed")
    replace: float = Field(0.1, ge=0, le=1, description="share of weights that is drawn anew")
    power: float = Field(2.5, gt=0, description="perturbations and new weights are uniform within ± this")
    young: int = Field(
        0, ge=0, description="links younger than so many generations are perturbed whenever weights mutate, whatever the share"
    )
    weight_limit: float = Field(8.0, gt=0, description="weights stay within ± this")
    add_node: float = Field(0.03, ge=0, le=1, description="share of mutated offspring in which a link is split")
    add_link: float = Field(0.05, ge=0, le=1, description="share of mutated offspring that gets a new link")
    recurrent_links: float = Field(0.2, ge=0, le=1, description="share of new links that must close a cycle, where cycles may be")
    split_rule: Literal["older", "even"] = Field(
        "older", description="which link is split: in small genomes rather an older one, as in the author's code, or any"
    )
    split: Literal["disable", "halve"] = Field(
        "disable",
        description="a link that is split is disabled; or it stays with half its weight, and the new out-link gets half of that",
    )
    split_bias: bool = Field(False, description="whether links from the bias may be split")
    exclusive: bool = Field(True, description="a child changes in structure or in weights, not both, as in the author's code")
    toggle: float = Field(0.0, ge=0, le=1, description="share of mutated offspring in which one link is switched on or off")
    reenable: float = Field(0.0, ge=0, le=1, description="share of mutated offspring in which one disabled link is enabled")
    delete_link: float = Field(0.0, ge=0, le=1, description="share of mutated offspring that loses a link")
    change_activation: float = Field(
        0.0, ge=0, le=1, description="share of mutated offspring in which a hidden node's activation changes"
    )
    mutate_rates: float = Field(
        0.1, ge=0, le=1, description="where weights are plastic: share of mutated offspring in which a rule's learning rates change"
    )
    rate_power: float = Field(0.5, gt=0, description="where weights are plastic: by how much a learning rate changes, at most")
    change_rule: float = Field(
        0.1, ge=0, le=1, description="where weights are plastic: share of mutated offspring in which a link follows another rule"
    )

    @field_validator("start")
    @classmethod
    def _absolute(cls, start: str) -> str:
        """A file stays the same file wherever the run is resumed from."""
        return file_unless(start, TOPOLOGIES)

    @field_validator("output_activation")
    @classmethod
    def _known(cls, name: str) -> str:
        if name != AUTO:
            code_of(name)
        return name

    @field_validator("activations")
    @classmethod
    def _odds(cls, odds: dict[str, float]) -> dict[str, float]:
        for name, share in odds.items():
            code_of(name)
            if share < 0:
                raise InputError(f"the odds of {name} are {share}, below 0")
        if odds and not sum(odds.values()) > 0:
            raise InputError("no activation has odds above 0")
        return odds

    @field_validator("replace")
    @classmethod
    def _shares(cls, replace: float, info: object) -> float:
        perturb = getattr(info, "data", {}).get("perturb", 0.0)
        if perturb + replace > 1 + 1e-12:
            raise InputError(f"perturb={perturb} and replace={replace} add up to more than 1")
        return replace


def fitted(config: NeatConfig, space: GraphSpace) -> NeatConfig:
    """The configuration with what it leaves to the space filled in: activations, and no growth where genomes do not grow."""
    chosen: dict[str, object] = {"activations": config.activations or dict.fromkeys(space.hidden, 1.0)}
    if config.output_activation == AUTO:
        chosen["output_activation"] = space.output
    if not space.grows:
        chosen |= dict.fromkeys(("add_node", "add_link", "toggle", "reenable", "delete_link", "change_activation"), 0.0)
    return config.model_copy(update=chosen)
