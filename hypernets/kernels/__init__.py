"""Compiled kernels that XLA calls on the CPU, where its own forms are slow: convolutions, pooling, many small perceptrons,
HyperLSTMs.

memory: words, counters and functions at addresses. tiles: the one loop in which all arithmetic is done. frames: what XLA hands to a
function that it calls. jobs: the parts of a kernel's work on XLA's own threads. calls: kernels as functions of JAX. gates:
what LSTMs compute on rows of numbers. rooms: what a HyperLSTM's kernel reads, writes and remembers. products: of small matrices.
convolving, pooling, perceptrons, unmade and made (perceptrons whose weights are linear in a vector each), and watching: the
kernels.
"""
