"""Hubs are told of what was published: of all that changed, of nothing else, and not given up at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from feeds import stage, websub
from feeds.websub import Fault
from pipeline import announcing
from pipeline.config import Config
from pipeline.models import HubPing, Release, Translation
from pipeline.review import release
from tests.builders import config, entry, translation
from tests.collect.servers import Behaviour, LoopbackServer, answer, serve

pytestmark = pytest.mark.usefixtures("store")
HUB = "https://hub.example.org/"


def settings(folder: Path, *hubs: str, **more: object) -> Config:
    return config(
        folder, publish={"directory": folder / "public", "hubs": hubs, **more}, fetch={"allow": ["127.0.0.1"]}
    )


def publish(made: Config) -> None:
    release.run(made)
    stage.run(made)


def topics() -> list[str]:
    return sorted(HubPing.objects.filter(due_at__lte=datetime.now(UTC)).values_list("topic", flat=True))


def told(server: LoopbackServer) -> list[list[str]]:
    """The channels of each request."""
    forms = [parse_qsl(request.partition("\r\n\r\n")[2]) for request in server.requests]
    assert all(form[0] == ("hub.mode", "publish") for form in forms)
    return [[value for name, value in form if name == "hub.url"] for form in forms]


def test_every_channel_that_changed_is_due_at_every_hub(tmp_path: Path) -> None:
    """And only those: a second run finds nothing to tell."""
    made = settings(tmp_path, HUB, "https://hub2.example.org/")
    translation(entry())
    publish(made)
    HubPing.objects.all().delete()

    publish(made)
    assert not HubPing.objects.exists()

    Translation.objects.update(title="Cits virsraksts", release_due=True)
    publish(made)
    base = "https://news.example.org/lv"
    names = ("all", "all.bilingual", "city/poznan")
    expected = [f"{base}/{name}.{kind}" for name in names for kind in ("atom", "json", "rss")]

    assert topics() == sorted([*expected, *expected])


def test_a_hub_knows_a_channel_by_its_own_name_for_itself(tmp_path: Path) -> None:
    """What is told is what stands in the feed as rel=self."""
    made = settings(tmp_path, HUB)
    translation(entry())
    publish(made)

    for topic in topics():
        path = tmp_path / "public" / topic.removeprefix("https://news.example.org/")
        assert topic in path.read_text(encoding="utf-8")
        assert HUB in path.read_text(encoding="utf-8")


def test_without_hubs_nothing_is_noted(tmp_path: Path) -> None:
    """Nor is anybody asked."""
    translation(entry())
    publish(settings(tmp_path))
    announcing.announce(settings(tmp_path))

    assert not HubPing.objects.exists()


def test_a_run_that_dies_between_file_and_mark_loses_no_ping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files stand, and the next run finds nothing to write: the row that was noted before tells."""
    made = settings(tmp_path, HUB)
    translation(entry())
    publish(made)
    HubPing.objects.all().delete()
    Translation.objects.update(title="Cits virsraksts", release_due=True)
    with monkeypatch.context() as patch:
        patch.setattr(websub.Announcements, "settle", lambda _self: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            publish(made)
    assert topics() == []

    publish(made)

    assert len(topics()) == 9
    assert not Release.objects.filter(dirty=True).exists()


def test_the_hub_is_told_in_few_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the guard, many channels at a time, each once."""
    monkeypatch.setattr(websub, "TOGETHER", 10)
    translation(entry())
    with serve({"/": answer(status="204 No Content")}) as server:
        made = settings(tmp_path, server.url())
        publish(made)
        count = len(topics())
        announcing.announce(made)
        announcing.announce(made)
        requests = told(server)

    assert count > 30
    assert len(requests) == -(-count // 10)
    assert len({topic for some in requests for topic in some}) == sum(map(len, requests)) == count
    assert not HubPing.objects.exists()


def one_ping(hub: str, topic: str = "https://news.example.org/lv/all.rss") -> None:
    HubPing.objects.create(
        hub=hub, topic=topic, sure=True, due_at=datetime.now(UTC), changed_at=datetime.now(UTC)
    )


def test_a_hub_that_takes_one_at_a_time_is_told_one_by_one() -> None:
    """The standard says nothing of several; who refuses them gets single ones."""
    for number in range(3):
        one_ping(HUB, f"https://news.example.org/{number}.rss")
    forms: list[list[tuple[str, str]]] = []

    def tell(_hub: str, form: list[tuple[str, str]]) -> Fault | None:
        forms.append(form)
        return Fault("too many", 400) if len(form) > 3 else None

    assert websub.send([HUB], tell) == {}
    assert len(forms) == 4
    assert not HubPing.objects.exists()


@pytest.mark.parametrize(
    "behaviour", [answer(status="503 Service Unavailable"), answer(status="403 Forbidden")]
)
def test_a_hub_that_fails_is_told_later_and_later(behaviour: Behaviour, tmp_path: Path) -> None:
    """With the reason on the row, until the ping is given up; the next change makes another."""
    pauses = []
    with serve({"/": behaviour}) as server:
        made = settings(tmp_path, server.url())
        one_ping(server.url())
        for _ in range(4):
            announcing.announce(made)
            row = HubPing.objects.get()
            pauses.append(row.due_at - datetime.now(UTC))
            HubPing.objects.update(due_at=datetime.now(UTC))
        assert "answered" in row.reason
        HubPing.objects.update(attempts=13)
        announcing.announce(made)

    assert pauses == sorted(pauses)
    assert timedelta(minutes=6) < pauses[-1] < timedelta(minutes=9)
    assert not HubPing.objects.exists()


def test_a_private_hub_is_not_told_unless_allowed(tmp_path: Path) -> None:
    """The guard of the fetcher holds here too."""
    made = settings(tmp_path, "http://127.0.0.1:9/").model_copy(update={"fetch": config().fetch})
    one_ping("http://127.0.0.1:9/")

    announcing.announce(made)

    assert "not a public address" in HubPing.objects.get().reason


def test_what_changes_again_meanwhile_is_told_again() -> None:
    """A ping that was sent counts for the state it was sent for."""
    one_ping(HUB)

    def tell(_hub: str, _form: list[tuple[str, str]]) -> Fault | None:
        HubPing.objects.settle(["https://news.example.org/lv/all.rss"], [], datetime.now(UTC))
        return None

    websub.send([HUB], tell)

    assert HubPing.objects.count() == 1


def test_a_hub_that_left_the_configuration_is_told_nothing_more() -> None:
    """Its rows go; a stop leaves those of the others for the next run."""
    one_ping("https://old.example.org/")
    one_ping(HUB)

    assert websub.send([HUB], lambda _hub, _form: pytest.fail("told"), stopped=lambda: True) == {}
    assert [row.hub for row in HubPing.objects.all()] == [HUB]
