"""Every address of the desk with who may come to it. test_routes.py holds the desk to this table.

An answer: `in` the page itself answers (200, 302 to elsewhere in the desk, 404 or 422 for want of a row or a
field), `sign` to the sign-in page, `no` 403, `405` this method is not taken. GET stands for HEAD too.
"""

from dataclasses import dataclass, field
from typing import Any

KINDS = ("anonymous", "nobody", "reader", "other", "editor", "chief", "administrator")

OPEN = "*" * 7  # who comes in, in the order of KINDS: `*` in, `s` to sign in, `-` refused
SIGNED_IN = "s******"
READERS = "s-*****"
EDITORS = "s--****"
CHIEFS = "s----**"
ADMINISTRATORS = "s-----*"


@dataclass(frozen=True, slots=True)
class Row:
    """`get` and `post`: who comes in; empty where the method is not taken. `body` is what a page would send."""

    name: str
    get: str = ""
    post: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    body: str = ""


SHELL_ROWS = (
    Row("sign-in", get=OPEN, post=OPEN),
    Row("sign-out", post=OPEN),
    Row("enter", get=OPEN, post=OPEN, args={"token": "x"}),
    Row("language", post=OPEN),
    Row("oidc-start", get=OPEN),
    Row("oidc-callback", get=OPEN),
    Row("second-factor", get=SIGNED_IN, post=SIGNED_IN),
    Row("second-factor-enrol", get=SIGNED_IN, post=SIGNED_IN),
    Row("second-factor-qr", get=SIGNED_IN),
    Row("second-factor-codes", post=SIGNED_IN),
    Row("second-factor-off", post=SIGNED_IN),
    Row("preferences", get=SIGNED_IN, post=SIGNED_IN),
    Row("preferences-password", get=SIGNED_IN, post=SIGNED_IN),
    Row("preferences-feed", post=SIGNED_IN),
    Row("preferences-sessions", post=SIGNED_IN),
    Row("feed", get=OPEN, args={"token": "x"}),
    Row("accounts", get=ADMINISTRATORS),
    Row("accounts-add", get=ADMINISTRATORS, post=ADMINISTRATORS),
    Row("accounts-edit", get=ADMINISTRATORS, post=ADMINISTRATORS, args={"pk": 1}),
    Row("accounts-link", post=ADMINISTRATORS, args={"pk": 1}),
    Row("accounts-active", post=ADMINISTRATORS, args={"pk": 1}),
    Row("accounts-second-factor", post=ADMINISTRATORS, args={"pk": 1}),
    Row("audit", get=CHIEFS),
    Row("audit-export", get=CHIEFS),
    Row("history", get="s-*-***", args={"entry_id": 1, "language": "lv"}),
    Row("terms", get=READERS),
    Row("terms-add", get=CHIEFS, post=CHIEFS),
    Row("terms-edit", get=CHIEFS, post=CHIEFS, args={"pk": 1}),
    Row("terms-delete", post=CHIEFS, args={"pk": 1}),
    Row("terms-export", get=READERS),
    Row("terms-import", post=CHIEFS),
    Row("status", get=READERS),
    Row("status-plot", get=READERS, args={"name": "lag"}),
    Row("reports", get=EDITORS),
    Row("reports-close", post="s---***", args={"pk": 1}),
)

# desk-editor's pages: the translation with id 1 is into Latvian.
LATVIAN_READERS = "s-*-***"
LATVIAN_EDITORS = "s---***"
LATVIAN_CHIEFS = "s----**"
DRAFT = '{"version": 0, "texts": {"1": "x"}}'
QUEUE_ROWS = (
    Row("queue", get=READERS),
    Row("queue-bulk", post="s--****"),
    Row("queue-undo", post="s--****"),
    Row("queue-filters", post=READERS),
    Row("sheet", get=LATVIAN_READERS, post=LATVIAN_EDITORS, args={"pk": 1}, body="move=save&version=0"),
    Row("sheet-draft", post=LATVIAN_EDITORS, args={"pk": 1}, body=DRAFT),
)
ROWS = SHELL_ROWS + QUEUE_ROWS
