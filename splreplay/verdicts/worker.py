"""One of the processes of work.py: the plan by the first line of standard input, then a job a line."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import IO

from splreplay.sql import database
from splreplay.verdicts.work import Desk, Job, Plan


def main(given: IO[str], told: IO[str]) -> None:
    if not (plan := given.readline()):
        return
    desk = Desk(Plan.of(json.loads(plan)))
    with database.shared(threads=1):
        for line in given:
            judged = desk.do(Job(**json.loads(line)))
            cases = [tried.plain() for tried in judged.cases]
            print(json.dumps({**vars(judged), "cases": cases}), file=told, flush=True)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what anything else prints is no answer
    with suppress(BrokenPipeError):  # whoever started us was ended
        main(sys.stdin, answers)
        answers.flush()
    os._exit(0)
