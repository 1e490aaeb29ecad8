"""How far genomes are apart, and which species they belong to."""
