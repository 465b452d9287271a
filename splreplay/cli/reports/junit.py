"""JUnit's XML, as CI servers read it: a suite a detection, a test a case.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import re
from typing import IO
from xml.etree import ElementTree

from splreplay.cli.reports.text import said
from splreplay.verdicts.model import Judged, Tried, Verdict
from splreplay.verdicts.report import Report, Status, told

# What XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def show(report: Report, out: IO[str]) -> None:
    root = ElementTree.Element("testsuites", name="splreplay test", time=f"{report.seconds:.3f}")
    for judged in report.judged:
        _suite(root, judged, report)
    if report.problems:
        _problems(root, report)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root, " ")
    print('<?xml version="1.0" encoding="UTF-8"?>', file=out)
    # As ASCII, in which every other character is a reference: whatever encoding the terminal has, it stays UTF-8.
    print(ElementTree.tostring(root, "us-ascii").decode("ascii"), file=out)


def _suite(root: ElementTree.Element, judged: Judged, report: Report) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_text(judged.name), file=_text(judged.file),
                                   time=f"{judged.seconds:.3f}")  # fmt: skip
    for case in judged.cases:
        told_of = {"name": case.case or "no test", "classname": judged.name, "file": case.file, "line": str(case.line)}
        test = ElementTree.SubElement(suite, "testcase", {key: _text(value) for key, value in told_of.items()})
        test.set("time", f"{case.seconds:.3f}")
        _outcome(test, case, report)
    _count(suite)


def _outcome(test: ElementTree.Element, case: Tried, report: Report) -> None:
    status = report.status_of(case)
    if status is not Status.OK:
        tag = "failure" if status is Status.OTHERWISE else "error"
        found = ElementTree.SubElement(test, tag, type=case.verdict, message=_text(told(case)))
        found.text = _text("\n".join(said(case)))
    elif case.verdict in (Verdict.REFUSED, Verdict.NO_DATA):
        ElementTree.SubElement(test, "skipped", message=_text(f"{case.verdict}: {told(case)}"))


def _problems(root: ElementTree.Element, report: Report) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name="macros, lookups, sidecars", time="0")
    for problem in report.problems:
        test = ElementTree.SubElement(suite, "testcase", name=_text(problem.file), classname=suite.get("name", ""),
                                      file=_text(problem.file), line=str(problem.line))  # fmt: skip
        ElementTree.SubElement(test, "error", type="error", message=_text(str(problem)))
    _count(suite)


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _text(text: str) -> str:
    return _NO_XML.sub(lambda match: ascii(match[0])[1:-1], text)
