"""HTML's elements by what they are for a translation, by their names."""

FRAME = frozenset({"html", "body"})
BREAKS = frozenset({"br", "hr"})
PREFORMATTED = frozenset({"listing", "pre"})
VERBATIM = frozenset({"code", "kbd", "samp", "tt", "var"})
# Hard breaks. A name that is not here is inline, as in a browser.
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "col", "colgroup", "dd"}
    | {"details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"}
    | {"form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "legend"}
    | {"li", "listing", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search"}
    | {"section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"}
    | FRAME
)
# Each of these is one thing, kept whole with all it holds.
ATOMS = frozenset(
    {"applet", "area", "audio", "basefont", "bgsound", "button", "canvas", "embed", "frame", "iframe"}
    | {"image", "img", "input", "keygen", "map", "math", "meter", "object", "param", "picture"}
    | {"progress", "select", "source", "svg", "template", "textarea", "track", "video"}
)
VOID = frozenset(
    {"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input"}
    | {"keygen", "link", "meta", "param", "source", "track", "wbr"}
)
# No reader ever sees these, and their text follows other rules than HTML's.
UNSEEN = frozenset(
    {"base", "link", "meta", "noembed", "noframes", "plaintext", "script", "style", "wbr", "xmp"}
)
EMPTIED = frozenset({"iframe"})  # what stands inside is never parsed
SPOKEN = frozenset({"alt", "title"})  # attributes that are read out or shown
LANGUAGE = frozenset({"lang", "xml:lang"})
