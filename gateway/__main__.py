"""`python -m gateway` is `robotvoice-gateway`."""

import sys

from gateway.cli import main

sys.exit(main())
