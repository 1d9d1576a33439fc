"""What the log in the store proves about a text; the reading of it is pure and stands in proof.py."""

from pipeline.models import PIPELINE, Audit, Translation
from pipeline.review.proof import LogLine, Proof, proof


def proof_of(row: Translation) -> Proof:
    return proof(
        LogLine(by_person=actor != PIPELINE, actor=actor, action=action, before=before, after=after)
        for actor, action, before, after in Audit.objects.log_of(row.entry_id, row.language)
    )
