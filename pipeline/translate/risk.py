"""How much a translation needs a person's eyes, from what the checks found. Pure."""

from collections.abc import Iterable

from pipeline.records import FindingData

# A lone number fault is enough to hold an entry under the `risky` policy (review/policy.py); formal faults only together.
_WEIGHTS = {"block": 1.0, "warn": 0.2, "info": 0.0}
_HEAVY = {"numbers": 0.5, "dates-times": 0.5, "money": 0.5}


def risk_of(findings: Iterable[FindingData]) -> float:
    """0 (nothing found) … 1 (must not go out unseen): the chance that at least one finding is a true fault."""
    clean = 1.0
    for finding in findings:
        weight = _WEIGHTS[finding.severity]
        if finding.severity == "warn":
            weight = _HEAVY.get(finding.check, weight)
        clean *= 1.0 - weight
    return round(1.0 - clean, 3)
