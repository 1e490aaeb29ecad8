"""Generators trained by gradient, and the networks whose weights they make, behind the interfaces of neatcore. Needs JAX: the extra
`hypernets`."""

from __future__ import annotations

from hypernets.extra import ready

ready()
