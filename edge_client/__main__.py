"""`python -m edge_client` is `robotvoice`."""

import sys

from edge_client.cli import main

sys.exit(main())
