"""Genomes in files: npz, JSON, and the text format of Stanley's NEAT. Reading never executes anything."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from neatcore.activations import NAMES, code_of, codes_of
from neatcore.errors import InputError, require
from neatcore.genome import BIAS, HIDDEN, INPUT, KINDS, LINK, NODE, OUTPUT, RULED, Genes, Genome, check_genome
from neatcore.interfaces import Array, Floats

FORMAT = "neatcore genome 1"
LARGE = 1 << 20  # bytes of an array from which it is not compressed
DAMAGE = (  # what numpy and zipfile raise on files that are cut short or changed
    OSError,
    ValueError,
    EOFError,
    KeyError,
    SyntaxError,
    NotImplementedError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)


def save(path: Path | str, z: Genome | Floats) -> None:
    """Write a genome (.npz or .json by the name's ending) or a vector (.npz)."""
    Path(path).write_bytes(to_bytes(z, Path(path).suffix))


def to_bytes(z: Genome | Floats, suffix: str = ".npz") -> bytes:
    """What `save` writes; the same genome gives the same bytes."""
    require(suffix in (".npz", ".json"), f"cannot write a genome as {suffix or 'a file without ending'}; use .npz or .json")
    if suffix == ".json":
        require(isinstance(z, Genome), "only graph genomes are written as JSON; use .npz")
        return (json.dumps(_to_json(z), indent=1) + "\n").encode()  # type: ignore[arg-type]
    if isinstance(z, Genome):
        rules = {} if z.rules is None else {"rules": z.rules}
        return npz({"format": np.array(FORMAT), "activations": np.array(NAMES), "nodes": z.nodes, "links": z.links, **rules})
    with np.errstate(over="ignore"):
        vector, short = np.asarray(z, np.float64), np.asarray(z, np.float32)
    return npz({"format": np.array(FORMAT), "vector": short if np.array_equal(short, vector) else vector})


def npz(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as the bytes of an npz file, without dates, so that equal arrays give equal bytes. Large ones, which are weights that
    hardly shrink, are not compressed: that would take longer than to train them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(array) if array.ndim else array, allow_pickle=False)
            kind = zipfile.ZIP_DEFLATED if array.nbytes < LARGE else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue(), kind)
    return out.getvalue()


def read_npz(path: Path | str) -> dict[str, Array]:
    """The arrays of an npz file; InputError where it is none, is cut short, or would need pickle."""
    try:
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):
                raise zipfile.BadZipFile
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except DAMAGE as error:
        raise InputError(f"{path} is damaged or no npz file ({type(error).__name__})") from None


def load(path: Path | str) -> Genome | Floats:
    """A genome or a vector from a file that `save` wrote, or a genome in Stanley's format."""
    path = Path(path)
    if path.suffix != ".npz":
        return load_genome(path)
    arrays = read_npz(path)
    require(str(arrays.get("format", "")) == FORMAT, f"{path} is no genome file")
    if "vector" in arrays:
        vector = arrays["vector"]
        fine = vector.dtype in (np.float32, np.float64) and vector.ndim == 1
        require(fine, f"{path}: the vector has shape {vector.shape}, of {vector.dtype}")
        return vector.astype(np.float64)
    return genome_of(path, arrays)


def load_genome(path: Path | str) -> Genome:
    """A graph genome from npz, JSON or Stanley's format (the first of the file), checked."""
    path = Path(path)
    if path.suffix == ".npz":
        genome = load(path)
        if not isinstance(genome, Genome):
            raise InputError(f"{path} holds a vector, not a graph genome")
        return genome
    text = _text_of(path)
    if text.lstrip().startswith("{"):
        return _checked(path, _from_json(path, text))
    return load_stanley(path)[0]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no genome file: neither npz nor text") from None


def genome_of(path: Path, arrays: Mapping[str, Array]) -> Genome:
    """The genome in the arrays `nodes`, `links`, `activations` and perhaps `rules` of the file `path`, checked."""
    return _checked(path, _from_npz(path, arrays))


def _checked(path: Path, genome: Genome) -> Genome:
    try:
        check_genome(genome)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return genome


def _from_npz(path: Path, arrays: Mapping[str, Array]) -> Genome:
    try:
        nodes, links, names = arrays["nodes"], arrays["links"], arrays["activations"]
    except KeyError as missing:
        raise InputError(f"{path} lacks {missing}") from None
    fits = nodes.dtype == NODE and links.dtype == (RULED if "rules" in arrays else LINK)
    require(fits, f"{path}: the tables have other columns than genomes of this version")
    require(nodes.ndim == links.ndim == names.ndim == 1, f"{path}: nodes, links and activations must be lists")
    codes = nodes["activation"]
    require(np.all((codes >= 0) & (codes < len(names))), f"{path}: a node's activation is not in the file's list")
    nodes = nodes.copy()
    nodes["activation"] = codes_of(codes, names.tolist())
    return Genome(nodes, links, arrays.get("rules"))


def _to_json(genome: Genome) -> dict[str, Any]:
    ruled = {} if genome.rules is None else {"rules": genome.rules.tolist()}
    return {
        "format": FORMAT,
        "nodes": [{"id": int(n["id"]), "kind": KINDS[n["kind"]], "activation": NAMES[n["activation"]]} for n in genome.nodes],
        "links": [{name: link[name].item() for name in genome.links.dtype.names or ()} for link in genome.links],
        **ruled,
    }


def _from_json(path: Path, text: str) -> Genome:
    try:
        data = json.loads(text)
        require(data.get("format") == FORMAT, f"{path} is no genome file: its format is {data.get('format')!r}")
        nodes = [(index(n["id"]), KINDS.index(n["kind"]), code_of(n["activation"])) for n in data["nodes"]]
        links = [
            (index(k["innovation"]), index(k["source"]), index(k["target"]), float(k["weight"]), bool(k["enabled"]))
            + ((index(k["rule"]),) if "rules" in data else ())
            for k in data["links"]
        ]
        rules = np.array(data["rules"], np.float64) if "rules" in data else None
        return Genome(np.array(nodes, NODE), np.array(links, LINK if rules is None else RULED), rules)
    except InputError as error:
        raise InputError(f"{path}: {error}" if str(path) not in str(error) else str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{path} is no genome file ({type(error).__name__}: {error})") from None


def load_stanley(path: Path | str) -> list[Genome]:
    """All genomes of a file in the format of Stanley's NEAT C++ (genomestart … genomeend), sigmoid hidden and output nodes.

    Lines: `node id trait sensor label` (label 0 hidden, 1 input, 2 output, 3 bias) and
    `gene trait source target weight recurrent innovation mutation enabled`; traits are not kept.
    """
    path = Path(path)
    genomes, nodes, links = [], [], []
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        word, *values = line.split() or [""]
        try:
            if word == "node":
                nodes.append(_stanley_node(values))
            elif word == "gene":
                links.append((int(values[5]), int(values[1]), int(values[2]), float(values[3]), values[7] != "0"))
            elif word == "genomeend":
                genomes.append(_checked(path, Genome(np.sort(np.array(nodes, NODE)), _merged(links))))
                nodes, links = [], []
            elif word and word not in ("genomestart", "trait", "/*"):
                raise InputError(f"{path}:{number}: {word!r} begins no line of a genome")
        except (ValueError, IndexError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{path}:{number}: cannot read {line.strip()!r}") from None
    require(genomes, f"{path} holds no genome: neither npz, JSON nor Stanley's format (genomestart … genomeend)")
    return genomes


def _merged(genes: list[tuple[int, int, int, float, bool]]) -> Genes:
    """Links by innovation number. His genomes may join a pair twice, forward and recurrent: such genes act as one of their sum."""
    merged: dict[tuple[int, int], tuple[int, int, int, float, bool]] = {}
    for number, source, target, weight, enabled in sorted(genes):
        old = merged.get((source, target), (number, source, target, 0.0, False))
        total = (old[3] if old[4] else 0.0) + (weight if enabled else 0.0)
        kept = total if old[4] or enabled else weight
        merged[source, target] = (old[0], source, target, kept, old[4] or enabled)
    return np.array(list(merged.values()), LINK)


def _stanley_node(values: list[str]) -> tuple[int, int, int]:
    kind = {"0": HIDDEN, "1": INPUT, "2": OUTPUT, "3": BIAS}.get(values[3])
    if kind is None:
        raise ValueError(values[3])
    return int(values[0]), kind, code_of("linear" if kind in (INPUT, BIAS) else "sigmoid")
