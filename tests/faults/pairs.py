"""Every ordered pair of faults, close together: `scripts/faults --pairs [KIND...]`.

On the view stream, in film time. Somebody comes and is cleared; from that moment on each film is
played in a process of its own, forked from there. The one fault is short and the other long, or the
second begins when the first has ended; they begin 0 to 0.5 s apart, at any time between two frames.
KINDs are those of the first fault; all of them when none is named.

Prints how many pairs, films and moments there were, and each film in which somebody seemed to be
screened by a blind station.
"""

import json
import os
import sys
from collections.abc import Iterator

import cv2
import numpy as np

from tests.faults.chain import FRAME_TICKS, TICK_S, Chain
from tests.oracle.grammar import FIRST_FAULT_S, HARMLESS, KINDS, Fault
from tests.oracle.judge import SHOWN_WITHIN_S, judge

GAPS_S = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
SHORT_S = 0.2
LONGER_S = 1.0  # than it may take until it is shown


def films(first: str, second: str, random: np.random.Generator) -> Iterator[tuple[Fault, Fault]]:
    """Yield what is played of a pair."""
    lasts = {kind: KINDS[kind] + SHOWN_WITHIN_S + LONGER_S for kind in (first, second)}
    for gap_s in GAPS_S:
        for one_s, two_s, begins_s in (
            (SHORT_S, lasts[second], gap_s),
            (lasts[first], SHORT_S, gap_s),
            (lasts[first], lasts[second], lasts[first] + gap_s),
        ):
            at_s = FIRST_FAULT_S + int(random.integers(9 * FRAME_TICKS)) * TICK_S
            yield Fault(first, at_s, one_s), Fault(second, at_s + begins_s, two_s)


def play(chain: Chain, faults: tuple[Fault, Fault], seed: int) -> tuple[int, list[str]]:
    """Play on from where a chain is, in another process; return how many moments, and the wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        chain.faults = faults
        chain.reseed(seed)
        seen = chain.until(max(f.begins_s + f.lasts_s for f in faults))
        wrong = [f"{w.at_s:.2f} s {w.what}" for w in judge(seen, chain.blindness())]
        os.write(writing, json.dumps([len(seen), wrong]).encode()[:60_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        moments, wrong = json.loads(said.read())
    os.waitpid(child, 0)
    return moments, wrong


def main(firsts: list[str]) -> int:
    """Play all pairs that begin with one of these; return how many films were wrong."""
    cv2.setNumThreads(0)
    random = np.random.default_rng(sum(map(len, firsts)))
    chain = Chain([])
    before = chain.until(FIRST_FAULT_S)
    assert before[-1].shown["state"] == "clear"
    pairs = played = moments = bad = 0
    for first in firsts:
        for second in KINDS:
            if {first, second} <= HARMLESS:
                continue
            pairs += 1
            for faults in films(first, second, random):
                played += 1
                number, wrong = play(chain, faults, played)
                moments += number
                if wrong:
                    bad += 1
                    words = ", ".join(f"{f.kind} {f.begins_s:.3f} {f.lasts_s:.1f}" for f in faults)
                    print(f"  {words} (seed {played}): {len(wrong)} moments, {wrong[0]}")
                    sys.stdout.flush()
        print(f"{pairs} pairs, {played} films, {moments} moments; wrong: {bad}", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:] or sorted(KINDS))))
