"""Novelty search: another search is told how new what its networks did is, instead of how good."""

from __future__ import annotations

from neatcore.novelty.rewards import Novelty, NoveltyConfig, Random, Rewarded

__all__ = ["Novelty", "NoveltyConfig", "Random", "Rewarded"]
