"""The pipeline's own words about faults, each as it makes them; tests/desk/test_faults.py holds both together."""

from django.utils.translation import gettext_noop as later

FIELDS = {
    "title": later("title"), "date": later("date"), "text": later("text"), "image": later("image"),
}  # fmt: skip

_TROUBLES = (
    later("no run has ended yet; start ./run.py once or serve, or in a cluster scheduler and worker"),
    later("the clock says {now}, but the last run ended at {when}; set it right (timedatectl set-ntp true)"),
    later(
        "the last run ended well at {when}; read the log; is cron's line, serve, or in a cluster scheduler and worker at work?"
    ),
    later("its server refuses us: {why}; ask its operator to let our user agent in"),
    later("never read yet: {why}; ./run.py check --source {name}"),
    later("not read since {when}: {why}; ./run.py check --source {name}"),
    later("no poll ended well"),
    later("{why} ./run.py check --source {name} --show tells what its recipe finds"),
    later("drift since {day}: it holds no entries any more ({count} before)"),
    later("drift since {day}: no {fields} any more, which all its entries had; has the site changed?"),
    later("{count} translations wait, the oldest since {when}; ./run.py check names what the engines lack"),
    later("{count} texts wait for an editor; the desk shows those that need eyes first"),
    later(
        "left alone until {time} UTC: {why}; it is asked again by itself then, "
        "and ./run.py check tells whether it answers"
    ),
    later(
        "{path} lies on a disk that is mounted read-only; mount it for writing (after a disk error: look at dmesg first)"
    ),
    later("{path} may not be written by this account; mend its owner or its rights"),
    later("{count} MB left under {path}, less than the {needed} MB that are safe; make room"),
    later("publish directory"),
    later("weights"),
    later("store's folder"),
    later("backups"),
    later("metrics file"),
)
_SOURCES = (
    later("this is not an http or https address. Correct it in config.toml."),
    later("the host name cannot be resolved. Check its spelling in config.toml, then this machine's DNS."),
    later(
        "the encrypted connection is not trustworthy ({said}). The site's owner must mend the certificate."
    ),
    later(
        "the server cannot be reached ({said}). It is tried again later; if it never answers, check the address."
    ),
    later("the server does not answer. It is tried again later; if it never answers, check the address."),
    later("the server went silent. It is tried again later."),
    later("the answer cannot be unpacked ({said})."),
    later("the answer is broken ({said}). It is tried again later."),
    later(
        "{address} is behind a bot wall ({said}). It is not circumvented: ask the site's owner to let the "
        "collector's user agent through, or for another address."
    ),
    later("{address} answered {status} {said}. {why}"),
    later("The address has gone: look for the new one on the site and correct it in config.toml."),
    later("The server refuses the collector: ask its owner for access."),
    later("The server asks for fewer requests; it is left alone for a while."),
    later("The fault is the server's; it is tried again later."),
    later("Check the address in config.toml."),
    later("{address} is larger than {count} bytes. If that is meant, raise [fetch] max_bytes."),
    later(
        "{address} did not finish within {seconds} s. It is tried again later; "
        "if the server is always this slow, raise [fetch] timeout."
    ),
    later(
        "robots.txt of {address} does not let {agent} fetch {path}. Ask the site's owner, or for another address."
    ),
    later("robots.txt could not be read, so nothing of the site is fetched now"),
    later("robots.txt could not be read, so nothing of the site is fetched now: {why}"),
    later("{why}; nothing was sent. It is tried again in {seconds} s or at the next run."),
    later("{name} asked us to wait"),
    later("{address} is a web page, not a feed. Use its feed's address, or another reader."),
    later("{address} is XML but not a feed (it begins with <{said}>). Use the reader for it."),
    later("{address} is not JSON"),
    later("this is not XML, and too much to repair"),
    later("this is not XML"),
    later("the answer holds no XML element at all"),
)
_ENGINES = (
    later("{name} is left alone for a while: {why}"),
    later("the budget of {count} characters a month is used up ([engines] budget)"),
    later(
        "the budget of {count} characters a month is used up; what is left is kept for headlines ([engines] budget)"
    ),
    later("{name} lost a placeholder"),
    later("the run stopped before its turn"),
    later("no engine translates {pair}"),
    later("{name} does not translate {pair}"),
    later("{why}: run ./run.py models fetch"),
    later("{why} and they could not be fetched: {said}"),
    later("no weights for {pair} in {path}"),
    later("{name} needs a key: name an environment variable in `key_env`, and see that this process has it"),
    later("an answer that makes no sense ({said})"),
    later("no answer within {seconds} s"),
    later("cannot be reached ({said})"),
    later("sent an answer far too long"),
    later("the quota is used up (HTTP {status})"),
    later("no more for now (HTTP {status})"),
    later("access denied (HTTP {status})"),
    later("asks for consent or a captcha instead of translating"),
    later("HTTP {status}"),
    later("no translation of {said}"),
    later("the text came back as it was"),
    later("the end is missing"),
    later("too long to ask for"),
    later("has been asked; the answer is on its way"),
    later("no answer, asked {count} times"),
    later("the engine has been closed"),
)

MESSAGES = _TROUBLES + _SOURCES + _ENGINES
