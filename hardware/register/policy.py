"""The policy: which rules an institution applies to hardware, how hard, and why.

A policy is data: numbered paragraphs, each with its reason in plain words, the rule that it
switches on and what follows when the rule finds something. The rules are in
`hardware.vetting.rules`. Every rule must be named, so that switching one off is a line that can be
read (`effect = "none"`).
"""

import tomllib
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from hardware.errors import PolicyError
from hardware.register.countries import Country
from hardware.register.dossier import Dossier, Kind
from hardware.register.effect import Effect
from hardware.register.statement import Document, Statement, Words

RuleName = Literal[
    "decided",
    "signed",
    "names",
    "cleared",
    "doubts",
    "lists",
    "fresh",
    "screened",
    "jurisdiction",
    "relabelled",
    "verified",
    "known",
    "evidence",
    "ways_out",
    "calibrated",
    "critical",
    "origin_share",
    "forced_labour",
    "usb_ids",
    "functions",
    "vendor_functions",
    "neighbours",
    "controller",
    "serial",
    "firmware",
    "enrolled",
    "unchanged",
    "network",
    "computer",
]
RULE_NAMES: tuple[str, ...] = get_args(RuleName)


class Paragraph(Document):
    """One paragraph: a rule, what it does, and why the institution wants it."""

    number: str = Field(description="Number that decisions cite.", pattern=r"^\d+\.\d+$")
    title: str = Field(description="What is asked for, in one line.", min_length=1)
    why: str = Field(description="Why, for a reader who distrusts us.", min_length=20)
    rule: RuleName = Field(description="The rule that it switches on.")
    effect: Effect = Field(description="What follows when the rule finds something.")
    statements: Words = Field(default=(), description="Statements of the dossier it is about.")
    countries: tuple[Country, ...] = Field(default=(), description="ISO 3166 codes it is about.")
    lists: Words = Field(default=(), description="Exclusion lists it is about.")
    kinds: tuple[Kind, ...] = Field(
        default=(), description="Kinds of hardware it is about; all when empty."
    )
    cpv: Words = Field(default=(), description="Beginnings of CPV codes that it is about.")
    percent: int = Field(default=0, description="Share that it is about.", ge=0, le=100)
    days: int = Field(default=0, description="Age or time in days it is about.", ge=0)

    @model_validator(mode="after")
    def _statements_exist(self) -> "Paragraph":
        for path in self.statements:
            try:
                _schema(path)
            except (KeyError, AttributeError) as error:
                raise ValueError(f"{path} is no statement of a dossier") from error
        return self


class Policy(Document):
    """An institution's rules about hardware."""

    name: str = Field(description="Name that decisions cite.", min_length=1)
    edition: Literal[1] = Field(description="Edition of this schema.")
    owner: str = Field(description="Institution that answers for it.", min_length=1)
    summary: str = Field(description="What it is for.", min_length=1)
    paragraph: tuple[Paragraph, ...] = Field(description="The paragraphs, in order.")

    @model_validator(mode="after")
    def _complete(self) -> "Policy":
        numbers = [paragraph.number for paragraph in self.paragraph]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two paragraphs have the same number")
        if missing := set(RULE_NAMES) - {paragraph.rule for paragraph in self.paragraph}:
            raise ValueError(
                f"no paragraph about: {', '.join(sorted(missing))};"
                ' to switch a rule off, name it with effect = "none"'
            )
        return self


def read(data: bytes) -> Policy:
    """Read a policy from the exact bytes of its file.

    Raises
    ------
    PolicyError
        When they are no TOML, or leave out a rule.
    """
    try:
        return Policy.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the policy"
        raise PolicyError(f"The hardware policy: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise PolicyError(f"The hardware policy is no TOML: {error}.") from error


def _schema(path: str) -> None:
    """Raise KeyError unless `path` leads to a statement of the dossier schema."""
    here: Any = Dossier
    for name in path.split("."):
        here = here.model_fields[name].annotation
    if not issubclass(here, Statement):
        raise KeyError(path)
