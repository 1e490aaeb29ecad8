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

AUTHORS_RULES = (
    "size_rule=none",
    "weight_rule=author",
    "disabled_rule=author",
    "equal_fitness=smaller",
    "averaging=0.4",
    "mate_only=0.2",
    "stagnation_factor=0.01",
    "representative=champion",
    "toggle=0.1",
    "reenable=0.05",
)

_HIDDEN = Experiment(
    name="double-pole-no-velocity",
    title="Double pole balancing without velocities",
    task="double-pole-no-velocity",
    preset="stanley2002",
    seeds=60,
    generations=200,
    variants=(
        Variant("the paper's rules", published=(Published(QUOTED, 33_184, runs=20, generalisation=286),)),
        Variant(
            "the author's rules",
            AUTHORS_RULES,
            (Published(AUTHOR, 29_500, runs=20, solved=19, generalisation=288),),
        ),
        Variant("ten examined", ("examined=10",)),
    ),
    notes="""
Fitness is Gruau's over 1,000 steps. One network of each generation is examined: it must last 100,000 steps and pass at
least 200 of 625 other starts of 1,000 steps each; `generalisation` is how many it passed. Other methods, as the paper
reports them: cellular encoding 840,000 evaluations and 300 starts, ESP 169,466 and 289.

Which network is examined decides much. Nearly all fitness is for lasting 1,000 steps (0.1); what damping adds to it
(0.005 to 0.02, since these carts never come to rest) often goes to calmer carts that fall after some thousand steps,
while dozens of networks in the same population would last. Such a champion stays champion for many generations. As the
author's code does, therefore, the fittest champion is examined of a species whose best fitness has risen since a
champion of it was examined. To examine the fittest of all instead, every generation and mostly the same one, solved 16
of the first 20 seeds, at 61,188 evaluations; with this rule the same 20 are all solved, at 29,600. Twenty seeds are a
small sample of so long a tail: the mean of all sixty is higher, and the published one lies at the edge of its interval.

The paper and its author's code differ in other rules too, those that the second variant sets. With the code's, which made
the published figures, the slowest runs are faster. Which of them does it was not found: `size_rule=none` alone does not, with
it one of the first 19 seeds is not solved. The code's delta coding is not carried over.

A population of 1,000 splits into some 450 species here, most of one or two members.
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
