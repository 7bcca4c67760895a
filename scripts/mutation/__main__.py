"""Try out every mutant of some modules, and list those that no test notices.

A mutant that means the same as what stands there cannot be noticed. Such are listed with the
reason in `tests/GROUP/mutants.toml`; whatever lives and is not listed there is a rule that could
be taken out while every test stays green.
"""

import argparse
import sys
import time
import tomllib
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
LEAST = 0.95
GROUPS = {
    "hardware": (
        (
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
        ("tests/hardware",),
    ),
}


def main() -> int:
    """Run; return 1 when too many live, or one that is not listed."""
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/mutants")
    parser.add_argument("what", nargs="+", help=f"{', '.join(GROUPS)}, or modules of one of them")
    parser.add_argument("--tests", nargs="+", help="only these, to be quicker: a lower bound")
    parser.add_argument("--most", type=int, help="so many tests on a mutant: a lower bound, too")
    options = parser.parse_args()
    wanted = options.what
    killed = living = 0
    unlisted: list[str] = []
    for group, (modules, tests) in GROUPS.items():
        chosen = [one for one in modules if group in wanted or one in wanted]
        if not chosen:
            continue
        known = _listed(ROOT / tests[0] / "mutants.toml")
        began = time.monotonic()
        places = options.tests or list(tests)
        found = ways(chosen, places)
        found.most = options.most
        print(f"{len(found.seconds)} tests in {time.monotonic() - began:.0f} s", flush=True)
        for module in chosen:
            dead, alive = _try(module, found, places)
            killed, living = killed + dead, living + len(alive)
            for mutant in alive:
                why = known.get((module, mutant.what), "")
                print(f"  lives: {module}:{mutant.line} {mutant.what}  ({why or 'NOT LISTED'})")
                unlisted += [] if why else [mutant.what]
    if not killed + living:
        parser.error(f"there is no {', '.join(wanted)}; there is {', '.join(GROUPS)}")
    share = killed / (killed + living)
    print(f"{killed} of {killed + living} mutants noticed: {share:.1%}; {len(unlisted)} not listed")
    return int(share < LEAST or bool(unlisted))


def _try(module: str, found: Ways, tests: list[str]) -> tuple[int, list[Mutant]]:
    """Return how many mutants of a module were noticed, and those that were not."""
    began = time.monotonic()
    whole = list(mutants((ROOT / module).read_text(encoding="utf-8")))
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
