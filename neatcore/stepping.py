"""What networks are asked, before compiled code reads it: there a wrong shape would be read beyond its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neatcore.errors import StepError
from neatcore.interfaces import Floats

if TYPE_CHECKING:
    from neatcore.interfaces import Policy

KINDS = np.float32, np.float64


def fitting(policy: Policy, inputs: Any) -> Floats:
    """Inputs of a step as an array (P, S, I), in double precision where they are not floating; StepError where they are none."""
    try:
        found = np.asarray(inputs)
        found = found if found.dtype in KINDS else found.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise StepError(f"inputs that are no array of numbers ({error})") from error
    if found.ndim != 3 or len(found) != policy.size or found.shape[2] != policy.inputs:
        wanted = f"({policy.size}, S, {policy.inputs}), a row of {policy.inputs} numbers for every network and lane"
        raise StepError(f"inputs have shape {found.shape}, not {wanted}")
    return found


def fitting_state(state: Any, policy: Policy, inputs: Floats, width: int, *, lanes_last: bool = False) -> Any:
    """The state of a step, `width` numbers or more for every network and lane; StepError where it is not that of the inputs.

    Shapes are (P, S, width), or with `lanes_last` (P, width, S).
    """
    found, lanes = np.shape(state), inputs.shape[1]
    fits = len(found) == 3 and (found[0], found[2 if lanes_last else 1]) == (policy.size, lanes)
    if not fits or found[1 if lanes_last else 2] < width:
        wanted = (policy.size, width, lanes) if lanes_last else (policy.size, lanes, width)
        raise StepError(
            f"the state has shape {found}, not {wanted}: reset({lanes}) begins one for {lanes} "
            f"{'lane' if lanes == 1 else 'lanes'}, and that of take(rows) is state[rows]"
        )
    return state
