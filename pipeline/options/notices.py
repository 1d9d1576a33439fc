"""[notices]: the daily mail of what waits for an editor. Off until a mail server is named."""

from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from pipeline.tables import Table
from pipeline.values import Language, Variable

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


class Notices(Table):
    host: str = ""  # the SMTP server; empty: no mail is sent
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_env: Variable = ""  # the environment variable that holds the password
    sender: Address | Literal[""] = ""
    to: dict[Language, tuple[Address, ...]] = {}  # further receivers of a language's mail, beside its editors
    hour: Annotated[int, Field(ge=0, le=23)] = 5  # UTC, when `serve` or a cluster sends it
    timeout: Annotated[float, Field(gt=0, le=600)] = 30.0  # seconds for the server's answers

    @property
    def enabled(self) -> bool:
        return bool(self.host)

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("with host, sender too: the address the mail comes from")
        if self.user and self.security == "none" and not _is_loopback(self.host):
            raise ValueError("a password is not sent in the open; security must be starttls or tls")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
