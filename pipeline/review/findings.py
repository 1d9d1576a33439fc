"""What the checks found, as rows: dismissed once is dismissed for good, and the rest makes the risk."""

from collections.abc import Sequence

from pipeline.models import Dismissal, Finding, Translation, Unit, text_hash
from pipeline.records import FindingData
from pipeline.translate.risk import risk_of


def row_of(unit: Unit, each: FindingData) -> Finding:
    return Finding(
        unit=unit,
        check_id=each.check,
        severity=each.severity,
        message=each.message,
        start=each.start,
        end=each.end,
        fix=each.fix,
    )


def dismiss_known(findings: Sequence[Finding]) -> list[Finding]:
    """Mark what an editor dismissed on equal texts before; the units have their segments. Those marked."""
    hashes = {
        id(each): (each.unit.segment.text_hash, text_hash(each.unit.text))
        for each in findings
        if not each.dismissed_by
    }
    known = Dismissal.objects.of(hashes.values()) if hashes else {}
    marked = []
    for each in findings:
        dismissal = known.get((*hashes[id(each)], each.check_id)) if id(each) in hashes else None
        if dismissal:
            each.dismissed_by = dismissal.editor
            marked.append(each)
    return marked


def weigh(row: Translation) -> None:
    """The risk of the draft: of all that was found in it and not dismissed."""
    found = Finding.objects.standing(row)
    row.risk = risk_of(
        FindingData(check=each.check_id, severity=each.severity, message=each.message) for each in found
    )
