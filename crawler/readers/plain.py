"""Text without the markup that some directories put into it, and that hostile ones do."""

import re
from html import unescape

from crawler.readers.raw import text_of

_CODE = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z!][^<>]*(>|$)", re.IGNORECASE)
_MARKED_MOST = 500
"""A text with markup is read so far: longer ones are no names, and looking for their ends would take long."""


def plain_of(stated: object) -> str | None:
    """Return a stated text or number as text that holds neither tags nor what scripts say; ``None`` for nothing."""
    text = text_of(stated)
    if text is None or not {"<", ">", "&"} & set(text):
        return text
    shown = _TAG.sub(" ", _CODE.sub(" ", unescape(text[:_MARKED_MOST])))
    return " ".join(shown.replace("<", " ").replace(">", " ").split()) or None
