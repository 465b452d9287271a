"""`python -m splreplay` is the console script."""

import sys

from splreplay.cli import main

sys.exit(main())
