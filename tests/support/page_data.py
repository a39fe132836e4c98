"""Reads the data block of a page that `pyprof report --html` wrote: docs/formats/html.md."""

import base64
import gzip
import json
import re


class Page:
    def __init__(self, path):
        (encoded,) = re.findall(r'id="pyprof-data">([^<]*)<', path.read_text())
        self.block = gzip.decompress(base64.b64decode(encoded))
        end_of_header = 12 + int.from_bytes(self.block[8:12], "little")
        self.header = json.loads(self.block[12:end_of_header])
        self.sources = json.loads(self.block[len(self.block) - self.header["sources_bytes"]:])
        self.columns = dict(self._columns(end_of_header))

    def _columns(self, at):
        for column in self.header["columns"]:
            count = column["length"]
            planes = [self.block[at + plane * count:at + (plane + 1) * count] for plane in range(4)]
            yield column["name"], [int.from_bytes(number, "little") for number in zip(*planes)]
            at += 4 * count

    def wide(self, name):
        """A column of 64-bit numbers."""
        low, high = self.columns[name + "_low"], self.columns[name + "_high"]
        return [lower + (upper << 32) for lower, upper in zip(low, high)]
