"""Shows the words that it gets."""

import sys

import wire

searchinfo = wire.begin()
shown = {"args": "|".join(searchinfo["args"]), "raw": "|".join(searchinfo["raw_args"]), "argv": " ".join(sys.argv[1:])}
wire.stream(lambda row: {**row, **shown})
