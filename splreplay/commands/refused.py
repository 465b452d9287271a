"""Real commands that do not run here, each with its reason: a search that needs one is refused by name."""

from __future__ import annotations

MODEL = "its statistical model is not documented closely enough to give the same rows"
DATA_MODEL = "it reads a data model of a search head; write the search over the events"
INDEX_FILES = "it reads an index's own files, and there is none here"
METRICS = "it reads a metric index, and there is none here"
MLTK = "it needs Splunk's Machine Learning Toolkit"
RENDERING = "it changes how Splunk Web draws rows, not the rows"
RUNNING_SPLUNK = "it asks a running Splunk for its own state"
SUMMARY = "it writes to a summary index, and there is none here"
NOT_BUILT = "this tool does not have it"

REFUSED = {
    "apply": f"{MLTK} and a model that was trained there",
    "fit": MLTK,
    "summary": MLTK,
    **dict.fromkeys(("anomalies", "anomalousvalue", "anomalydetection", "outlier", "predict", "x11"), MODEL),
    **dict.fromkeys(
        ("analyzefields", "arules", "associate", "cluster", "correlate", "findtypes", "typelearner"), MODEL
    ),
    **dict.fromkeys(("datamodel", "from", "pivot"), DATA_MODEL),
    **dict.fromkeys(("dbinspect", "metasearch", "typeahead", "walklex"), INDEX_FILES),
    **dict.fromkeys(("mcatalog", "mpreview", "msearch", "mstats"), METRICS),
    **dict.fromkeys(("collect", "mcollect", "meventcollect", "overlap", "tscollect"), SUMMARY),
    **dict.fromkeys(("sichart", "sirare", "sistats", "sitimechart", "sitop"), SUMMARY),
    **dict.fromkeys(("gauge", "geom", "geomfilter", "geostats", "highlight", "iconify"), RENDERING),
    **dict.fromkeys(("history", "inputintelligence", "localop", "redistribute", "rest"), RUNNING_SPLUNK),
    **dict.fromkeys(
        (
            "abstract",
            "concurrency",
            "contingency",
            "diff",
            "erex",
            "gentimes",
            "kvform",
            "localize",
            "multikv",
            "reltime",
            "require",
            "rtorder",
            "scrub",
            "searchtxn",
            "selfjoin",
            "set",
            "setfields",
            "tags",
            "timewrap",
            "tojson",
            "trendline",
            "typer",
            "xmlunescape",
            "xpath",
        ),
        NOT_BUILT,
    ),
    "dbxquery": "it needs a database connection of Splunk DB Connect",
    "delete": "it removes events from an index",
    "dump": "it writes files on a search head",
    "inputcsv": "it reads a search head's dispatch folder; use inputlookup",
    "kmeans": "it begins from random numbers, so no two runs agree",
    "loadjob": "it needs the stored rows of an earlier job; use savedsearch",
    "outputcsv": "it writes a search head's dispatch folder; choose --format csv",
    "outputtext": "it rewrites events for the raw view of Splunk Web",
    "script": "it runs a program from a search head; define the command in commands.conf",
    "sendalert": "it runs an alert action of a search head",
    "sendemail": "it sends mail from a search head",
}
