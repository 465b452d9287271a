"""The detection is the analytic as specified: what its author wrote stands in it word for word."""

from __future__ import annotations

import pytest
import yaml

from tests.app.shipped import ROOT
from tests.parts import SHARED

YAML = ROOT / "detections" / "aws_exfiltration_via_batch_service.yml"
GIVEN = "seed-analytic.txt"
DETECTION = yaml.safe_load(YAML.read_text("utf-8"))

STAGES = [
    "`cloudtrail` eventName = JobCreated",
    "stats count min(_time) as firstTime max(_time) as lastTime "
    "values(serviceEventDetails.jobArn) as job_arn values(serviceEventDetails.status) as status "
    "by src_ip aws_account_id eventName errorCode userAgent",
    "`security_content_ctime(firstTime)`",
    "`security_content_ctime(lastTime)`",
    "`aws_exfiltration_via_batch_service_filter`",
]
ADDED = [
    "`aws_exfiltration_via_batch_service_fields`",
    "eval first_epoch=round(firstTime), last_epoch=round(lastTime)",
    "enrichjobarn",
    "`aws_exfiltration_via_batch_service_describe`",
    "`aws_exfiltration_via_batch_service_approved`",
    "`aws_exfiltration_via_batch_service_limit`",
]
# The one by-field that makes a row one job.
BY_JOB = " s3_job"


def test_the_stages_of_the_search_are_the_authors_in_order():
    assert DETECTION["search"].count(BY_JOB) == 1
    stages = [stage.strip() for stage in DETECTION["search"].replace(BY_JOB, "").split("|")]
    assert [stage for stage in stages if stage not in ADDED] == STAGES
    assert [stage for stage in stages if stage in ADDED] == ADDED


@pytest.mark.corpus(GIVEN)
def test_it_is_the_authors_text_itself():
    text = (SHARED / GIVEN).read_text("utf-8").replace("user_arn", "")
    seed = text[text.index("`cloudtrail` eventName") :].split("\n\n")[0]
    ours = DETECTION["search"].replace(BY_JOB, "")
    for added in ADDED:
        ours = ours.replace(f"| {added}", "")
    assert ours.split() == seed.split()


def test_the_names_scores_and_mappings_are_the_authors():
    assert (DETECTION["name"], DETECTION["id"], DETECTION["type"]) == (
        "AWS Exfiltration via Batch Service",
        "04455dd3-ced7-480f-b8e6-5469b99e98e2",
        "TTP",
    )
    rba = DETECTION["rba"]
    assert rba["message"] == "AWS Batch Job is created on account id - $aws_account_id$ from src_ip $src_ip$"
    assert (rba["impact"], rba["confidence"], rba["risk_objects"][0]["score"]) == (80, 80, 64)
    tags = DETECTION["tags"]
    # T1537, Transfer Data to Cloud Account, stands beside the author's own.
    assert (tags["mitre_attack_id"], tags["nist"], tags["analytic_story"]) == (
        ["T1119", "T1537"],
        ["DE.CM"],
        ["Data Exfiltration"],
    )
