"""Browser tests show the pages of other rooms; the rows of the report's tests live beside those of publishing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "publish"))
