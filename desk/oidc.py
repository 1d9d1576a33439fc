"""Sign-in by the town's identity provider: what mozilla-django-oidc is told, and who an answer is about.

Nobody gets an account or a right by signing in: the provider's claim must name an account that exists.
"""

import os
from functools import lru_cache
from typing import Any

import jwt
import requests
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from desk.setup import setup
from pipeline.errors import NewswireError
from pipeline.models import Editor

_TIMEOUT = 10  # seconds
_PROVIDER = {
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
    "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
    "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
    "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
}


class ProviderError(NewswireError):
    """The identity provider cannot be reached, or says what it may not."""


@lru_cache(maxsize=4)
def provider(issuer: str) -> dict[str, str]:
    """What the provider says of itself (OpenID Connect Discovery), asked once."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        response = requests.get(address, timeout=_TIMEOUT)
        response.raise_for_status()
        found = response.json()
        known = {key: str(found[name]) for key, name in _PROVIDER.items()}
    except (requests.RequestException, ValueError, KeyError) as error:
        raise ProviderError(f"its description cannot be read: {error}", resource=address) from error
    if found.get("issuer") != issuer:
        raise ProviderError(
            f"calls itself {found.get('issuer')!r}; correct [desk.oidc] issuer", resource=issuer
        )
    return known


def oidc_setting(name: str, *default: Any) -> Any:
    """A setting of mozilla-django-oidc, from our configuration and the provider's description."""
    oidc = setup().config.desk.oidc
    if name in _PROVIDER:
        return provider(oidc.issuer)[name]
    own = {
        "OIDC_RP_CLIENT_ID": oidc.client_id,
        "OIDC_RP_CLIENT_SECRET": os.environ.get(oidc.secret_env, "") if oidc.secret_env else "",
        "OIDC_RP_SCOPES": oidc.scopes,
        "OIDC_RP_SIGN_ALGO": oidc.algorithm,
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": _TIMEOUT,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "oidc-callback",
        "LOGIN_REDIRECT_URL": "/desk/",
        "LOGIN_REDIRECT_URL_FAILURE": "/desk/sign-in/",
        "OIDC_CREATE_USER": False,
    }
    return own[name] if name in own else default[0] if default else None


class Backend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Finds the account that the provider's answer is about. Made for every sign-in, so it reads nothing yet."""

    def __init__(self) -> None:
        self.UserModel = Editor

    def __getattr__(self, name: str) -> Any:
        """The library's settings, each when it is used: the provider is asked only by those who come from it."""
        if name.startswith("OIDC_"):
            return oidc_setting(name)
        raise AttributeError(name)

    @staticmethod
    def get_settings(attr: str, *args: Any) -> Any:
        return oidc_setting(attr, *args)

    def authenticate(self, request: Any, **kwargs: Any) -> Any:
        """Only for who comes back from the provider; sign-in by password is another backend's."""
        if "nonce" not in kwargs or not setup().config.desk.oidc.enabled:
            return None
        return super().authenticate(request, **kwargs)

    def verify_token(self, token: Any, **kwargs: Any) -> Any:
        """The library checks signature, nonce and time; who it is from and for is checked here."""
        payload = super().verify_token(token, **kwargs)
        oidc = setup().config.desk.oidc
        audience = payload.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if payload.get("iss") != oidc.issuer or oidc.client_id not in audiences or "exp" not in payload:
            raise SuspiciousOperation("the token is another provider's, or for another client")
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: Any) -> Any:
        """Of the person the token is about, nobody else (OpenID Connect Core 5.3.2)."""
        claims = super().get_userinfo(access_token, id_token, payload)
        if claims.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("the provider's answer is about another person")
        return claims

    def verify_claims(self, claims: Any) -> bool:
        oidc = setup().config.desk.oidc
        if oidc.claim == "email" and claims.get("email_verified") is False:
            return False
        return bool(claims.get(oidc.claim))

    def get_user(self, user_id: int) -> Editor | None:
        """Called at every request: an account that is closed is out at once."""
        return Editor.objects.filter(pk=user_id, is_active=True).first()

    def filter_users_by_claims(self, claims: Any) -> QuerySet[Editor]:
        oidc = setup().config.desk.oidc
        lookup = "email__iexact" if oidc.field == "email" else "name"
        return Editor.objects.filter(**{lookup: str(claims[oidc.claim])}, is_active=True)


TokenError = jwt.PyJWTError
