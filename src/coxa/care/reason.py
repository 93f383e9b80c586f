"""`Reason`: why something was decided: the rule, the words for the person, the source."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, and an unknown key is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(Value):
    """One reason of a decision.

    `rule` is a rule of the clinical notes (B1 to B31, C1 to C9), with a row after a dot where the notes have a table
    ("C1.cauda-equina"), or a decision of the product ("P2"). `words` are for the person. `source` is a tag as in the
    catalogue (S000 to S004, P1 to P143, OK, CALC, ours); `coxa evidence` says what each stands for.
    """

    rule: str
    words: str
    source: str
