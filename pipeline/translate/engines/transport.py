"""How requests to an online service go out: paced, with time limits, retried, and with every fault named.

deep-translator calls `requests.get` and `requests.post` with no time-out and hides what came back. Its modules are
given `routed` for `requests`: inside `sending(transport)` their calls go through that transport, elsewhere they go
out as ever. Contexts are per thread, so threads do not meet here.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from pipeline.errors import EngineError
from pipeline.translate.engines.bucket import TokenBucket

_CONNECT_SECONDS = 5.0
_LARGEST = 2_000_000  # bytes of an answer
_RETRIES = 3
_LONGEST_WAIT = 30.0  # seconds; a service that asks for more is left alone, the caller is told
_CONSENT = ("consent.google", "/sorry/index", 'id="captcha-form"')


class ServiceFaultError(EngineError):
    """The service does not serve now, whatever the text: no use in asking it for the next one."""


class OwnHost(requests.Session):
    """Goes after a redirect within its host only.

    Keys and texts stand in headers and bodies, which would go along, and the other host may be one of the operator's
    own network that nobody outside can reach.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        try:
            leads_away = target and self.should_strip_auth(resp.url, urljoin(resp.url, target))  # type: ignore[no-untyped-call]
        except ValueError:  # no address at all
            return None
        return None if leads_away else target


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """One caller's way out. `inspect` may refuse an answer with an EngineError."""

    service: str
    session: requests.Session
    bucket: TokenBucket
    timeout: float
    pause: float
    secrets: tuple[str, ...] = ()
    inspect: Callable[[requests.Response], None] = field(default=lambda _response: None)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """The answer, if it is a good one; every other end is an EngineError."""
        options.pop("proxies", None)  # the session takes them from the environment
        request = requests.Request(method, url, **options)
        asked = 0.0  # seconds spent asking; waiting as told does not count
        for attempt in range(_RETRIES + 1):
            started = time.monotonic()
            try:
                return self._once(request)
            except ServiceFaultError as fault:
                wait = fault.retry_after or self.pause * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311 -- jitter
                asked += time.monotonic() - started
                late = asked > 2 * self.timeout or wait > _LONGEST_WAIT
                if not _is_passing(fault) or attempt == _RETRIES or late:
                    raise
                time.sleep(wait)
        raise AssertionError("the loop returns or raises")

    def ask_json(self, method: str, url: str, **options: Any) -> Any:
        """What the service says, where it says it in JSON; anything else is a fault of its own."""
        response = self.request(method, url, **options)
        try:
            return response.json()
        # Besides what is no JSON: numbers of thousands of digits, and nesting deeper than anything we are sent.
        except (ValueError, RecursionError) as error:
            message = "an answer that makes no sense (no JSON)"
            raise ServiceFaultError(message, code="http", resource=self.service) from error

    def _once(self, request: requests.Request) -> requests.Response:
        self.bucket.take()
        try:
            response = self._exchange(request)
        except requests.RequestException as error:
            code, message = "network", f"cannot be reached ({type(error).__name__})"
            if isinstance(error, requests.Timeout):
                code, message = "timeout", f"no answer within {self.timeout:.0f} s"
            raise self._fault(code, message, unsent=_never_connected(error)) from error
        self._judge(response)
        self.inspect(response)
        return response

    def _exchange(self, request: requests.Request) -> requests.Response:
        prepared = self.session.prepare_request(request)
        settings = self.session.merge_environment_settings(prepared.url or "", {}, True, None, None)  # noqa: FBT003
        limits = (_CONNECT_SECONDS, self.timeout)
        with self.session.send(prepared, timeout=limits, **settings) as response:
            response._content = self._body(response)  # noqa: SLF001 -- what `content` does, with a limit
            return response

    def _body(self, response: requests.Response) -> bytes:
        """All of it, within the time-out as a whole: requests limits each read only."""
        deadline = time.monotonic() + self.timeout
        body = b""
        try:
            while chunk := response.raw.read1(65536, decode_content=True):
                body += chunk
                if time.monotonic() > deadline:
                    raise requests.ReadTimeout
                if len(body) > _LARGEST:
                    raise self._fault("http", "sent an answer far too long")
        except HTTPError as error:
            raise requests.ConnectionError(type(error).__name__) from error
        return body

    def _judge(self, response: requests.Response) -> None:
        status = response.status_code
        spent = (
            status == requests.codes.too_many_requests and "insufficient_quota" in response.text
        )  # OpenAI's
        if status in {402, 456} or spent:  # 456 is DeepL's own
            raise self._fault("quota", f"the quota is used up (HTTP {status})", response)
        if status == requests.codes.too_many_requests:
            raise self._fault("limit", f"no more for now (HTTP {status})", response)
        if status in {401, 403}:
            remedy = "; correct the key: key_env names the variable it stands in" if self.secrets else ""
            raise self._fault("refused", f"access denied (HTTP {status}){remedy}", response)
        if status >= requests.codes.server_error:
            raise self._fault("http", f"HTTP {status}", response)
        if not response.ok:
            raise EngineError(f"HTTP {status}{self._said(response)}", code="http", resource=self.service)
        led = _led(response)
        if any(mark in led or mark in response.text for mark in _CONSENT):
            raise self._fault("refused", "asks for consent or a captcha instead of translating")
        if response.is_redirect:
            where = urlsplit(led).netloc or "nowhere"
            raise self._fault("refused", f"sends us on to {where}; if that is meant, correct its address")
        if status >= requests.codes.multiple_choices:
            raise self._fault("http", f"HTTP {status}", response)

    def _fault(
        self, code: str, message: str, response: requests.Response | None = None, *, unsent: bool = False
    ) -> ServiceFaultError:
        said = self._said(response) if response is not None else ""
        after = _retry_after(response) if response is not None else None
        return ServiceFaultError(
            self._redact(message + said),
            code=code,
            resource=self.service,
            retry_after=after,
            unsent=unsent,
        )

    def _said(self, response: requests.Response) -> str:
        """The beginning of what the service says about its refusal; pages are not quoted."""
        if "html" in response.headers.get("Content-Type", ""):
            return ""
        # Before it is cut: half a key is not found any more, and is still half a key.
        text = self._redact(" ".join(response.text.split()))[:120]
        return f": {text}" if text else ""

    def _redact(self, message: str) -> str:
        for secret in self.secrets:
            message = message.replace(secret, "***")
        return message


_current: ContextVar[Transport] = ContextVar("transport")


@contextmanager
def sending(transport: Transport) -> Iterator[None]:
    """Inside, what this thread sends through `routed` goes by the transport."""
    token = _current.set(transport)
    try:
        yield
    finally:
        _current.reset(token)


class _RoutedRequests:
    """Stands in a module where `requests` stood."""

    def get(self, url: str, **options: Any) -> requests.Response:
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self._send("POST", url, options)

    def _send(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        transport = _current.get(None)
        if transport is None:
            return requests.request(method, url, **options)  # noqa: S113 -- somebody else's call, as it was
        return transport.request(method, url, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)


routed = _RoutedRequests()


def _is_passing(fault: ServiceFaultError) -> bool:
    return fault.code in {"limit", "network", "timeout", "http"}


def _retry_after(response: requests.Response) -> float | None:
    """Seconds, or a date, as RFC 9110 has it."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):  # a year that no calendar has
        return None


def _never_connected(error: requests.RequestException) -> bool:
    """Whether the question did not even leave: nobody can have answered or counted it."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _led(response: requests.Response) -> str:
    """Where an answer sends us on to; its own address where nowhere."""
    try:
        return urljoin(response.url, response.headers.get("Location", ""))
    except ValueError:  # no address at all
        return ""
