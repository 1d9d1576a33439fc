"""The layouts that city sites have, as functions from a story to a page.

Each keeps one sort of trap: a notice that comes first, other news inside the text's own box, the site's name as h1, a
table for a layout.
"""

from collections.abc import Callable
from html import escape

from tests.collect.samples.texts import Story


def _menu(story: Story) -> str:
    return "<ul>" + "".join(f'<li><a href="/m/{name}">{name}</a></li>' for name in story.menu) + "</ul>"


def _paragraphs(story: Story) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    points = "".join(f"<li>{escape(text)}</li>" for text in story.points)
    return f"<p>{escape(story.lead)}</p>{body}<h2>{escape(story.heading)}</h2><ul>{points}</ul>"


def _links(story: Story) -> str:
    return "".join(
        f'<li><a href="/n/{number}">{escape(title)}</a> <span>0{number}.01.2026</span></li>'
        for number, title in enumerate(story.other_titles, start=1)
    )


def blog(story: Story) -> str:
    """A content system with JSON-LD and named boxes."""
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)} - {story.site}</title>'
        f'<meta property="og:image" content="/wp/tilts.jpg"><script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle",'
        f'"headline": "{story.title}", "datePublished": "{story.day}T09:00:00+00:00", "author": {{"name": "Press office"}}}}]}}</script></head>'
        f'<body class="single"><div id="cookie-law-info-bar"><span>{story.cookies}</span></div><header><a href="/">{story.site}</a>'
        f"<nav>{_menu(story)}</nav></header><main><article><h1>{escape(story.title)}</h1>"
        f'<figure><img src="data:image/gif;base64,R0" data-src="/wp/foto.jpg" alt="x"></figure><div class="entry-content">{_paragraphs(story)}</div>'
        f'<div class="sharedaddy"><a href="https://social.example/">Facebook</a></div><aside class="related-posts"><h3>{story.others}</h3>'
        f"<ul>{_links(story)}</ul></aside></article></main><footer><p>{story.footer}</p></footer></body></html>"
    )


def boxes(story: Story) -> str:
    """Nameless boxes: the notice comes first, and other news stand under the text in the same box."""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(story.title)} | {story.site}</title></head><body>'
        f'<div class="x1"><p>{story.cookies} {story.cookies}</p><a href="#">OK</a></div><div class="top">{_menu(story)}</div>'
        f'<div class="mid"><div class="path"><a href="/">{story.menu[0]}</a> / <a href="/n">{story.menu[3]}</a></div><h1>{escape(story.title)}</h1>'
        f'<div class="meta"><span>{story.label} {story.printed}</span></div>{_paragraphs(story)}'
        f"<h2>{story.others}</h2><ul>{_links(story)}</ul></div><div>{story.footer}</div></body></html>"
    )


def lines(story: Story) -> str:
    """Paragraphs parted by line breaks only; the site's name is the h1, a label is glued to the date."""
    text = "<br><br>".join(map(escape, (story.lead, *story.paragraphs, story.heading, *story.points)))
    cards = "".join(
        f'<div class="card"><img src="/c{number}.jpg"><a href="/n/{number}">{escape(title)}</a></div>'
        for number, title in enumerate(story.other_titles)
    )
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{story.site}: {escape(story.title)}</title></head><body>'
        f'<div class="cookie-notice"><p>{story.cookies}</p></div><header><h1>{story.site}</h1>{_menu(story)}</header>'
        f'<div id="page"><div class="news"><h2>{escape(story.title)}</h2><div class="d">{story.menu[3]}{story.printed}</div><div class="txt">{text}</div></div>'
        f'<div class="box"><h2>{story.others}</h2></div><div class="cards">{cards}</div></div><footer>{story.footer}</footer></body></html>'
    )


def table(story: Story) -> str:
    """The layout of twenty years ago: a table whose cells are the menu, the text and the other news."""
    return (
        f"<html><head><title>{story.site}</title></head><body><table><tr><td colspan=3><b>{story.site}</b></td></tr><tr><td>{_menu(story)}</td>"
        f'<td><h1>{escape(story.title)}</h1><p class="small">{story.printed}</p>{_paragraphs(story)}<p>{story.others}: '
        f'<a href="/n/9">{escape(story.other_titles[0])}</a></p></td><td><h3>{story.others}</h3><ul>{_links(story)}</ul></td></tr>'
        f"<tr><td colspan=3><small>{story.footer} {story.cookies}</small></td></tr></table></body></html>"
    )


def fields(story: Story) -> str:
    """Each paragraph in a box of its own, the lead apart; other news with teasers, so that they are no mere links."""
    rows = "".join(
        f'<div class="field"><div class="item"><p>{escape(text)}</p></div></div>' for text in story.paragraphs
    )
    points = "".join(f"<li>{escape(text)}</li>" for text in story.points)
    teasers = "".join(
        f'<div class="views-row"><h4><a href="/n/{number}">{escape(title)}</a></h4><p>{escape(title)}. {escape(story.menu[1])}.</p></div>'
        for number, title in enumerate(story.other_titles)
    )
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)} | {story.site}</title>'
        f'<meta property="article:modified_time" content="2027-01-01T00:00:00Z"></head><body><div role="dialog" class="eu-cookie-compliance">'
        f"<h2>Cookies</h2><p>{story.cookies}</p><button>OK</button></div><header>{_menu(story)}</header><main><ol class='breadcrumb'><li>"
        f"<a href='/'>{story.menu[0]}</a></li></ol><h1><span>{escape(story.title)}</span></h1><div class='submitted'><time datetime='{story.day}T10:00:00Z'>"
        f"{story.printed}</time> <span>1024</span></div><div class='lead'><p>{escape(story.lead)}</p></div>{rows}"
        f"<div class='field'><h3>{escape(story.heading)}</h3><ul>{points}</ul></div><section class='block'><h2>{story.others}</h2>{teasers}</section>"
        f"</main><footer><p>{story.footer}</p><p>{story.cookies}</p></footer></body></html>"
    )


def labels(story: Story) -> str:
    """The date in a list of terms under the headline, pictures that are links without a word, files below."""
    pictures = "".join(f'<a href="/g{number}.jpg"><img src="/g{number}s.jpg"></a>' for number in range(12))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(story.title)} | {story.site}</title></head><body><div class="logo">'
        f'<a href="/"><img src="/logo.png"></a></div><nav>{_menu(story)}</nav><main><article><h1>{escape(story.title)}</h1><dl><dt>{story.label}</dt>'
        f'<dd>{story.printed}</dd></dl><div class="prose">{_paragraphs(story)}</div><div class="gallery">{pictures}</div></article></main>'
        f"<footer><p>{story.footer}</p></footer></body></html>"
    )


def breaks(story: Story) -> str:
    """One cell: the headline is bold, all else is parted by line breaks."""
    text = "<br><br>".join(map(escape, (story.lead, *story.paragraphs, story.heading)))
    points = "<br>- ".join(map(escape, story.points))
    return (
        f'<html><head><meta charset="utf-8"><title>{escape(story.title)} | {story.site}</title></head><body><table><tr><td>{"<br>".join(story.menu)}</td>'
        f"<td><b>{escape(story.title)}</b><br>{story.printed}<br><br>{text}<br>- {points}</td></tr><tr><td colspan=2>{story.footer}</td></tr></table></body></html>"
    )


def plain_boxes(story: Story) -> str:
    """Boxes alone: no heading and no paragraph."""
    text = "".join(
        f"<div>{escape(each)}</div>" for each in (story.lead, *story.paragraphs, story.heading, *story.points)
    )
    return (
        f'<html><head><meta charset="utf-8"><title>{escape(story.title)} | {story.site}</title></head><body><div class="top">'
        f"{''.join(f'<div><a href=/{name}>{name}</a></div>' for name in story.menu)}</div><div class='content'><div>{escape(story.title)}</div>"
        f"<div>{story.printed}</div>{text}</div><div>{story.footer}</div></body></html>"
    )


SHAPES: tuple[Callable[[Story], str], ...] = (blog, boxes, lines, table, fields, labels, breaks, plain_boxes)


def short(story: Story) -> str:
    """Two sentences of news under a long notice, over a long foot."""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{story.site}</title></head><body><div id="ck"><p>{story.cookies * 3}</p></div>'
        f'<div class="h"><a href="/">{story.site}</a>{_menu(story)}</div><div class="c"><h1>{escape(story.title)}</h1><p>{story.printed}</p>'
        f'<p>{escape(story.lead)}</p></div><div class="r"><h3>{story.others}</h3><ul>{_links(story)}</ul></div><div class="f"><p>{story.footer * 2}</p></div></body></html>'
    )


def gold(story: Story) -> str:
    """What a reader would call the text."""
    return "\n".join((story.lead, *story.paragraphs, story.heading, *story.points))
