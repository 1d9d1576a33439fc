"""How much a translation needs a person's eyes, from what the checks found. Pure."""

from collections.abc import Iterable

from pipeline.records import FindingData

# From 0.5 an entry is held under the `risky` policy (review/policy.py).
_WEIGHTS = {"block": 1.0, "warn": 0.2, "info": 0.0}
# Other than their severity's: what a finding is worth, calibrated on faults put into machine translations
# (`./do bench risk`). Half: the meaning is at stake, and the check is seldom wrong about a machine's text.
_OF_A_CHECK = {
    ("numbers", "warn"): 0.5,  # finds every changed number; doubts 1 sentence in 100, often rightly
    ("dates-times", "warn"): 0.5,  # a wrong day sends readers to a closed door
    ("money", "warn"): 0.5,  # as a number
    ("omission", "warn"): 0.5,  # at 0.2, 87 of 100 cut sentences went out; no alarm in 3,600 good ones
    ("length-ratio", "warn"): 0.5,  # the same; what it finds is cut or runs on
    ("negation", "warn"): 0.5,  # the opposite is told; 2 alarms in 1,000 good ones
    ("end-punctuation", "info"): 0.05,  # orders the queue; not even ten of them hold an entry
    ("quotes", "info"): 0.05,  # the same
}


def risk_of(findings: Iterable[FindingData]) -> float:
    """0 (nothing found) … 1 (must not go out unseen): the chance that at least one finding is a true fault."""
    clean = 1.0
    for finding in findings:
        clean *= 1.0 - _OF_A_CHECK.get((finding.check, finding.severity), _WEIGHTS[finding.severity])
    return round(1.0 - clean, 3)
