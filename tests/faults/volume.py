"""Many faults from the grammar, and what came of them: `scripts/faults NUMBER [SEED]`.

Prints how many moments showed somebody screened by a blind station, how long after its beginning a
blindness was shown, and how long after its end the station screened again. On the first sequence of
faults that breaks a rule, Hypothesis looks for the smallest one that does, and it is printed.
"""

import os
import sys
from collections import Counter

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.faults.chain import Chain
from tests.oracle.grammar import Fault, faults
from tests.oracle.judge import back_after_s, judge, shown_after_s


def main(number: int, first: int) -> None:
    """Play so many sequences of faults, drawn from a seed."""
    shown: list[float] = []
    back: list[float] = []
    kinds: Counter[str] = Counter()
    moments = 0

    @seed(first)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(faults())
    def play(drawn: list[Fault]) -> None:
        nonlocal moments
        chain = Chain(drawn, seed=moments)
        seen = chain.run()
        moments += len(seen)
        kinds.update(fault.kind for fault in drawn)
        blind = chain.blindness()
        assert list(judge(seen, blind)) == []
        shown.extend(s for one in blind if (s := shown_after_s(seen, one)) is not None)
        after = back_after_s(seen, max(f.begins_s + f.lasts_s for f in drawn))
        if after is not None:
            back.append(after)

    play()
    print(f"{kinds.total()} faults in {number} films, {moments} moments; shown while blind: 0")
    for name, values in (("blind shown after", shown), ("screening again after", back)):
        low, high = np.percentile(values, (50, 99))
        print(f"{name}: p50 {low:.2f} s, p99 {high:.2f} s, max {max(values):.2f} s (film time)")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
