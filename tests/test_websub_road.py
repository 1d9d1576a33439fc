"""News by a hub, on the whole road: a ping to `serve` brings a new entry out long before the next cycle."""

import hashlib
import hmac
from pathlib import Path
from urllib.request import Request, urlopen

from tests.collect.test_stage import Page, site
from tests.collect.test_subscribing import Hub, hub_at
from tests.running import FEED, ask, ended, eventually, free_port, started, written_config

_NEWS = """<item><title>Būvē tramvaju</title><link>https://kalnpils.example/tramvajs</link><guid>tramvajs</guid>
<pubDate>Wed, 04 Nov 2026 08:00:00 +0000</pubDate><description>Tramvajs.</description></item></channel>"""


def _ping(form: dict[str, str], body: bytes) -> int:
    signature = hmac.new(form["hub.secret"].encode(), body, hashlib.sha256).hexdigest()
    request = Request(
        form["hub.callback"], data=body, headers={"X-Hub-Signature": f"sha256={signature}"}, method="POST"
    )
    with urlopen(request, timeout=10) as answer:
        return int(answer.status)


def _published(port: int, words: str) -> bool:
    try:
        return words in ask(port, "/lv/all.rss").body.decode()
    except ConnectionRefusedError:
        return False


def test_a_ping_brings_news_out_at_once(tmp_path: Path) -> None:
    """The source is subscribed to in the first cycle; the next one would come in an hour."""
    port, hub = free_port(), Hub()
    with hub_at(hub) as address, site({"/feed": (page := Page())}) as base:
        link = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="{address}"/>'
        page.body = FEED.decode().replace("<description>Ziņas", f"{link}<description>Ziņas")
        more = f'[schedule]\nevery = 60.0\n[websub]\ncallback = "http://127.0.0.1:{port}/websub"\n'
        config = written_config(tmp_path, f"{base}/feed", port=port, more=more)
        with started("serve", "--config", config, log=tmp_path / "log") as daemon:
            eventually(lambda: hub.verified)
            eventually(lambda: _published(port, "Atklāj tiltu"))
            page.body = page.body.replace("</channel>", _NEWS)

            assert hub.verified == [200]
            assert _ping(hub.asked[0], page.body.encode()) == 202
            eventually(lambda: _published(port, "Būvē tramvaju"))

            assert ended(daemon) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
