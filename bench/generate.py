# ruff: noqa: E501  (records are long)
"""Makes the benchmark's CloudTrail: seeded, so that two machines measure the same bytes.

    python bench/generate.py --records 1000000 --to .cache/bench/1000000

writes `trail.ndjson`, `gzip/` (AWS's own shape: gzip `Records` files of 5,000), and `manifest.json` with the
counts that a scan must arrive at. The mix is a company's week: 20 event names, 40 accounts, 4 regions, one
record in 10,000 from S3 Batch Operations, of which some are escaped (`\\u004aobCreated`) or in odd case, and a
few lines that are no records.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

SEED = 20260104
PER_FILE = 5_000
START = datetime(2026, 1, 4, tzinfo=timezone.utc)
ACCOUNTS = [f"{100000000000 + 111 * number}" for number in range(1, 41)]
REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2"]
AGENTS = [
    "aws-cli/2.15.30 md/awscrt#0.19.19 ua/2.0 os/linux#6.1.82 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#standard",
    "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#5.10.210 md/arch#aarch64 lang/python#3.12.2 Botocore/1.34.69",
    "APN/1.0 HashiCorp/1.0 Terraform/1.7.5 (+https://www.terraform.io) terraform-provider-aws/5.42.0 aws-sdk-go-v2/1.26.0",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.682 Linux/5.10.210 OpenJDK_64-Bit_Server_VM/25.402-b08]",
]
NAMES = ["JobCreated", "JobCreated", "JobCreated", "jobcreated", "JOBCREATED", "\\u004aobCreated", "Job\\u0043reated"]
NO_RECORDS = ['"-- log rotated --"', "null", "[]", "42"]


class Kind(NamedTuple):
    """A kind of API call: how often, from which service, and what it asks for."""

    weight: int
    name: str
    source: str
    read_only: bool
    asks: str


KINDS = [
    Kind(
        180,
        "AssumeRole",
        "sts",
        True,
        '{"roleArn":"arn:aws:iam::%(account)s:role/%(role)s","roleSessionName":"%(session)s","durationSeconds":3600}',
    ),
    Kind(
        160,
        "GetObject",
        "s3",
        True,
        '{"bucketName":"%(bucket)s","Host":"%(bucket)s.s3.%(region)s.amazonaws.com","key":"2026/01/part-%(number)05d.parquet"}',
    ),
    Kind(
        120,
        "PutObject",
        "s3",
        False,
        '{"bucketName":"%(bucket)s","Host":"%(bucket)s.s3.%(region)s.amazonaws.com","key":"in/%(uuid)s.json","x-amz-acl":"private"}',
    ),
    Kind(
        90,
        "Decrypt",
        "kms",
        True,
        '{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::%(bucket)s"}}',
    ),
    Kind(
        80,
        "DescribeInstances",
        "ec2",
        True,
        '{"maxResults":%(number)d,"instancesSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"vpc-%(hex)s"}]}}]}}',
    ),
    Kind(60, "ListBuckets", "s3", True, '{"Host":"s3.amazonaws.com"}'),
    Kind(
        50,
        "GetBucketPolicy",
        "s3",
        True,
        '{"bucketName":"%(bucket)s","Host":"s3.%(region)s.amazonaws.com","policy":""}',
    ),
    Kind(
        40,
        "GenerateDataKey",
        "kms",
        True,
        '{"keyId":"arn:aws:kms:%(region)s:%(account)s:key/%(uuid)s","keySpec":"AES_256"}',
    ),
    Kind(40, "GetParameter", "ssm", True, '{"name":"/service/%(role)s/setting","withDecryption":true}'),
    Kind(
        30,
        "DescribeSecurityGroups",
        "ec2",
        True,
        '{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"sg-%(hex)s"}]},"filterSet":{}}',
    ),
    Kind(
        30,
        "CreateLogStream",
        "logs",
        False,
        '{"logGroupName":"/aws/lambda/%(role)s","logStreamName":"2026/01/04/[$LATEST]%(hex)s"}',
    ),
    Kind(
        20,
        "RunInstances",
        "ec2",
        False,
        '{"instancesSet":{"items":[{"imageId":"ami-%(hex)s","minCount":1,"maxCount":1}]},"instanceType":"m7g.large","monitoring":{"enabled":false}}',
    ),
    Kind(20, "GetSecretValue", "secretsmanager", True, '{"secretId":"prod/%(role)s/database"}'),
    Kind(15, "ConsoleLogin", "signin", False, "null"),
    Kind(
        15,
        "PutBucketPolicy",
        "s3",
        False,
        '{"bucketName":"%(bucket)s","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*"}]}}',
    ),
    Kind(
        10,
        "AttachRolePolicy",
        "iam",
        False,
        '{"roleName":"%(role)s","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}',
    ),
    Kind(10, "CreateAccessKey", "iam", False, '{"userName":"%(session)s"}'),
    Kind(
        10,
        "UpdateTrail",
        "cloudtrail",
        False,
        '{"name":"arn:aws:cloudtrail:%(region)s:%(account)s:trail/all","isMultiRegionTrail":true}',
    ),
    Kind(
        10,
        "Invoke",
        "lambda",
        False,
        '{"functionName":"arn:aws:lambda:%(region)s:%(account)s:function:%(role)s","invocationType":"Event"}',
    ),
]

RECORD = (
    '{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROA%(key)s:%(session)s",'
    '"arn":"arn:aws:sts::%(account)s:assumed-role/%(role)s/%(session)s","accountId":"%(account)s",'
    '"accessKeyId":"ASIA%(key)s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%(key)s",'
    '"arn":"arn:aws:iam::%(account)s:role/%(role)s","accountId":"%(account)s","userName":"%(role)s"},'
    '"attributes":{"creationDate":"%(time)s","mfaAuthenticated":"false"}}},'
    '"eventTime":"%(time)s","eventSource":"%(source)s.amazonaws.com","eventName":"%(name)s","awsRegion":"%(region)s",'
    '"sourceIPAddress":"198.51.100.%(octet)d","userAgent":"%(agent)s",%(error)s"requestParameters":%(asks)s,'
    '"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256",'
    '"bytesTransferredIn":%(number)d,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%(id2)s","bytesTransferredOut":%(octet)d},'
    '"requestID":"%(request)s","eventID":"%(uuid)s","readOnly":%(read_only)s,"resources":[{"accountId":"%(account)s",'
    '"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%(bucket)s"}],"eventType":"AwsApiCall","managementEvent":true,'
    '"recipientAccountId":"%(account)s","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3",'
    '"cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%(source)s.%(region)s.amazonaws.com"}}'
)
JOB = (
    '{"eventVersion":"1.08","userIdentity":{"accountId":"%(account)s","invokedBy":"s3.amazonaws.com"},'
    '"eventTime":"%(time)s","eventSource":"s3.amazonaws.com","eventName":"%(name)s","awsRegion":"%(region)s",'
    '"sourceIPAddress":"s3.amazonaws.com","userAgent":"s3.amazonaws.com","requestParameters":null,'
    '"responseElements":null,"eventID":"%(uuid)s","readOnly":false,"eventType":"AwsServiceEvent",'
    '"managementEvent":true,"recipientAccountId":"%(account)s","serviceEventDetails":{"jobId":"%(request)s",'
    '"jobArn":"arn:aws:s3:%(region)s:%(account)s:job/%(request)s","status":"New","jobEventId":"%(hex)s",'
    '"failureCodes":[],"statusChangeReason":[]},"eventCategory":"Management"}'
)


def records(count: int, seed: int = SEED) -> Iterator[str]:
    """`count` records as JSON text, in the order of their time; one in 10,000 is a `JobCreated`."""
    rng = random.Random(seed)
    kinds = rng.choices(KINDS, [kind.weight for kind in KINDS], k=4_096)
    for number in range(count):
        values = _values(rng, number, count)
        if number % 10_000 == 5_000:
            yield JOB % {**values, "name": NAMES[number // 10_000 % len(NAMES)]}
            continue
        kind = kinds[rng.getrandbits(12)]
        values.update(name=kind.name, source=kind.source, read_only=str(kind.read_only).lower())
        yield RECORD % {**values, "asks": kind.asks % values}


def _values(rng: random.Random, number: int, count: int) -> dict[str, object]:
    bits = f"{rng.getrandbits(512):0128x}"
    place = int(bits[:8], 16)
    moment = START + timedelta(seconds=7 * 86_400 * number // count)
    return {
        "account": ACCOUNTS[place % 40],
        "region": REGIONS[place % 4],
        "agent": AGENTS[place % 5 % 4],
        "role": f"service-{place % 97}",
        "session": f"worker-{place % 1_009}",
        "bucket": f"example-data-{place % 211}",
        "octet": place % 254 + 1,
        "number": place % 65_536,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "key": bits[8:24].upper(),
        "hex": bits[24:56],
        "uuid": f"{bits[56:64]}-{bits[64:68]}-4{bits[69:72]}-a{bits[73:76]}-{bits[76:88]}",
        "request": f"{bits[88:96]}-{bits[96:100]}-4{bits[101:104]}-b{bits[105:108]}-{bits[108:120]}",
        "id2": bits,
        "error": '"errorCode":"AccessDenied","errorMessage":"a \\u0026 b: not authorized",' if place % 50 == 0 else "",
    }


def write(folder: Path, count: int) -> dict[str, int]:
    """Both shapes and the manifest into `folder`; returns the manifest."""
    trail = folder / "gzip"
    trail.mkdir(parents=True, exist_ok=True)
    batch: list[str] = []
    jobs = malformed = 0
    with open(folder / "trail.ndjson", "w", encoding="utf-8") as lines:
        for number, record in enumerate(records(count), 1):
            jobs += '"AwsServiceEvent"' in record
            batch.append(record)
            if len(batch) == PER_FILE or number == count:
                lines.write("\n".join(batch) + "\n" + NO_RECORDS[malformed % len(NO_RECORDS)] + "\n")
                malformed += 1
                _write_gzip(trail, number, count, batch)
                batch = []
        lines.write('{"eventVersion":"1.09","userIdentity":{"type":"Assu')  # a writer that was cut off
    manifest = {"records": count, "job_created": jobs, "malformed": malformed + 1, "seed": SEED}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def _write_gzip(folder: Path, number: int, count: int, batch: list[str]) -> None:
    stamp = START + timedelta(seconds=7 * 86_400 * number // count + 300)
    name = f"{ACCOUNTS[0]}_CloudTrail_{REGIONS[0]}_{stamp:%Y%m%dT%H%MZ}_{number:016d}.json.gz"
    with gzip.GzipFile(folder / name, "wb", compresslevel=6, mtime=0) as file:
        file.write(('{"Records":[' + ",".join(batch) + "]}").encode())


def small_files(folder: Path, count: int, each: int = 3) -> None:
    """`count` gzip files of `each` records: of three, the usual shape of a quiet account's trail."""
    stream = records(each * count)
    for number in range(count):
        day = folder / f"{number // 3_600:03d}"
        day.mkdir(parents=True, exist_ok=True)
        body = '{"Records":[' + ",".join(next(stream) for _ in range(each)) + "]}"
        stamp = START + timedelta(seconds=7 * 86_400 * number // count + 300)
        name = f"{ACCOUNTS[0]}_CloudTrail_{REGIONS[0]}_{stamp:%Y%m%dT%H%MZ}_{number:016d}.json.gz"
        (day / name).write_bytes(gzip.compress(body.encode(), 6, mtime=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--small-files", type=int, default=0, help="instead: so many tiny gzip files")
    options = parser.parse_args()
    if options.small_files:
        small_files(options.to, options.small_files)
        return
    print(json.dumps(write(options.to, options.records)))


if __name__ == "__main__":
    main()
