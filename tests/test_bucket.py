"""The published tree in an S3-compatible store, on a server of that kind on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from pipeline import bucket
from pipeline.config import Config
from pipeline.errors import PublishError
from tests import builders


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def client(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the operator's, of an empty bucket; the keys stand in the environment."""
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-north-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    found = boto3.client("s3", endpoint_url=endpoint)
    found.create_bucket(Bucket="news", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    yield found
    for each in found.list_objects_v2(Bucket="news").get("Contents", []):
        found.delete_object(Bucket="news", Key=each["Key"])
    found.delete_bucket(Bucket="news")


def configured(folder: Path, endpoint: str, name: str = "s3://news/public") -> Config:
    publish = {"directory": folder / "public", "bucket": name, "bucket_endpoint": endpoint}
    return builders.config(folder, publish=publish)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / "public" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def held(client: Any) -> dict[str, str]:
    keys = [each["Key"] for each in client.list_objects_v2(Bucket="news").get("Contents", [])]
    return {key: client.get_object(Bucket="news", Key=key)["Body"].read().decode() for key in keys}


def test_the_bucket_holds_what_the_tree_holds(client: Any, endpoint: str, tmp_path: Path) -> None:
    """New, changed and gone files, and no others: neither twins nor what is not whole yet."""
    config = configured(tmp_path, endpoint)
    write(tmp_path, index_html="a", lv__all_rss="one", lv__item_html="b", lv__all_rss_gz="packed")
    write(tmp_path, __incoming__1="half")
    first = bucket.send(config)
    kinds = client.get_object(Bucket="news", Key="public/lv/all.rss")
    write(tmp_path, lv__all_rss="two and more")
    (tmp_path / "public/lv/item.html").unlink()
    second, third = bucket.send(config), bucket.send(config)

    assert (first, second, third) == (3, 2, 0)
    assert kinds["ContentType"] == "application/rss+xml; charset=utf-8"
    assert kinds["CacheControl"] == "max-age=300"
    assert held(client) == {"public/index.html": "a", "public/lv/all.rss": "two and more"}


def test_feeds_come_after_the_pages_they_name(
    client: Any, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short amid the feeds, every page is there; the next run sends the rest and nothing twice."""
    config = configured(tmp_path, endpoint)
    write(tmp_path, lv__a_html="a", lv__all_rss="feed", lv__z_html="z", feeds_opml="list")
    put = bucket._Bucket.put

    def cut_short(self: Any, path: str) -> None:
        if path.endswith(".rss"):
            raise PublishError("the machine went down", resource=path)
        put(self, path)

    monkeypatch.setattr(bucket._Bucket, "put", cut_short)
    with pytest.raises(PublishError, match="went down"):
        bucket.send(config)
    pages = {"public/lv/a.html", "public/lv/z.html"} <= held(client).keys()
    monkeypatch.setattr(bucket._Bucket, "put", put)
    again = bucket.send(config)

    assert pages
    assert again == 2  # both feeds: which of them had come is not known
    assert len(held(client)) == 4


def test_pictures_come_before_the_pages_that_show_them(
    client: Any, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one portion cannot hold all files: cut short at the first page, every picture is there."""
    config = configured(tmp_path, endpoint)
    write(tmp_path, lv__a_html="a", pictures__b_webp="b", pictures__c_webp="c")
    put = bucket._Bucket.put

    def cut_short(self: Any, path: str) -> None:
        if path.endswith(".html"):
            raise PublishError("cut", resource=path)
        put(self, path)

    monkeypatch.setattr(bucket, "_TOGETHER", 1)
    monkeypatch.setattr(bucket._Bucket, "put", cut_short)
    with pytest.raises(PublishError, match="cut"):
        bucket.send(config)

    assert set(held(client)) == {"public/pictures/b.webp", "public/pictures/c.webp"}


def test_another_bucket_gets_everything(client: Any, endpoint: str, tmp_path: Path) -> None:
    """So does one of which it is not known any more what it holds."""
    write(tmp_path, index_html="a")
    bucket.send(configured(tmp_path, endpoint))
    moved = bucket.send(configured(tmp_path, endpoint, "s3://news"))
    (tmp_path / "public.bucket.json").write_text("{", encoding="utf-8")
    damaged = bucket.send(configured(tmp_path, endpoint, "s3://news"))

    assert (moved, damaged) == (1, 1)
    assert held(client) == {"public/index.html": "a", "index.html": "a"}


def test_a_bucket_that_is_not_there_is_named(client: Any, endpoint: str, tmp_path: Path) -> None:
    """With what to do; the files here are whole."""
    write(tmp_path, index_html="a")
    with pytest.raises(PublishError, match=r"s3://nobody.*does not exist.*bucket_endpoint") as told:
        bucket.send(configured(tmp_path, endpoint, "s3://nobody"))

    assert "the next publish sends the rest" in str(told.value)


def test_a_look_at_the_bucket_leaves_nothing_there(client: Any, endpoint: str, tmp_path: Path) -> None:
    """`check` writes a small file and takes it away; what keeps it from that is named."""
    well = bucket.fault(configured(tmp_path, endpoint))
    ill = bucket.fault(configured(tmp_path, endpoint, "s3://nobody"))

    assert well == ""
    assert held(client) == {}
    assert "does not exist" in ill


def test_without_the_package_it_says_what_to_install(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who has a bucket needs boto3."""

    def absent(name: str) -> Any:
        raise ImportError(name)

    write(tmp_path, index_html="a")
    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(PublishError, match="pip install"):
        bucket.send(configured(tmp_path, endpoint))


def test_without_a_bucket_nothing_is_sent(tmp_path: Path) -> None:
    """No file beside the tree either."""
    config = builders.config(tmp_path, publish={"directory": tmp_path / "public"})
    write(tmp_path, index_html="a")

    assert bucket.send(config) == 0
    assert [each.name for each in tmp_path.iterdir()] == ["public"]
