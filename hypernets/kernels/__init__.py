"""Compiled kernels that XLA calls on the CPU, where its own forms are slow: convolutions, and products of many small matrices.

memory: words, counters and functions at addresses. tiles: the one loop in which all arithmetic is done. frames: what XLA hands to a
function that it calls. pool: the parts of a kernel's work on XLA's own threads. calls: kernels as functions of JAX. convolving and
multiplying: the kernels.
"""
