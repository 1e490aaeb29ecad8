"""Labelled pictures in three parts: digits, MNIST, Fashion-MNIST, CIFAR-10."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neatcore.errors import InputError, require
from neatcore.interfaces import Ints
from tasks.data.cifar import read_cifar
from tasks.data.folder import VARIABLE, Source, extra, locate
from tasks.data.idx import read_idx

CLASSES = 10
SIDE = 28
TRAINING = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MIRRORS = {
    "mnist": ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    "fashion-mnist": ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
}
CHECKSUMS = {  # sha256 of the files as they were published
    "mnist": {
        "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    "fashion-mnist": {
        "train-images-idx3-ubyte": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
}
OWNERS = {checksum: dataset for dataset, files in CHECKSUMS.items() for checksum in files.values()}


@dataclass(frozen=True)
class Examples:
    """Pictures (N, H, W, C) of whole steps of brightness, and what is on them (N,)."""

    pictures: NDArray[np.uint8]
    labels: Ints

    def __len__(self) -> int:
        return len(self.labels)

    def cut(self, part: slice) -> Examples:
        return Examples(self.pictures[part], self.labels[part])


@dataclass(frozen=True)
class Pictures:
    """A data set. white: the step that is full brightness."""

    training: Examples
    validation: Examples
    test: Examples
    white: int = 255

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        _, height, width, channels = self.training.pictures.shape
        return int(height), int(width), int(channels)


def load(name: str, given: str, classes: int = 0) -> Pictures:
    """The data set of that name from the folder `given`, or from where it is found without one; its first `classes`, if not 0.

    The first part of the published training pictures is kept for validation: 5,000 of 60,000, and of CIFAR-10's 50,000.
    """
    where = os.environ.get(VARIABLE, "")
    return _first(name, given, where, classes) if classes else _load(name, given, where)


def strangers(name: str, given: str, classes: int) -> Examples:
    """Test pictures of all classes but the first ones."""
    return _chosen(load(name, given).test, range(classes, CLASSES))


def outliers(given: str) -> Examples:
    """Letters A to J in MNIST's format, for networks that know digits alone: notMNIST's test set, from a folder."""
    return _examples("notmnist", TEST, given)


@lru_cache(maxsize=4)
def _load(name: str, given: str, _: str) -> Pictures:
    """Kept by where it was read from, as a run asks for it often."""
    if name == "digits":
        return _digits()
    if name == "cifar10":
        training, test = (_frozen(*labelled) for labelled in read_cifar(given))
        return _parted(training, test, len(training) // 10)
    training, test = _examples(name, TRAINING, given), _examples(name, TEST, given)
    return _parted(training, test, len(training) // 12)


@lru_cache(maxsize=4)
def _first(name: str, given: str, where: str, classes: int) -> Pictures:
    whole = _load(name, given, where)
    training, validation, test = (_chosen(part, range(classes)) for part in (whole.training, whole.validation, whole.test))
    return Pictures(training, validation, test, whole.white)


def _chosen(examples: Examples, classes: Sequence[int]) -> Examples:
    rows = np.isin(examples.labels, classes)
    return _frozen(examples.pictures[rows], examples.labels[rows])


def _parted(training: Examples, test: Examples, held: int) -> Pictures:
    require(held > 0, f"{len(training)} pictures are too few to learn from: none is left for validation")
    return Pictures(training.cut(slice(held, None)), training.cut(slice(held)), test)


def _digits() -> Pictures:
    """The 1,797 digits of 8 by 8 pixels that come with scikit-learn: 1,297, 200 and 300, in their order."""
    found = extra("sklearn.datasets", "scikit-learn", "task digits").load_digits()
    whole = _frozen(found.images.astype(np.uint8)[..., None], found.target.astype(np.int64))
    parts = _parted(whole.cut(slice(-300)), whole.cut(slice(-300, None)), 200)
    return Pictures(parts.training, parts.validation, parts.test, white=16)


def _examples(dataset: str, names: tuple[str, str], given: str) -> Examples:
    """Pictures and labels of two IDX files that belong together."""
    images, where = (locate(_source(dataset, name), given) for name in names)
    checksum = sha256(where.read_bytes()).hexdigest()
    owner = OWNERS.get(checksum, dataset)
    require(owner == dataset, f"{where} is {owner}'s, not {dataset}'s; name another folder with --data DIR")
    pictures, found = read_idx(images, 3), read_idx(where, 1)
    _check(dataset, pictures, found, where)
    return _frozen(pictures[..., None], found.astype(np.int64))


def _source(dataset: str, name: str) -> Source:
    checksums: Mapping[str, str] = CHECKSUMS.get(dataset, {})
    spellings = (f"{name}.gz", name, name.replace("-idx", ".idx"))
    checksum = f"sha256:{checksums[name]}" if name in checksums else ""
    return Source(dataset, (dataset,), spellings, checksum, MIRRORS.get(dataset, ()))


def _check(dataset: str, pictures: NDArray[np.uint8], labels: NDArray[np.uint8], where: Path) -> None:
    size = pictures.shape[1:]
    require(size == (SIDE, SIDE), f"the pictures beside {where} are {size[0]} × {size[1]} pixels, those of {dataset} 28 × 28")
    require(len(labels) == len(pictures), f"{where} has {len(labels):,} labels for {len(pictures):,} pictures")
    if len(labels) == 0 or labels.max() >= CLASSES:
        raise InputError(f"{where} has no labels from 0 to {CLASSES - 1}")


def _frozen(pictures: NDArray[np.uint8], labels: Ints) -> Examples:
    """Examples that nobody can write to: they are shared."""
    pictures.flags.writeable = labels.flags.writeable = False
    return Examples(pictures, labels)
