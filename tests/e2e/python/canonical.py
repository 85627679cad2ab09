"""The canonical forms (C14N 2.0, without comments) of the XML files that are named, as a JSON list."""

import json
import sys
from xml.etree.ElementTree import canonicalize

json.dump([canonicalize(from_file=name) for name in sys.argv[1:]], sys.stdout)
