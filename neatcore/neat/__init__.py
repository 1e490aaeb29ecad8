"""NEAT: NeuroEvolution of Augmenting Topologies (Stanley & Miikkulainen 2002)."""

from neatcore.neat.config import NeatConfig
from neatcore.neat.search import Neat

__all__ = ["Neat", "NeatConfig"]
