"""The words that Splunk takes for true and false, in settings and in options of commands alike."""

from __future__ import annotations

TRUE = frozenset(("true", "t", "1", "yes", "y", "on"))
FALSE = frozenset(("false", "f", "0", "no", "n", "off"))


def truth(text: str, unclear: bool | None = None) -> bool:
    """Whether a word says true, whatever its case; ValueError for one that says neither.

    The words are those that Splunk's own `splunk.util.normalizeBoolean` documents. For any other splunkd falls
    back to the default of the setting. Here that would hide a misspelt `action.risk = ture`, so it is an error
    wherever somebody can be told; where nobody can, the caller names that default as `unclear`.
    """
    word = text.strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    if unclear is None:
        raise ValueError("expected true or false")
    return unclear
