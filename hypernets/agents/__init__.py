"""Agent embeddings (Chang, Kwiatkowski, Chen & Lipson 2019): a generative model of whole networks."""
