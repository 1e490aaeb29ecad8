"""Genomes of Picbreeder: its XML, plain or zipped, as graph genomes. Reading fetches nothing and expands nothing.

A file has nodes (type in, out or hidden; a label on inputs and outputs; a function) and links between them, each known by its
marking (branch, id).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

import numpy as np

from neatcore.activations import code_of
from neatcore.canvas import COLOUR, GREY, INPUTS
from neatcore.errors import InputError, require, unknown
from neatcore.genome import BIAS, HIDDEN, INPUT, LINK, NODE, OUTPUT, Genome, check_genome

ACTIVATIONS = {  # functions by their names in the files; both of the signed ones lie in [-1, 1]
    "identity(x)": "linear",
    "sin(x)": "sine",
    "cos(x)": "cosine",
    "gaussian(x)": "signed_gaussian",
    "sigmoid(x)": "signed_sigmoid",
}
SENSORS = (*INPUTS, "bias")
KINDS = {"in": INPUT, "hidden": HIDDEN, "out": OUTPUT}
LONGEST = 16 << 20  # bytes of a file, and of the XML in a zip; genomes of a hundred nodes take 100 KiB
DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)

Marking = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """A node as the file has it."""

    marking: Marking
    kind: int
    label: str
    activation: str


@dataclass(frozen=True)
class Link:
    """A link as the file has it."""

    source: Marking
    target: Marking
    weight: float


def load_picbreeder(path: Path | str) -> Genome:
    """The genome of a Picbreeder file, with inputs x, y, d, a bias, and one output for grey or three for colour.

    Links that close a cycle are there but disabled: a picture is computed from the outputs back to the inputs, and a link
    whose source is still being computed adds nothing. Outputs keep Picbreeder's order: hue, saturation, brightness.
    """
    path = Path(path)
    try:
        nodes, links = _read(_parse(_text(path)))
        return _genome(nodes, links)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _text(path: Path) -> bytes:
    """The XML of a file, or of the one XML in a zip."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        raise InputError("no such file") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from None
    _check_length(content)
    return _unzipped(content) if content.startswith(b"PK") else content


def _unzipped(content: bytes) -> bytes:
    """The one XML of a zip; at most `LONGEST` bytes of it are ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [info for info in archive.infolist() if info.filename.lower().endswith(".xml")]
            require(len(names) == 1, f"holds {len(names)} XML files, where one genome is wanted")
            with archive.open(names[0]) as member:
                text = member.read(LONGEST + 1)
    except DAMAGE as error:
        raise InputError(f"is a damaged zip ({error})") from None
    _check_length(text)
    return text


def _check_length(content: bytes) -> None:
    require(len(content) <= LONGEST, f"has more than {LONGEST >> 20} MiB, too much for a genome")


class _Plain(TreeBuilder):
    """Builds elements; a document type, the only place from which entities come, is refused."""

    def doctype(self, name: str, *_: str | None) -> None:
        raise InputError(f"declares a document type ({name}), which a genome has no use for; it is not read")


def _parse(text: bytes) -> Element:
    """The genome element."""
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"is not XML ({error})") from None
    found = list(root.iter("genome"))
    require(len(found) == 1, f"holds {len(found)} genomes of Picbreeder, where one is wanted")
    return found[0]


def _read(genome: Element) -> tuple[list[Node], list[Link]]:
    nodes = [_node(element, place) for place, element in enumerate(genome.iterfind("nodes/node"), 1)]
    links = [_link(element, place) for place, element in enumerate(genome.iterfind("links/link"), 1)]
    twice = [marking for marking, count in Counter(node.marking for node in nodes).items() if count > 1]
    require(not twice, f"has two nodes {_said(twice[0]) if twice else ''}")
    known = {node.marking for node in nodes}
    for place, link in enumerate(links, 1):
        for end, marking in (("source", link.source), ("target", link.target)):
            require(marking in known, f"link {place}: its {end}, {_said(marking)}, is no node of the genome")
    return nodes, links


def _node(element: Element, place: int) -> Node:
    where, kind = f"node {place}", element.get("type", "")
    if kind not in KINDS:
        raise unknown(f"type of {where}:", kind, KINDS)
    name = _words(element, "activation", where)
    if name not in ACTIVATIONS:
        raise unknown(f"activation of {where}:", name, ACTIVATIONS)
    return Node(_marking(element, "marking", where), KINDS[kind], element.get("label", ""), ACTIVATIONS[name])


def _link(element: Element, place: int) -> Link:
    where = f"link {place}"
    words = _words(element, "weight", where)
    try:
        weight = float(words)
    except ValueError:
        raise InputError(f"{where}: its weight, {words!r}, is no number") from None
    require(np.isfinite(weight), f"{where}: its weight is {weight}")
    return Link(_marking(element, "source", where), _marking(element, "target", where), weight)


def _words(element: Element, tag: str, where: str) -> str:
    words = (element.findtext(tag) or "").strip()
    require(words, f"{where} has no <{tag}>")
    return words


def _marking(element: Element, tag: str, where: str) -> Marking:
    found = element.find(tag)
    branch, number = (found.get("branch"), found.get("id")) if found is not None else (None, None)
    if branch is None or number is None:
        raise InputError(f"{where} has no <{tag}> with branch and id")
    return branch, number


def _said(marking: Marking) -> str:
    return f"branch {marking[0]}, id {marking[1]}"


def _genome(nodes: Sequence[Node], links: Sequence[Link]) -> Genome:
    """Inputs first, then the bias, the outputs in order, and hidden nodes as in the file; links in the order of the file."""
    sensors = {_label(node, SENSORS, "input"): node for node in nodes if node.kind == INPUT}
    outputs = _outputs([node for node in nodes if node.kind == OUTPUT])
    hidden = [node for node in nodes if node.kind == HIDDEN]
    table = [(number, BIAS if name == "bias" else INPUT, code_of("linear")) for number, name in enumerate(SENSORS)]
    ids = {node.marking: SENSORS.index(label) for label, node in sensors.items()}
    for node in [*outputs, *hidden]:
        ids[node.marking] = len(table)
        table.append((len(table), node.kind, code_of(node.activation)))
    require(len(ids) == len(nodes), "has two inputs of the same label")
    joined: dict[tuple[int, int], float] = {}
    for link in links:  # two links between the same nodes act as one of their sum
        pair = ids[link.source], ids[link.target]
        joined[pair] = joined.get(pair, 0.0) + link.weight
    closing = _closing(list(joined), [row[0] for row in table if row[1] == OUTPUT])
    rows = [(number, *pair, weight, pair not in closing) for number, (pair, weight) in enumerate(joined.items())]
    result = Genome(np.array(table, NODE), np.array(rows, LINK))
    check_genome(result)
    return result


def _label(node: Node, choices: Sequence[str], what: str) -> str:
    if node.label not in choices:
        raise unknown(f"label of {what} {_said(node.marking)}:", node.label, choices)
    return node.label


def _outputs(nodes: Sequence[Node]) -> list[Node]:
    """The one output of a grey picture, or the three of a coloured one: hue, saturation, brightness (also called ink)."""
    require(len(nodes) in (1, 3), f"has {len(nodes)} outputs, where grey pictures have 1 and coloured ones 3")
    if len(nodes) == 1:
        return list(nodes)
    labels: Mapping[str, Node] = {_label(node, (*COLOUR, *GREY), "output"): node for node in nodes}
    places = {name: place for place, name in enumerate(COLOUR)} | {GREY[0]: COLOUR.index("brightness")}
    ordered = {places[label]: node for label, node in labels.items()}
    require(len(ordered) == 3, f"has the outputs {', '.join(node.label for node in nodes)}, not {', '.join(COLOUR)}")
    return [ordered[place] for place in range(3)]


def _closing(pairs: Sequence[tuple[int, int]], outputs: Sequence[int]) -> set[tuple[int, int]]:
    """The links (source, target) that are met while their source is still being computed, walking back from the outputs."""
    into: dict[int, list[int]] = {}
    for source, target in pairs:
        into.setdefault(target, []).append(source)
    found: set[tuple[int, int]] = set()
    done: set[int] = set()
    for start in [*outputs, *into]:
        path, waiting = [start], [iter(into.get(start, ()))]
        while path and start not in done:
            source = next(waiting[-1], -1)
            if source < 0:
                done.add(path.pop())
                waiting.pop()
            elif source in path:
                found.add((source, path[-1]))
            elif source not in done:
                path.append(source)
                waiting.append(iter(into.get(source, ())))
    return found
