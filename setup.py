"""The C of splreplay.scan.native; all else stands in pyproject.toml, which cannot say what it was built from.

Plain C without Python's headers, loaded by ctypes. Where no compiler is, Python does its work.
"""

from pathlib import Path
from runpy import run_path

from setuptools import Extension, setup

NATIVE = Path("splreplay/scan/native")
SOURCES = run_path(str(NATIVE / "sources.py"))["digest"]()

setup(
    ext_modules=[
        Extension(
            "splreplay.scan.native._native",
            sources=sorted(map(str, NATIVE.glob("src/*.c"))),
            depends=sorted(map(str, NATIVE.glob("src/*.h"))),
            define_macros=[("SOURCES", f"{SOURCES}u")],
            extra_compile_args=["-O3", "-std=gnu11", "-fvisibility=hidden"],
            optional=True,
        )
    ]
)
