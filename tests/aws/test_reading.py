"""s3batchjobs/answers.py against botocore, over answers made from AWS's own model."""

from __future__ import annotations

import random

import pytest
from s3batchjobs import answers

from tests.aws import model

pytestmark = pytest.mark.aws("botocore")
ANSWERS = 300


def test_random_answers_are_read_as_botocore_reads_them():
    shape = model.output_shape()
    operations = set()
    for seed in range(ANSWERS):
        xml = model.random_answer(random.Random(seed))
        told = model.as_text(model.as_botocore_reads(xml), shape)
        assert answers.read(xml.encode()) == told, seed
        operations |= set(told["Job"].get("Operation", {}))
    assert operations == set(shape.members["Job"].members["Operation"].members)
