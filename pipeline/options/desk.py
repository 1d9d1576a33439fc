"""[desk]: the editors' desk and how one signs in to it."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.tables import Table
from pipeline.values import Name, OptionalUrl, TimeZone, Variable


class Oidc(Table):
    """Sign-in by the town's own identity provider. Off until `issuer` and `client_id` are given."""

    issuer: OptionalUrl = ""
    client_id: str = ""
    secret_env: Variable = ""  # the environment variable that holds the client's secret
    label: str = ""  # on the button; empty: the provider's host
    scopes: str = "openid profile email"
    claim: str = "preferred_username"  # what the provider says of a person …
    field: Literal["name", "email"] = "name"  # … and what of the account must equal it
    algorithm: Literal["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "EdDSA"] = "RS256"

    @property
    def enabled(self) -> bool:
        return bool(self.issuer and self.client_id)


class Desk(Table):
    enabled: bool = True
    hosts: tuple[Name, ...] = ()  # further names under which the desk is reached
    proxies: Annotated[int, Field(ge=0, le=10)] = 0  # reverse proxies before us, whose addresses are believed
    session_hours: Annotated[float, Field(gt=0, le=720)] = 12.0  # from sign-in to the next
    idle_minutes: Annotated[float, Field(gt=0, le=43_200)] = 240.0  # without a request
    sessions: Annotated[int, Field(ge=1, le=100)] = 5  # open ones of one editor; the oldest ends
    attempts: Annotated[int, Field(ge=1, le=100)] = 5  # wrong passwords for a name from one address
    pause_minutes: Annotated[float, Field(gt=0, le=1440)] = 15.0  # after so many
    link_minutes: Annotated[float, Field(gt=0, le=10_080)] = 30.0  # a one-time sign-in link lives
    password_length: Annotated[int, Field(ge=8, le=128)] = 12
    otp: Literal["off", "optional", "required"] = "optional"  # the second factor
    timezone: TimeZone = "UTC"  # of the times shown
    oidc: Oidc = Oidc()
