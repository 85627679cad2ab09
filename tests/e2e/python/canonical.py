"""The canonical forms (C14N 2.0, without comments) of the XML files that are named, as a JSON list."""

import json
import sys
from pathlib import Path
from xml.etree.ElementTree import canonicalize

json.dump([canonicalize(Path(name).read_text(encoding="utf-8", newline="")) for name in sys.argv[1:]], sys.stdout)
