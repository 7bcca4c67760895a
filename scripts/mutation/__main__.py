"""Try out every mutant of some modules, and list those that no test notices.

A mutant that means the same as what stands there cannot be noticed. Such are listed with the
reason in `tests/GROUP/mutants.toml`; whatever lives and is not listed there is a rule that could
be taken out while every test stays green.
"""

import argparse
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

# what the tests load: once here, and not in each of the forks
import cryptography.hazmat.primitives.asymmetric.ed25519
import fastapi
import hypothesis
import jinja2
import pydantic
import typer.testing

from scripts.mutation.mutants import Mutant, mutants
from scripts.mutation.trial import ROOT, Ways, noticed, ways

LOADED = (cryptography, fastapi, hypothesis, jinja2, pydantic, typer)


@dataclass(frozen=True, slots=True)
class Group:
    """Modules whose rules must not be lost.

    Attributes
    ----------
    least
        Share of the mutants that must be noticed.
    every
        Whether each that lives must be listed with its reason.
    modules, tests
        Which they are, and where the tests are that have to notice.
    """

    least: float
    every: bool
    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "hardware": Group(
        least=0.95,
        every=True,
        modules=(
            "hardware/vetting/dossier_rules.py",
            "hardware/vetting/list_rules.py",
            "hardware/vetting/device_rules.py",
            "hardware/vetting/cases.py",
            "hardware/vetting/check.py",
            "hardware/vetting/enrolment.py",
            "hardware/register/trust.py",
            "hardware/register/signature.py",
            "hardware/register/lists.py",
            "hardware/register/memory.py",
            "hardware/register/index.py",
        ),
        tests=("tests/hardware",),
    ),
    "screening": Group(
        least=0.90,
        every=False,
        modules=(
            "screening/visitors/decision.py",
            "screening/visitors/visitor.py",
            "screening/visitors/population.py",
            "screening/measuring/measure.py",
            "screening/measuring/correction.py",
            "screening/measuring/quality.py",
            "screening/measuring/sides.py",
            "screening/measuring/estimate.py",
            "screening/measuring/footprint.py",
            "screening/reference/identity.py",
            "screening/reference/offset.py",
            "screening/reference/references.py",
            "screening/reference/spot.py",
            "screening/reference/tracker.py",
            "screening/reference/witness.py",
            "screening/faces/furniture.py",
            "screening/freshness/freshness.py",
            "screening/screener.py",
        ),
        tests=("tests/screening",),
    ),
}


def main() -> int:
    """Run; return 1 when too many live, or one that is not listed."""
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/mutants")
    parser.add_argument(
        "what",
        nargs="+",
        help=f"{', '.join(GROUPS)}, modules of one of them, or a line of one (trust.py:31)",
    )
    parser.add_argument("--tests", nargs="+", help="only these, to be quicker: a lower bound")
    parser.add_argument("--most", type=int, help="so many tests on a mutant: a lower bound, too")
    options = parser.parse_args()
    wanted = {what.partition(":")[0] for what in options.what}
    lines = {tuple(what.split(":")) for what in options.what if ":" in what}
    killed = living = 0
    unlisted: list[str] = []
    few: list[str] = []
    for name, group in GROUPS.items():
        chosen = [one for one in group.modules if name in wanted or one in wanted]
        if not chosen:
            continue
        known = _listed(ROOT / group.tests[0] / "mutants.toml")
        began = time.monotonic()
        places = options.tests or list(group.tests)
        found = ways(chosen, places)
        found.most = options.most
        print(f"{len(found.seconds)} tests in {time.monotonic() - began:.0f} s", flush=True)
        for module in chosen:
            dead, alive = _try(
                module, {int(at) for one, at in lines if one == module}, found, places
            )
            killed, living = killed + dead, living + len(alive)
            share = dead / max(1, dead + len(alive))
            if share < group.least:
                few.append(f"{module}: {share:.1%}; at least {group.least:.0%} are asked for")
            for mutant in alive:
                why = known.get((module, mutant.what), "")
                print(f"  lives: {module}:{mutant.line} {mutant.what}  ({why or 'not listed'})")
                unlisted += [] if why or not group.every else [mutant.what]
    if not killed + living:
        parser.error(f"there is no {', '.join(sorted(wanted))}; there is {', '.join(GROUPS)}")
    share = killed / (killed + living)
    print(f"{killed} of {killed + living} mutants noticed: {share:.1%}; {len(unlisted)} not listed")
    print(*few, sep="\n")
    return int(bool(few or unlisted))


def _try(module: str, lines: set[int], found: Ways, tests: list[str]) -> tuple[int, list[Mutant]]:
    """Return how many mutants of a module, or of these lines, were noticed, and the others."""
    began = time.monotonic()
    every = mutants((ROOT / module).read_text(encoding="utf-8"))
    whole = [mutant for mutant in every if not lines or mutant.line in lines]
    dead = noticed(module, whole, found, tests)
    alive = [mutant for mutant, seen in zip(whole, dead, strict=True) if not seen]
    for mutant in alive:
        print(f"    {module}:{mutant.line} {mutant.what}", flush=True)
    took = time.monotonic() - began
    print(f"{module}: {len(whole) - len(alive)} of {len(whole)} in {took:.0f} s", flush=True)
    return len(whole) - len(alive), alive


def _listed(path: Path) -> dict[tuple[str, str], str]:
    """Return why a mutant means the same, by module and change."""
    if not path.exists():
        return {}
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", ())
    return {(row["module"], row["what"]): row["why"] for row in rows}


if __name__ == "__main__":
    sys.exit(main())
