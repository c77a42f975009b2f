"""``python -m mdm.cli`` does what ``mdm`` does."""

import sys

from mdm.cli import main

sys.exit(main())
