"""What verdicts have taught about stated probabilities: a line in log-odds, shifts, and a shape where there are many.

A bend is laid over the curves a model ships with and never over another bend, so that lessons do not compound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from mdm.linkage.calibration import Calibration, to_bits


@dataclass(frozen=True, slots=True)
class Bend:
    """From the probability a curve states to the one that verdicts support; the default changes nothing.

    ``move`` in bits, ``factor`` on the log-odds, ``doubling``: bits for each doubling of the pairs of records behind a
    question (the best of many pairs looks better than it is), ``shifts``: reason of a question -> bits, ``shape``: from
    the bits that follow to a probability.
    """

    move: float = 0.0
    factor: float = 1.0
    doubling: float = 0.0
    shifts: tuple[tuple[str, float], ...] = ()
    shape: Calibration = field(default_factory=Calibration)

    def probability(self, stated: float, reason: str = "", pairs: int = 1) -> float:
        """Chance of a match, 0 to 1, for what a curve states of a question."""
        return self.shape.probability(self.bits(stated, reason, pairs))

    def bits(self, stated: float, reason: str, pairs: int) -> float:
        """Log2 odds before the shape."""
        shift = next((bits for name, bits in self.shifts if name == reason), 0.0)
        return self.move + self.factor * to_bits(stated) + self.doubling * math.log2(pairs) + shift

    def as_dict(self) -> dict[str, object]:
        """JSON-able form."""
        return {
            "move": self.move,
            "factor": self.factor,
            "doubling": self.doubling,
            "shifts": [list(shift) for shift in self.shifts],
            "shape": [list(point) for point in self.shape.points],
        }


def bend_from_dict(raw: Mapping[str, Any]) -> Bend:
    """Read what ``Bend.as_dict`` wrote; ``Any``: JSON."""
    shifts = cast("list[tuple[str, float]]", raw["shifts"])
    shape = cast("list[tuple[float, float]]", raw["shape"])
    return Bend(
        float(raw["move"]),
        float(raw["factor"]),
        float(raw["doubling"]),
        tuple((str(name), float(bits)) for name, bits in shifts),
        Calibration(tuple((float(weight), float(probability)) for weight, probability in shape)),
    )
