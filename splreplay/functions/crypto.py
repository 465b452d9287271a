"""Cryptographic functions of eval: hashes of a text's UTF-8 bytes, in lower case hexadecimal.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/cryptographic-functions
"""

from __future__ import annotations

import hashlib

from splreplay.sql.rows import EvalRow


def _sha512(value: str) -> str:
    return hashlib.sha512(value.encode()).hexdigest()


ROWS = (
    EvalRow("md5", "T", sql="md5({0})", example="md5(userAgent)"),
    EvalRow("sha1", "T", sql="sha1({0})", example="sha1(userAgent)"),
    EvalRow("sha256", "T", sql="sha256({0})", example="sha256(userAgent)"),
    EvalRow("sha512", "T", udf=_sha512, example="sha512(userAgent)"),
)
