"""Neurons in space, and encodings that make use of where they stand: `hyperneat`, and `fixed`, which does not."""
