#!/usr/bin/env python3
"""ClaimTracker's one door: `python3 manage.py start` sets everything up and serves the site."""

import sys

from claimtracker.bootstrap import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
