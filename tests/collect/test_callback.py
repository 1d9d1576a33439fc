"""The address that hubs call: what is verified once, what a ping does, and what does nothing."""

import hashlib
import hmac
import io
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import OperationalError

from pipeline.collect import callback
from pipeline.collect.callback import Callback
from pipeline.collect.turnstile import Turnstile
from pipeline.models import Source, Subscription
from pipeline.models.subscriptions import SubscriptionManager

pytestmark = pytest.mark.usefixtures("sqlite_store")
TOKEN, SECRET, TOPIC = "t" * 32, "a secret", "https://riga.example/feed"
LEASE = timedelta(hours=240)


class Hub:
    """Calls the application as a server would."""

    def __init__(self) -> None:
        self.woken = 0
        self.application = Callback(LEASE, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def call(
        self, method: str, path: str, *, query: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        given: list[str] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        answer = b"".join(self.application(environ, lambda status, _headers: given.append(status)))  # type: ignore[arg-type]
        return int(given[0][:3]), answer

    def verify(self, mode: str = "subscribe", *, token: str = TOKEN, **fields: str) -> tuple[int, bytes]:
        said = {"hub.mode": mode, "hub.topic": TOPIC, "hub.challenge": "xyz", "hub.lease_seconds": "864000"}
        said |= {f"hub.{name}": value for name, value in fields.items()}
        return self.call("GET", f"/websub/{token}", query=urlencode(said))

    def ping(self, body: bytes = b"<rss/>", signature: str | None = None, **headers: str) -> int:
        if signature is None:
            signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return self.call("POST", f"/websub/{TOKEN}", body=body, HTTP_X_HUB_SIGNATURE=signature, **headers)[0]


@pytest.fixture
def hub() -> Hub:
    return Hub()


def subscription(**changes: object) -> Subscription:
    """A question is open, unless said otherwise."""
    Source.objects.ensure(["riga"])
    now = datetime.now(UTC)
    facts: dict[str, object] = {"hub": "https://hub.example/", "topic": TOPIC}
    facts |= {"token": TOKEN, "secret": SECRET}
    facts |= {"asked_at": now, "next_try": now + timedelta(hours=1)}
    return Subscription.objects.create(source_id="riga", **(facts | changes))


def kept() -> Subscription:
    return Subscription.objects.get()


def active(**changes: object) -> Subscription:
    lease = datetime.now(UTC) + LEASE
    return subscription(**{"state": "active", "asked_at": None, "lease_until": lease, **changes})


def test_what_we_asked_for_is_confirmed(hub: Hub) -> None:
    """The challenge comes back, and the lease is renewed when four fifths of it are over."""
    subscription()

    assert hub.verify() == (200, b"xyz")
    row = kept()
    assert row.state == "active"
    assert row.lease_until is not None
    left = row.lease_until - datetime.now(UTC)
    assert timedelta(days=9.9) < left <= timedelta(days=10)
    assert timedelta(days=7.9) < row.next_try - datetime.now(UTC) <= timedelta(days=8)


def test_a_challenge_counts_once(hub: Hub) -> None:
    """Replayed it is refused, and changes nothing."""
    subscription()
    hub.verify()
    before = kept().lease_until

    assert hub.verify(lease_seconds="9999999")[0] == 404
    assert kept().lease_until == before


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {"topic": "https://other.example/feed"}),
        ({}, {"challenge": ""}),
        ({}, {"mode": "publish"}),
        ({}, {"mode": "unsubscribe"}),
        ({"asked_at": None}, {}),
        ({"next_try": datetime(2026, 1, 1, tzinfo=UTC)}, {}),
        ({"state": "leaving"}, {}),
    ],
)
def test_what_we_did_not_ask_for_is_not_confirmed(
    hub: Hub, changes: dict[str, object], fields: dict[str, str]
) -> None:
    """Another topic, another mode, nothing asked, or asked too long ago."""
    subscription(**changes)

    assert hub.verify(**fields)[0] == 404
    assert kept().state != "active"


def test_nobody_knows_an_address_that_was_not_given_out(hub: Hub) -> None:
    """Another token, or none, is a page that is not there."""
    subscription()

    assert hub.verify(token="x" * 32)[0] == 404
    assert hub.call("GET", "/websub/")[0] == 404
    assert hub.call("POST", "/websub/../desk", body=b"x")[0] == 404
    assert hub.call("PUT", f"/websub/{TOKEN}", body=b"x")[0] == 405


@pytest.mark.parametrize(
    ("said", "days"), [("", 10), ("soon", 10), ("-5", 10), ("0", 30 / 1440), ("9" * 9, 90), ("9" * 99, 10)]
)
def test_leases_within_reason(hub: Hub, said: str, days: float) -> None:
    """A hub that says nothing is taken to give what was asked for; nobody is believed for years."""
    subscription()
    hub.verify(lease_seconds=said)
    until = kept().lease_until

    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)


def test_leaving_is_confirmed_when_we_leave(hub: Hub) -> None:
    """Then the subscription is gone, and its address with it."""
    subscription(state="leaving")

    assert hub.verify("unsubscribe") == (200, b"xyz")
    assert not Subscription.objects.exists()
    assert hub.ping() == 404


def test_a_denial_is_kept_with_its_reason(hub: Hub) -> None:
    """The hub is asked again after a week; until then the source is polled as ever."""
    active()

    assert hub.verify("denied", reason="not\nallowed", challenge="")[0] == 200
    row = kept()
    assert (row.state, row.reason) == ("denied", "the hub refused: not allowed")
    assert row.next_try > datetime.now(UTC) + timedelta(days=6)
    assert Subscription.objects.relied_upon(datetime.now(UTC)) == set()


def test_a_ping_makes_its_source_due_and_no_more(hub: Hub) -> None:
    """What it brings is not read; many at once count as one."""
    active()
    Source.objects.update(next_poll=datetime.now(UTC) + timedelta(hours=5))

    assert hub.ping(b"<rss>anything at all</rss>") == 202
    assert hub.ping() == 202
    assert hub.woken == 1
    due = Source.objects.get().next_poll
    assert due is not None
    assert due <= datetime.now(UTC)
    assert Source.objects.due(["riga"], datetime.now(UTC))


@pytest.mark.parametrize("name", ["sha1", "sha384", "sha512"])
def test_other_hashes_are_understood(hub: Hub, name: str) -> None:
    """The hub chooses among those that the standard names."""
    active()
    digest = hmac.new(SECRET.encode(), b"x", name).hexdigest()

    assert hub.ping(b"x", f"{name}={digest.upper()}") == 202
    assert hub.woken == 1


@pytest.mark.parametrize("signature", ["", "sha256=00", "md5=x", "sha256", "sha256=ä", "sha999=00"])
def test_a_ping_without_a_valid_signature_does_nothing(hub: Hub, signature: str) -> None:
    """It is answered like another, so that nobody learns from it."""
    active()

    assert hub.ping(b"x", signature) == 202
    assert hub.woken == 0
    assert kept().heard_at is None


def test_a_huge_ping_is_not_read(hub: Hub) -> None:
    """Nor one that does not say how long it is."""
    active()

    assert hub.ping(CONTENT_LENGTH="99999999") == 413
    assert hub.ping(CONTENT_LENGTH="") == 411
    assert hub.woken == 0


def test_too_many_calls_are_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever floods the address is asked to wait."""
    monkeypatch.setattr(callback, "_AT_ONCE", 2)
    monkeypatch.setattr(callback, "_PER_SECOND", 0.001)
    hub = Hub()

    assert [hub.verify(token="x" * 32)[0] for _ in range(3)] == [404, 404, 429]


def test_a_turnstile_fills_up_by_itself() -> None:
    """So many a second, so many at once."""
    turnstile = Turnstile(per_second=1_000, at_once=2)
    first = [turnstile.lets_pass() for _ in range(2)]
    time.sleep(0.01)

    assert [*first, turnstile.lets_pass()] == [True, True, True]
    assert not Turnstile(per_second=0.001, at_once=0).lets_pass()


def test_a_store_that_is_away_asks_the_hub_to_come_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database costs no ping: hubs repeat what was not taken."""
    active()

    def locked(_self: object, _token: str) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(SubscriptionManager, "by_token", locked)

    assert hub.ping() == 503


def test_check_says_how_it_stands() -> None:
    """In words, for each state."""
    now = datetime.now(UTC)
    row = active(heard_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC))

    assert row.remark(now) == "its hub https://hub.example/ tells of news, last on 2026-11-20 08:30 UTC"
    row.unannounced = 2
    assert "silent" in row.remark(now)
    row.lease_until, row.reason = now - LEASE, "it answered 403"
    assert row.remark(now).endswith("has not agreed: it answered 403")
