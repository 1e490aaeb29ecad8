"""The experiments of Stanley & Miikkulainen 2002 as data: how they are set up here, and the figures to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PAPER = "paper"
QUOTED = "paper, as others quote it"
AUTHOR = "author's C++ 1.2, run for this project"


@dataclass(frozen=True)
class Published:
    """Figures to compare with; None where they are not known. evaluations, sd, hidden, links are means of the solved runs."""

    source: str
    evaluations: float
    runs: int | None = None
    solved: int | None = None
    sd: float | None = None
    median: float | None = None
    hidden: float | None = None
    links: float | None = None
    generalisation: float | None = None


@dataclass(frozen=True)
class Variant:
    """One way of setting up an experiment: `words` as on the command line, and what was published of it."""

    name: str
    words: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """A task, a preset, and so many seeds of each variant; a run fails when it is not solved after `generations`."""

    name: str
    title: str
    task: str
    preset: str
    seeds: int
    generations: int
    variants: Sequence[Variant]
    notes: str

    def words(self, variant: Variant) -> list[str]:
        """The settings of a variant beside the preset's."""
        return [*variant.words, f"generations={self.generations}"]

    def command(self, variant: Variant, seed: int | str) -> str:
        """The command that repeats one run."""
        return " ".join(["neatcore run", self.task, "--preset", self.preset, *self.words(variant), "--seed", str(seed)])


_XOR = Experiment(
    name="xor",
    title="XOR",
    task="xor",
    preset="stanley2002",
    seeds=100,
    generations=100,
    variants=(
        Variant(
            "NEAT",
            published=(
                Published(PAPER, 4_755, runs=100, solved=100, sd=2_553, hidden=2.35, links=7.48),
                Published(AUTHOR, 4_783, runs=110, solved=107, sd=2_311, hidden=2.67),
            ),
        ),
    ),
    notes="""
Networks start with both inputs and the bias linked to the output, without hidden nodes; XOR needs at least one. A
network solves it when all four answers are on the right side of 0.5.

A hundred runs are a small sample of so wide a spread: over 400 other seeds the mean is 4,579 ± 195, with 398 solved.
The solutions have about as many hidden nodes as the paper's and three links more. Links are added 5/3 as often as
they are split, so that 2.8 splits go with some 4.7 added links, and 3 + 2.8 + 4.7 is what is found here; the paper
does not say what keeps its networks at 7.5. Leaving disabled genes disabled (`inherit_disabled=1`) does not: over
these seeds it gives 10.6 links, at 6,674 evaluations.
""",
)

_DOUBLE_POLE = Experiment(
    name="double-pole",
    title="Double pole balancing with velocities",
    task="double-pole",
    preset="stanley2002",
    seeds=50,
    generations=1_000,
    variants=(
        Variant(
            "NEAT",
            published=(
                Published(QUOTED, 3_600, runs=120, solved=120, sd=2_704),
                Published(AUTHOR, 4_158, runs=40, solved=39, sd=2_565, median=3_616),
            ),
        ),
    ),
    notes="""
The long pole starts at 4°, everything else at rest; fitness is the number of steps of 0.02 s, solved at 100,000.
Other methods on this task, as the paper reports them: evolutionary programming 307,200 evaluations, conventional
neuroevolution 80,000, SANE 12,600, ESP 3,800.
""",
)

_HIDDEN = Experiment(
    name="double-pole-no-velocity",
    title="Double pole balancing without velocities",
    task="double-pole-no-velocity",
    preset="stanley2002",
    seeds=60,
    generations=200,
    variants=(
        Variant(
            "one examined",
            published=(
                Published(QUOTED, 33_184, runs=20, generalisation=286),
                Published(AUTHOR, 29_500, runs=20, solved=19, generalisation=288),
            ),
        ),
        Variant("ten examined", ("examined=10",)),
    ),
    notes="""
Fitness is Gruau's over 1,000 steps. The fittest network of each generation is examined: it must last 100,000 steps
and pass at least 200 of 625 other starts of 1,000 steps each; `generalisation` is how many it passed. Other methods,
as the paper reports them: cellular encoding 840,000 evaluations and 300 starts, ESP 169,466 and 289.

Examining the fittest alone, half of the runs are about as quick as published, and a quarter takes more than twice as
long. What was seen in those: from about generation 20 on the population holds dozens of networks that last 100,000
steps, but fitness does not rank them first. Nearly all fitness is for lasting 1,000 steps (0.1); what damping adds to
it (0.005 to 0.02, since these carts never come to rest) goes to calmer carts that fall after some thousand steps, and
such a champion stays champion for many generations. `examined=10` examines the ten fittest until one passes: all runs
are solved, with a median well below the published mean. Two of the twenty still take over 130,000 evaluations; there
the networks that last pass only 100 to 160 of the other starts, and their descendants crowd out the rest. The mean
over the runs is therefore above the published one while the median is not. With these settings a population of 1,000
splits into about 450 species, most of one or two members; fewer species (`target_species=30`, `difference=1`) solved
fewer of ten runs within 60,000 evaluations, not more.
""",
)

_ABLATIONS = Experiment(
    name="ablations",
    title="Ablations, on double pole balancing with velocities",
    task="double-pole",
    preset="stanley2002",
    seeds=20,
    generations=1_000,
    variants=(
        Variant("full", published=(Published(QUOTED, 3_600, runs=120, solved=120),)),
        Variant("no mating", ("mutate_only=1",), (Published(PAPER, 5_557, runs=20, solved=20),)),
        Variant("random start", ("start=random", "start_hidden=10"), (Published(PAPER, 23_033, runs=20, solved=19),)),
        Variant("random start, undivided", ("start=random", "start_hidden=10", "size_rule=none")),
        Variant(
            "no speciation",
            ("speciation=false", "start=random", "start_hidden=10"),
            (Published(PAPER, 25_600, runs=20, solved=15),),
        ),
        Variant(
            "no growth",
            ("start=hidden", "start_hidden=10", "add_node=0", "add_link=0"),
            (Published(PAPER, 30_239, runs=20, solved=4),),
        ),
    ),
    notes="""
What is taken away, one at a time. No mating: every child has one parent. Random start: first networks have one to ten
hidden nodes and half of all links between their nodes, drawn at random. No speciation: one species, without fitness
sharing; the paper starts it from random networks too, because without species nothing new survives long enough to
count. No growth: networks of ten hidden nodes, fully connected, whose structure never changes.

As in the paper, fixed networks cost most and missing mating least. Twenty runs do not tell no mating from full NEAT:
over sixty other seeds full takes 3,092 ± 476 evaluations and no mating 3,918 ± 712. Random starts and missing species
cost less than published, and fixed networks do not fail. The paper does not say how its random networks were drawn,
nor whether their links could close cycles; nothing was tuned to come nearer.

A likely reason why random starts fail, looked for after they did: genomes of twenty links or more have their
structural distance divided by their size, as the paper has it, so that hardly any two of them are further apart than
the threshold. Two of the three failed runs were looked at; in both the species had run together into one and fitness
stood still. Undivided, as in the author's code (`size_rule=none`), the same twenty seeds are all solved. Three
failures against none are too few to prove it.
""",
)

EXPERIMENTS: dict[str, Experiment] = {each.name: each for each in (_XOR, _DOUBLE_POLE, _HIDDEN, _ABLATIONS)}
