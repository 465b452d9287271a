"""Random answers of DescribeJob, made from AWS's own model of it, which botocore brings; and how botocore reads them.

Written from the model alone; it shares no code with the app.
"""

from __future__ import annotations

import random
import string
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

TEXT = string.ascii_letters + string.digits + " <>&\"'/-_.:$\u00fc\u6f22"
NAMESPACE = ' xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"'
ONE_OF = {"JobOperation"}  # by what AWS documents; a union says so itself


@cache
def output_shape() -> Any:
    from botocore.session import get_session

    return get_session().get_service_model("s3control").operation_model("DescribeJob").output_shape


def random_answer(chance: random.Random) -> str:
    """An answer with some of all that the model has; DescribeJobResult is the root's name in AWS's documentation."""
    answer = _members(output_shape(), chance)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<DescribeJobResult{NAMESPACE}>{answer}</DescribeJobResult>'


def as_botocore_reads(xml: str) -> Any:
    from botocore.parsers import create_parser

    answer = {"status_code": 200, "headers": {}, "body": xml.encode()}
    found = create_parser("rest-xml").parse(answer, output_shape())
    del found["ResponseMetadata"]
    return found


def _members(shape: Any, chance: random.Random) -> str:
    names = list(shape.members)
    if shape.is_tagged_union or shape.name in ONE_OF:
        names = [chance.choice(names)]
    elif shape.name == "DescribeJobResult":
        names = ["Job"]
    else:
        names = [name for name in names if name in shape.required_members or chance.random() < 0.7]
    return "".join(
        _element(shape.members[name].serialization.get("name", name), shape.members[name], chance) for name in names
    )


def _element(name: str, shape: Any, chance: random.Random) -> str:
    return f"<{name}>{_content(shape, chance)}</{name}>"


def _content(shape: Any, chance: random.Random) -> str:
    if shape.type_name == "structure":
        return _members(shape, chance)
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        return "".join(_element(name, shape.member, chance) for _ in range(chance.randint(1, 3)))
    if shape.type_name == "map":
        pairs = [(f"<key>k{n}</key>", _element("value", shape.value, chance)) for n in range(chance.randint(1, 3))]
        return "".join(f"<entry>{key}{value}</entry>" for key, value in pairs)
    return escape(_scalar(shape, chance))


def _scalar(shape: Any, chance: random.Random) -> str:
    if getattr(shape, "enum", None):
        return chance.choice(shape.enum)
    if shape.type_name in ("integer", "long"):
        return str(chance.randint(0, 2**31))
    if shape.type_name == "boolean":
        return chance.choice(["true", "false"])
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(chance.randint(0, 4 * 10**9)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return ARNS.get(shape.name, "") or "".join(chance.choice(TEXT) for _ in range(chance.randint(1, 30))).strip() or "x"


ARNS = {
    "S3BucketArnString": "arn:aws:s3:::a-bucket",
    "S3RegionalOrS3ExpressBucketArnString": "arn:aws:s3:::another-bucket",
    "FunctionArnString": "arn:aws:lambda:us-east-1:222222222222:function:f",
    "AccountId": "333333333333",
}


def as_text(value: Any, shape: Any) -> Any:
    """What botocore reads, as the text that stands in the answer: AWS's names, no numbers, no times."""
    if shape.type_name == "structure":
        members = {name: member for name, member in shape.members.items() if name in value}
        return {
            member.serialization.get("name", name): as_text(value[name], member) for name, member in members.items()
        } or ""
    if shape.type_name == "list":
        return [as_text(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {key: as_text(item, shape.value) for key, item in value.items()}
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "timestamp":
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return str(value)
