"""The forms in which `splreplay test` tells its verdicts, one a file: `show(report, out)`."""
