"""Settings of published experiments, by the paper's name, and of kinds of networks: section → key → value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Stanley & Miikkulainen 2002, section 4.1; survival and weight power from the author's parameter files.
STANLEY_2002: dict[str, Any] = {
    "population": 150,
    "excess": 1.0,
    "disjoint": 1.0,
    "difference": 0.4,
    "threshold": 3.0,
    "stagnation": 15,
    "protect_best": False,
    "champion_size": 5,
    "survival": 0.2,
    "mutate_only": 0.25,
    "interspecies": 0.001,
    "inherit_disabled": 0.75,
    "mutate_weights": 0.8,
    "perturb": 0.9,
    "replace": 0.1,
    "power": 2.5,
    "add_node": 0.03,
    "add_link": 0.05,
}

Sections = dict[str, dict[str, Any]]

NEAT: Sections = {"run": {"search": "neat", "encoding": "direct"}, "search": STANLEY_2002}

# The larger population of the hardest task, with the rates of the author's file p2nv.ne.
NO_VELOCITY: Sections = {
    "run": NEAT["run"],
    "encoding": {"recurrent": True, "bias": 0.5},
    "search": STANLEY_2002
    | {
        "population": 1000,
        "difference": 3.0,
        "threshold": 4.0,
        "survival": 0.4,
        "power": 1.8,
        "add_node": 0.01,
        "add_link": 0.3,
        "recurrent_links": 0.2,
    },
}

# Networks that paint: the functions of Picbreeder (Secretan et al. 2011), its weight limit, small networks that grow steadily.
# How a picture came to be is worth seeing, and the genomes are small.
CPPN: Sections = {
    "run": {"search": "neat", "encoding": "direct", "ancestry": True},
    "search": {
        "output_activation": "signed_sigmoid",
        "activations": {"signed_gaussian": 1.0, "sine": 1.0, "cosine": 1.0, "signed_sigmoid": 1.0, "linear": 1.0},
        "new_power": 3.0,
        "exclusive": False,
        "perturb": 0.2,
        "replace": 0.02,
        "power": 0.4,
        "weight_limit": 3.0,
        "add_node": 0.1,
        "add_link": 0.2,
        "change_activation": 0.05,
        "target_species": 10,
    },
}

# Stanley, D'Ambrosio & Gauci 2009: NEAT as in Gauci's parameters of visual discrimination, and what his code does besides.
GAUCI: dict[str, Any] = {
    "population": 300,
    "excess": 2.0,
    "disjoint": 2.0,
    "difference": 1.0,
    "size_rule": "none",
    "threshold": 6.0,
    "target_species": 8,
    "threshold_step": 0.3,
    "stagnation": 15,
    "population_stagnation": 1_000_000,
    "survival": 0.2,
    "champion_size": 4,
    "mutate_only": 0.25,
    "interspecies": 0.0,
    "matching": "fitness",
    "unmatched": "both",
    "inherit_disabled": 1.0,
    "exclusive": False,
    "mutate_weights": 0.8,
    "perturb": 0.1,
    "replace": 0.0,
    "young": 18,
    "power": 2.5,
    "weight_limit": 5.0,
    "new_power": 3.0,
    "add_node": 0.03,
    "add_link": 0.05,
    "split": "halve",
    "split_rule": "even",
    "split_bias": True,
}
HYPERNEAT: Sections = {
    "run": {"search": "neat", "encoding": "hyperneat", "generations": 300, "stop_when_solved": False},
    "encoding": {"rule": "threshold", "threshold": 0.2, "reach": 3.0, "bias": 0.3},
    "search": GAUCI,
}
# Risi & Stanley 2012: the authors' program for trees, the appendix for mutations; what both leave open is as in Gauci's parameters,
# but for weights of the CPPN, which are ours: with his, three runs of one seed on the retina stayed at three answers in four.
ES_HYPERNEAT: Sections = {
    "run": {"search": "neat", "encoding": "es-hyperneat", "generations": 1000},
    "encoding": {"distance": True},
    "search": GAUCI
    | {
        "mutate_only": 0.5,
        "mutate_weights": 0.94,
        "add_node": 0.02,
        "add_link": 0.03,
        "exclusive": True,
        "new_power": 1.0,
        "power": 1.0,
        "weight_limit": 8.0,
        "activations": {"steep_signed_sigmoid": 1.0, "signed_gaussian": 1.0, "absolute": 1.0, "sine": 1.0},
    },
}
# Hidden neurons at all depths between the retina and the answers, on a plane between its rows; each pattern answered by itself;
# links at first near along x. The link expression output alone decides, as in the authors' program where substrates are fixed.
# What a single layer, or bands besides, cost is in docs/results/retina.md.
RETINA: Sections = {"encoding": {"plane": "y=0", "recurrent": False, "rule": "leo", "band": 0.0, "locality": "x", "biases": True}}
P_NEAT: Sections = {"run": HYPERNEAT["run"] | {"encoding": "fixed"}, "search": GAUCI | {"population": 100}}
SUMS: Sections = {"encoding": {"readout": "linear"}}  # sums reach 30, where a sigmoid no longer tells them apart

# Fernando et al. 2016: structure is evolved, weights are learnt and inherited. The paper's rates are not known; these are chosen
# for two processors: a small population of first genomes that paint links between near neurons, and grow quickly.
FERNANDO: Sections = {
    "run": {"search": "neat", "encoding": "cppn", "gradient": "lamarckian", "generations": 40, "stop_when_solved": False},
    "encoding": {"sheet_outputs": "each", "reach": 1.0, "locality": "xy", "radius": 0.2},
    "search": {
        "population": 8,
        "target_species": 2,
        "exclusive": False,
        "mutate_weights": 0.5,
        "perturb": 0.3,
        "replace": 0.0,
        "power": 0.3,
        "weight_limit": 30.0,
        "add_node": 0.3,
        "add_link": 0.3,
        "change_activation": 0.1,
    },
    "learning": {"steps": 25, "rate": 0.03, "batch": 64},
}
# Koutník, Gomez & Schmidhuber 2010: coefficients of fully recurrent networks, searched by CoSyNE.
COMPRESSED: Sections = {"run": {"search": "cosyne", "encoding": "dct"}, "encoding": {"wiring": "full", "matrices": "one"}}

# Ha, Dai & Le 2016, and the authors' notebook for MNIST, whose rate falls every step.
GRADIENT: Sections = {"run": {"search": "gradient", "stop_when_solved": False}}
HA_MNIST: Sections = GRADIENT | {
    "run": GRADIENT["run"] | {"generations": 50},
    "search": {"rate": 0.005, "decay": 0.999, "floor": 1e-4, "clip": 100.0, "batch": 1000},
}
HA_CIFAR: Sections = GRADIENT | {
    "run": GRADIENT["run"] | {"generations": 1912},  # 672,000 steps
    "search": {
        "rate": 0.002,
        "drops": [168_000, 336_000, 504_000],
        "factors": [0.5, 0.2, 0.25],
        "batch": 128,
        "penalty": 0.000005,  # the paper's "0.0005%", read as it stands
    },
}
HA_TEXT: Sections = GRADIENT | {"search": {"rate": 0.001, "clip": 1.0, "batch": 128, "steps": 100}}
HA_STROKES: Sections = GRADIENT | {"search": {"rate": 1e-4, "clip": 5.0, "batch": 32, "steps": 100}}

# Ratzlaff & Li 2019 have 32 networks and 32 pictures a step for MNIST, and so it is below for what was measured. With fewer
# networks and more pictures there are more passes in the same time.
RATZLAFF: Sections = GRADIENT | {
    "run": GRADIENT["run"] | {"encoding": "hypergan", "generations": 10},
    "encoding": {"networks": 8, "beta": 0.1, "pace": 5.0},
    "search": {"rate": 3e-5, "batch": 128},
}

# Networks and pictures a step as in the authors' first program for MNIST. A half in common at first is ours: hypergan-settings.md.
RATZLAFF_MNIST: Sections = {"encoding": {"networks": 32, "common": 0.5}, "search": {"batch": 32}}

# The same for 20 points on a curve, with the sizes of the paper's text. All points at every step.
RATZLAFF_TOY: Sections = {
    "run": {"generations": 40},
    "encoding": {"hidden": [100], "noise": 64, "code": 64, "units": [128, 128], "networks": 32},
    "search": {"rate": 1e-3, "batch": 20, "steps": 100},
}
TOY: Sections = GRADIENT | {"run": GRADIENT["run"] | {"generations": 40}, "search": {"rate": 0.005, "batch": 20, "steps": 100}}

# Lehman & Stanley 2011, with generations instead of their steady state, in which nothing stagnates.
LEHMAN: Sections = {
    "run": {"search": "neat", "encoding": "direct", "generations": 1000},
    "search": {
        "population": 250,
        "excess": 1.0,
        "disjoint": 1.0,
        "difference": 3.0,
        "threshold": 3.0,
        "target_species": 10,
        "stagnation": 1_000_000,
        "population_stagnation": 1_000_000,
        "power": 0.8,
        "add_node": 0.005,
        "add_link": 0.1,
    },
}

# Stanley, Bryant & Miikkulainen 2003: NEAT as in 2002, with rules for links. What else they set is not known.
ADAPTIVE: Sections = {"run": {"search": "neat", "encoding": "plastic"}, "search": STANLEY_2002}
# Risi & Stanley 2010: a CPPN paints rules of learning. Its settings are not known; NEAT is as for ES-HyperNEAT, with the usual
# activations.
ADAPTIVE_HYPERNEAT: Sections = {
    "run": {"search": "neat", "encoding": "adaptive-hyperneat", "generations": 300},
    "encoding": {"activation": "tanh", "readout": "tanh"},
    "search": {key: value for key, value in ES_HYPERNEAT["search"].items() if key != "activations"},
}
# Chang et al. 2019: generators of whole networks. Checkpoints hold all networks, so they are written less often.
CHANG: Sections = {
    "run": {
        "search": "agents",
        "encoding": "agents",
        "generations": 60,
        "stop_when_solved": False,
        "checkpoint_seconds": 60.0,
    }
}

PRESETS: dict[str, Sections] = {
    "stanley2002": NEAT,
    "stanley2002-no-velocity": NO_VELOCITY,
    "cppn": CPPN,
    "stanley2009": HYPERNEAT,
    "stanley2009-p-neat": P_NEAT,
    "fernando2016": FERNANDO,
    "risi2012": ES_HYPERNEAT,
    "koutnik2010": COMPRESSED,
    "lehman2011": LEHMAN,
    "stanley2003": ADAPTIVE,
    "risi2010": ADAPTIVE_HYPERNEAT,
    "ha2016-mnist": HA_MNIST,
    "ha2016-cifar10": HA_CIFAR,
    "ha2016-text": HA_TEXT,
    "ha2016-strokes": HA_STROKES,
    "ratzlaff2019": RATZLAFF,
    "hernandez-lobato2015": TOY,
    "chang2019": CHANG,
}

# The preset that a task has where no preset, and no other encoding or search than the preset's, is chosen.
USUAL: dict[str, str] = {
    "boxes": "stanley2009",
    "food-gathering": "stanley2009",
    "denoise": "fernando2016",
    "maze:medium": "lehman2011",
    "maze:hard": "lehman2011",
    "dangerous-foraging": "stanley2003",
    "t-maze": "risi2010",
}

# What evolution changes of a task's defaults: it cannot afford to try every network on thousands of pictures, and where all are
# bad, how sure they are tells more than how often they are right.
PICTURES: Sections = {"task": {"sampled": 500, "fitness": "likelihood"}}
EVOLVED: dict[str, Sections] = dict.fromkeys(("digits", "mnist", "fashion-mnist", "cifar10"), PICTURES)

# Encodings that draw sheets of weights draw a picture as such: the weights from one neuron to a sheet of pixels. A readout that
# neither folds nor is cut leaves a slope everywhere; the first weights are small, so that pictures begin grey.
DRAWN: Sections = {"task": {"asked": "whole"}, "encoding": {"readout": "sigmoid", "biases": False}}
PAINTED: dict[str, Sections] = {
    "dct": {"task": DRAWN["task"], "encoding": DRAWN["encoding"] | {"matrices": "pair", "transform": "sheets", "scale": 0.2}},
    "cppn": {"task": DRAWN["task"], "encoding": DRAWN["encoding"] | {"hidden": [], "reach": 1.0, "middle": True}},
}

# The same for `train`, by the name of a task or the beginning of one.
TRAINING: dict[str, str] = {
    "mnist": "ha2016-mnist",
    "fashion-mnist": "ha2016-mnist",
    "cifar10": "ha2016-cifar10",
    "toy-regression": "hernandez-lobato2015",
    "text:": "ha2016-text",
    "strokes:": "ha2016-strokes",
    "agents:": "chang2019",
}


# And by the name of a model, which goes before that of a task.
MODELS: dict[str, str] = {"hypergan": "ratzlaff2019"}


def usual_training(task: str, words: Sequence[str] = ()) -> str | None:
    """The preset with which a task is usually trained, where further words of the command line may name a model."""
    named = [word.partition("=")[2] for word in words if word.startswith(("model=", "encoding="))]
    of_model = next((MODELS[name] for name in named if name in MODELS), None)
    return of_model or TRAINING.get(task) or TRAINING.get(task[: task.find(":") + 1])


# What a preset sets besides, for single tasks of its paper.
FOR_TASK: dict[tuple[str, str], Sections] = {
    ("stanley2002", "double-pole"): {"encoding": {"bias": 0.5}},
    ("stanley2002", "double-pole-no-velocity"): NO_VELOCITY,
    ("risi2012", "retina"): RETINA,
    ("ratzlaff2019", "toy-regression"): RATZLAFF_TOY,
    ("ratzlaff2019", "mnist"): RATZLAFF_MNIST,
    ("ratzlaff2019", "fashion-mnist"): RATZLAFF_MNIST,
    # Five layers: with nothing in common 600 steps teach hardly anything. 8 networks and 128 pictures a step teach less.
    ("ratzlaff2019", "cifar10"): {"encoding": {"networks": 32, "common": 0.9}, "search": {"batch": 32}},
    ("stanley2009", "boxes"): SUMS,
    ("stanley2009-p-neat", "boxes"): SUMS,
}
