"""The detection is the analytic as specified: what its author wrote stands in it word for word."""

from __future__ import annotations

import yaml

from tests.app.shipped import ROOT

YAML = ROOT / "detections" / "aws_exfiltration_via_batch_service.yml"
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
ADDED = ["`aws_exfiltration_via_batch_service_fields`", "enrichjobarn"]


def test_the_stages_of_the_search_are_the_authors_in_order():
    stages = [stage.strip() for stage in DETECTION["search"].split("|")]
    assert [stage for stage in stages if stage not in ADDED] == STAGES
    assert [stage for stage in stages if stage in ADDED] == ADDED


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
    assert (tags["mitre_attack_id"], tags["nist"], tags["analytic_story"]) == (
        ["T1119"],
        ["DE.CM"],
        ["Data Exfiltration"],
    )
