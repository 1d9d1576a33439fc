"""What may go out without an editor, and under which label. Pure."""

import re
from collections.abc import Iterable

from pipeline.states import State
from pipeline.values import ReviewPolicy

DOUBTFUL = 0.5  # the risk from which `risky` keeps a machine's text back
MUST_BE_SEEN = 1.0  # a blocking finding: no policy lets it out unseen


def names_any(words: Iterable[str], text: str) -> bool:
    """Whether one of the words, or of the phrases, stands in the text as such, in capitals or not."""
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)


def may_go_out(state: State, risk: float, policy: ReviewPolicy) -> bool:
    """Whether a translation in this state may be released under the policy of its language."""
    if state is State.APPROVED:
        return True
    if state not in {State.MACHINE, State.EDITED} or policy == "all":
        return False
    # An edit of one sentence says nothing about the others: what is still found in them weighs as before.
    return risk < (DOUBTFUL if policy == "risky" else MUST_BE_SEEN)
