"""The same work for PyTorch, as one writes it who wants it fast: gates in one product, input products for all steps at once,
products of many networks in one batch. Needs torch, which nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import torch
from torch.nn import functional

from neatcore.interfaces import Array

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
Tensors = Mapping[str, Any]
Slope = Callable[[], Any]
GATES, KINDS = 4, 3


def tensors(arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Trained tensors of the same numbers."""
    return {name: torch.tensor(array, device=DEVICE, requires_grad=True) for name, array in arrays.items()}


def gradient(weights: Tensors, loss: Callable[[], Any]) -> Slope:
    """What computes the slopes of `loss` to all of `weights`, as arrays."""

    def slopes() -> dict[str, Array]:
        found = torch.autograd.grad(loss(), list(weights.values()))
        return {name: slope.cpu().numpy() for name, slope in zip(weights, found, strict=True)}

    return slopes


# --- HyperLSTM ----------------------------------------------------------------------------------------------------------


def gated(sums: Any, c: Any) -> tuple[Any, Any]:
    """h and c of an LSTM whose gates i, g, f, o have these sums (S, 4 N)."""
    i, g, f, o = sums.chunk(GATES, -1)
    c = torch.sigmoid(f + 1.0) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def hyper_step(weights: Tensors, state: Sequence[Any], x: Any) -> tuple[Any, Any, Any, Any]:
    """One step of the HyperLSTM from h, c, ĥ, ĉ; x: what was projected of the inputs, of both cells."""
    h, c, hyper_h, hyper_c = state
    kinds, embedding, units = weights["scales"].shape
    wide = GATES * units
    seen = h @ weights["recurrent"]
    read = torch.addmm(seen[:, wide:] + x[:, wide:], hyper_h, weights["hyper.recurrent"])
    hyper_h, hyper_c = gated(read, hyper_c)
    z = torch.addmm(weights["embed.bias"], hyper_h, weights["embed.kernel"])
    d = torch.bmm(z.view(len(h), kinds, embedding).transpose(0, 1), weights["scales"])
    d_h, d_x, d_b = d.view(KINDS, GATES, len(h), units).transpose(1, 2).reshape(KINDS, len(h), wide).unbind(0)
    sums = torch.addcmul(torch.addcmul(d_b + weights["bias"], d_h, seen[:, :wide]), d_x, x[:, :wide])
    return *gated(sums, c), hyper_h, hyper_c


def hyperlstm(weights: Tensors, symbols: Any, step: Callable[..., Any]) -> Any:
    """All h (T, S, N) over symbols (T, S)."""
    units, hyper_units = weights["recurrent"].shape[0], weights["hyper.recurrent"].shape[0]
    of_h, of_x = weights["hyper.input"][:units], weights["hyper.input"][units:]
    wide = weights["bias"].shape[0]
    bias = torch.cat([torch.zeros(wide, device=DEVICE), weights["hyper.bias"]])
    projected = functional.embedding(symbols, torch.cat([weights["input"], of_x], 1)) + bias
    missing = weights["embed.kernel"].shape[1] - weights["embed.bias"].shape[0]
    used = {name: weights[name] for name in ("bias", "hyper.recurrent", "embed.kernel")} | {
        "recurrent": torch.cat([weights["recurrent"], of_h], 1),
        "embed.bias": torch.cat([weights["embed.bias"], torch.zeros(missing, device=DEVICE)]),
        "scales": weights["scale.kernel"],
    }
    state = [torch.zeros(symbols.shape[1], size, device=DEVICE) for size in (units, units, hyper_units, hyper_units)]
    found = []
    for x in projected.unbind(0):
        state = step(used, state, x)
        found.append(state[0])
    return torch.stack(found)


def characters(arrays: Mapping[str, Array], symbols: Array, *, compiled: bool) -> Slope:
    """The gradient of the mean cross-entropy of a HyperLSTM and its head over symbols (T + 1, S)."""
    weights, read = tensors(arrays), torch.tensor(symbols, device=DEVICE).long()
    own = {name.removeprefix("layer1."): tensor for name, tensor in weights.items() if name.startswith("layer1.")}
    step = torch.compile(hyper_step) if compiled else hyper_step

    def loss() -> Any:
        h = hyperlstm(own, read[:-1], step).flatten(0, 1)
        return functional.cross_entropy(torch.addmm(weights["head.bias"], h, weights["head.kernel"]), read[1:].flatten())

    return gradient(weights, loss)


# --- the static hypernetwork --------------------------------------------------------------------------------------------


def pictures(arrays: Mapping[str, Array], images: Array, labels: Array, *, compiled: bool) -> Slope:
    """The gradient of the mean cross-entropy of the paper's network for pictures (S, H, W, 1), its second kernel generated.

    Channels last, the memory layout in which PyTorch is fastest here.
    """
    weights, right = tensors(arrays), torch.tensor(labels, device=DEVICE).long()
    seen = torch.tensor(images.transpose(0, 3, 1, 2), device=DEVICE).to(memory_format=torch.channels_last)

    def loss(weights: Tensors) -> Any:
        inner, inner_bias, outer, outer_bias = (
            weights[f"hyper7x7.{layer}.{part}"] for layer in ("inner", "outer") for part in ("kernel", "bias")
        )
        a = torch.einsum("z,izd->id", weights["embedding.conv2.kernel"][0], inner) + inner_bias
        second = torch.tensordot(a, outer, 1) + outer_bias  # (in, 7, 7, out)
        kernels = weights["conv1.kernel"].permute(3, 2, 0, 1), second.permute(3, 0, 1, 2)
        values = seen
        for kernel, name in zip(kernels, ("conv1", "conv2"), strict=True):
            kernel = kernel.contiguous(memory_format=torch.channels_last)
            values = functional.max_pool2d(functional.conv2d(values, kernel, weights[f"{name}.bias"], padding=3), 2).relu()
        flat = values.permute(0, 2, 3, 1).flatten(1)
        return functional.cross_entropy(torch.addmm(weights["dense.bias"], flat, weights["dense.kernel"]), right)

    run = torch.compile(loss) if compiled else loss
    return gradient(weights, lambda: run(weights))


# --- many generated perceptrons -----------------------------------------------------------------------------------------


def perceptrons(sizes: Sequence[int], writer: Array, z: Array, inputs: Array, *, compiled: bool) -> tuple[Slope, Slope]:
    """P perceptrons whose weights are z (P, n) @ writer (n, W): outputs (P, S, O), and the slopes of their sum of mean squares."""
    names = {"z": z, "writer": writer}
    weights, read = tensors(names), torch.tensor(inputs, device=DEVICE)

    pairs = list(pairwise(sizes))
    lengths = [*map(prod, pairs), *sizes[1:]]  # all matrices, then all biases, as `Dense` has them

    def answer(weights: Tensors) -> Any:
        values, made = read, (weights["z"] @ weights["writer"]).split(lengths, 1)
        for place, (pair, kernel, bias) in enumerate(zip(pairs, made[: len(pairs)], made[len(pairs) :], strict=True)):
            values = torch.baddbmm(bias[:, None], values, kernel.view(-1, *pair))
            values = values if place == len(pairs) - 1 else values.relu()
        return values

    run = torch.compile(answer) if compiled else answer

    def outputs() -> Array:
        with torch.no_grad():
            found: Array = run(weights).cpu().numpy()
            return found

    return outputs, gradient(weights, lambda: run(weights).square().sum() / prod((inputs.shape[1], sizes[-1])))
