"""Readers' reports: taken in, bounded, and nothing kept of who sent them."""

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pipeline import reporting
from pipeline.config import Config
from pipeline.models import Report
from pipeline.review import release
from tests.builders import config, entry, translation

pytestmark = pytest.mark.usefixtures("sqlite_store")
FORM = {
    "entry": "poznan1",
    "language": "lv",
    "message": "Vārds ir nepareizs",
    "quote": "Teksts.",
    "website": "",
}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def settings_of(folder: Path = Path("/nowhere")) -> Config:
    return config(folder, publish={"directory": folder / "public", "reports": "/report"})


def send(application: Any, form: dict[str, str] | bytes, **environ: str) -> tuple[str, dict[str, str]]:
    """A form as a browser sends it; gives the status and the headers."""
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    given = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.input": io.BytesIO(body),
    }
    seen: list[tuple[str, dict[str, str]]] = []
    list(application(given | environ, lambda status, headers: seen.append((status, dict(headers)))))
    return seen[0]


def page_of(answer: tuple[str, dict[str, str]]) -> str:
    assert answer[0] == "303 See Other"
    return answer[1]["Location"].removeprefix("https://news.example.org/")


@pytest.fixture
def application() -> Any:
    """The form's other end, with one public text in Latvian."""
    translation(entry(1))
    release.run(settings_of())
    return reporting.application(settings_of())


def test_a_report_reaches_the_store_with_nothing_about_its_sender(application: Any) -> None:
    """Words, page and time are stored; the answer is a page in the reader's language, and no cookie."""
    status, headers = send(application, FORM)

    assert (status, headers["Location"]) == ("303 See Other", "https://news.example.org/lv/report/thanks/")
    assert not {name for name in headers if "cookie" in name.lower()}
    (report,) = Report.objects.all()
    assert (report.message, report.quote, report.language) == (FORM["message"], "Teksts.", "lv")
    assert "192.0.2.1" not in repr(vars(report))


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        pytest.param({"message": "  "}, "lv/report/missing/", id="nothing said"),
        pytest.param(
            {"website": "https://spam.example"}, "lv/report/thanks/", id="a program filled the trap"
        ),
        pytest.param({"entry": "nothing"}, "lv/report/later/", id="no such text"),
        pytest.param({"language": "xx", "message": ""}, "lv/report/missing/", id="an unknown language"),
        pytest.param({"language": "en", "message": ""}, "en/report/missing/", id="another language"),
    ],
)
def test_what_is_no_report_is_not_stored(application: Any, changes: dict[str, str], page: str) -> None:
    """Each case has its page, and nothing reaches the store."""
    assert page_of(send(application, FORM | changes)) == page
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"REQUEST_METHOD": "GET"}, "405"),
        ({"CONTENT_LENGTH": ""}, "411"),
        ({"CONTENT_LENGTH": "-1"}, "411"),
        ({"CONTENT_LENGTH": "40001"}, "413"),
        ({"CONTENT_TYPE": "application/json"}, "415"),
        ({"HTTP_ORIGIN": "https://evil.example"}, "403"),
        ({"HTTP_ORIGIN": "null"}, "403"),
    ],
)
def test_requests_that_no_page_of_ours_sends_are_refused(
    application: Any, environ: dict[str, str], status: str
) -> None:
    """By method, size, type and origin, before anything is read."""
    assert send(application, FORM, **environ)[0].startswith(status)
    assert not Report.objects.exists()


@pytest.mark.parametrize("origin", ["http://[::1", "null", "https://x@news.example.org", "https://", "x"])
def test_an_origin_that_is_none_of_ours_is_refused(application: Any, origin: str) -> None:
    """Also one that no parser of addresses takes."""
    assert send(application, FORM, HTTP_ORIGIN=origin)[0] == "403 Forbidden"


@pytest.mark.parametrize("origin", ["https://news.example.org", "http://127.0.0.1:8000"])
def test_the_pages_own_origin_is_taken(application: Any, origin: str) -> None:
    """The public address, and the address under which the server was reached."""
    assert page_of(send(application, FORM, HTTP_ORIGIN=origin)) == "lv/report/thanks/"


@pytest.mark.parametrize("body", [b"message=%ff&entry=poznan1", b"\xff\xfe", b"a=1&" * 50 + b"message=x"])
def test_broken_bodies_are_refused(application: Any, body: bytes) -> None:
    """No letters but ASCII behind the escapes, UTF-8 within them, few fields."""
    assert send(application, body)[0].startswith("400")


def test_a_flood_is_kept_off(application: Any) -> None:
    """Some from one connection, more from all; an IPv6 client has one /64; after the window it is open again."""
    clock = Clock()
    limits = reporting.Limits(clock)
    own = [limits.admit("2001:db8::1") for _ in range(reporting.PER_CLIENT)]
    neighbour, other = limits.admit("2001:db8::2"), limits.admit("2001:db8:0:1::1")
    rest = [limits.admit(f"198.51.100.{number}") for number in range(reporting.IN_ALL)]
    clock.now = reporting.WINDOW + 1

    assert own == [True] * reporting.PER_CLIENT
    assert (neighbour, other) == (False, True)
    assert sum(rest) == reporting.IN_ALL - reporting.PER_CLIENT - 1
    assert limits.admit("2001:db8::1")


def test_too_many_reports_get_a_page_that_says_so(application: Any) -> None:
    """The sixth from one connection is not taken; the page names the contact."""
    pages = [page_of(send(application, FORM | {"message": f"Kļūda {number}"})) for number in range(6)]

    assert pages == ["lv/report/thanks/"] * 5 + ["lv/report/later/"]
    assert Report.objects.count() == 5


def test_the_form_is_mounted_where_it_is_sent() -> None:
    """Under its path; under none where reports go by mail."""
    assert list(reporting.mounts(settings_of())) == ["/report"]
    assert reporting.mounts(config()) == {}
    elsewhere = config(publish={"reports": "https://desk.example.org/forms/report"})
    assert list(reporting.mounts(elsewhere)) == ["/forms/report"]
