"""Who begets whom, and what changes in each child: a generation in one compiled call."""
