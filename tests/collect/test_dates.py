"""Dates: the shapes that feeds and city pages use, in the network's languages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.collect.dates import parse_date

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sat, 07 Sep 2002 00:00:01 GMT", "2002-09-07T00:00:01"),
        ("Wed, 02 Oct 2002 15:00:00 +0200", "2002-10-02T13:00:00"),
        ("Mon, 22 Apr 2019 17:00:00 CEST", "2019-04-22T15:00:00"),
        ("Sat, 07 Sep 2002 10:00:00 BRT", "2002-09-07T07:00:00"),
        ("7 Sep 02 10:00 EST", "2002-09-07T15:00:00"),
        ("Thu, 5 Dec 2013 11:59 PM", "2013-12-05T21:59:00"),
        ("2003-12-13T18:30:02.25+01:00", "2003-12-13T17:30:02"),
        ("2003-12-13T18:30:02Z", "2003-12-13T18:30:02"),
        ("2024-05-05T10:00:00+0000", "2024-05-05T10:00:00"),
        ("2024-05-05T10:00:00.123456789Z", "2024-05-05T10:00:00"),
        ("2024-05-05T24:00:00Z", "2024-05-06T00:00:00"),
        ("2020-10-28 10:59:30", "2020-10-28T08:59:30"),
        ("2020-07-28 10:59:30", "2020-07-28T07:59:30"),
        ("Sat Sep  7 00:00:01 2002", "2002-09-06T21:00:01"),
        ("Sat Sep 7 10:00:00 EST 2002", "2002-09-07T15:00:00"),
        ("Sat, 07 Sep 2002 10:00:00 GMT+2", "2002-09-07T08:00:00"),
        ("2024-05-05T10:00+05", "2024-05-05T05:00:00"),
        ("20240505", "2024-05-04T21:00:00"),
        ("20240505T100000Z", "2024-05-05T10:00:00"),
        ("1714903200", "2024-05-05T10:00:00"),
        ("1714903200000", "2024-05-05T10:00:00"),
        ("/Date(1714903200000+0200)/", "2024-05-05T10:00:00"),
        ("05/23/2024 10:00 AM", "2024-05-23T07:00:00"),
        ("24.3.23", "2023-03-23T22:00:00"),
        ("2. listopada 2026 r., godz. 10:00", "2026-11-02T08:00:00"),
        ("2026. gada 2. novembrī, plkst. 10.00", "2026-11-02T08:00:00"),
        ("2 novembre 2026, ore 10:00", "2026-11-02T08:00:00"),
        ("2 novembre 2026 à 10h", "2026-11-02T08:00:00"),
        ("2. November 2026 um 10 Uhr", "2026-11-02T08:00:00"),
        ("November 2nd, 2026 at 10 am", "2026-11-02T08:00:00"),
        ("24.03.2023", "2023-03-23T22:00:00"),
        ("24.03.2023. 14:30", "2023-03-24T12:30:00"),
        ("08-10-2019", "2019-10-07T21:00:00"),
        ("11/04/2024 09:05", "2024-04-11T06:05:00"),
    ],
)
def test_stamps(text: str, expected: str) -> None:
    """Machine-made stamps; those without a zone are in the source's, summer time included."""
    assert parse_date(text, zone=RIGA) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 July 2025", "2025-07-15"), ("May 5, 2024", "2024-05-05"), ("September 3rd 2024", "2024-09-03"),
        ("2024. gada 5. maijs", "2024-05-05"), ("2024. gada 5. maijā", "2024-05-05"), ("5. aprīlis 2024", "2024-04-05"),
        ("5 maja 2024", "2024-05-05"), ("3 marca 2024 r.", "2024-03-03"), ("12 paź 2024", "2024-10-12"),
        ("2024 m. gegužės 5 d.", "2024-05-05"), ("2024 gegužės 5", "2024-05-05"),
        ("Veröffentlicht: 30. September 2024", "2024-09-30"), ("3. März 2024", "2024-03-03"), ("20 Mrz 2017", "2017-03-20"),
        ("donderdag 23 mei 2024", "2024-05-23"), ("Gepubliceerd: 26 juni 2014 Gewijzigd: 6 maart 2018", "2014-06-26"),
        ("1er mai 2024", "2024-05-01"), ("jeudi 21 août 2025", "2025-08-21"), ("5 de mayo de 2024", "2024-05-05"),
        ("23 Ottobre 2020", "2020-10-23"), ("Comunicato stampa24 Febbraio 2026", "2026-02-24"),
        ("24 martie 2023", "2023-03-24"), ("24 MARTIE 2023", "2023-03-24"),
    ],
)  # fmt: skip
def test_dates_in_words(text: str, expected: str) -> None:
    """Dates as city pages print them, with weekdays and with labels glued on."""
    found = parse_date(text)

    assert found is not None
    assert found.date().isoformat() == expected


@pytest.mark.parametrize(("text", "expected"), [("20 mars 2024 à 14h30", "14:30"), ("3 marca 2024 o godz. 12.00", "12:00"), ("5 maja 2024, 14:30", "14:30"), ("May 5, 2024 3:07 pm", "15:07")])  # fmt: skip
def test_times_in_words(text: str, expected: str) -> None:
    """The time beside a date in words, in the ways it is written."""
    found = parse_date(text)

    assert found is not None
    assert found.strftime("%H:%M") == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2014-06-31", "5/2024", "12 foo 2024", "2024", "99.99.2024"],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    """Unset fields and impossible days are no dates; nothing is guessed."""
    assert parse_date(text) is None


@given(st.text(max_size=300))
def test_any_text_is_safe(text: str) -> None:
    """Whatever stands there, the answer is a moment in UTC or nothing."""
    found = parse_date(text, zone=RIGA)

    assert found is None or found.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2099, 12, 30)))  # noqa: DTZ001 -- made aware below
def test_iso_dates_survive(moment: datetime) -> None:
    """What Python writes is read back, to the second."""
    moment = moment.replace(tzinfo=UTC, microsecond=0)

    assert parse_date(moment.isoformat()) == moment
