"""Read web-server access logs in the common log format."""

import re
from collections import Counter

LINE = re.compile(
    r"(?P<client>\d+\.\d+\.\d+\.\d+) \S+ \S+ \[(?P<time>[^\]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<path>\S+) [^"]*" (?P<status>\d{3}) (?P<size>\d+)'
)


def parse(line):
    """One line as a dict, or None when it is not a log line."""
    found = LINE.match(line)
    if found is None:
        return None
    entry = found.groupdict()
    entry["status"] = int(entry["status"])
    entry["size"] = int(entry["size"])
    return entry


def bytes_by_client(lines):
    total = Counter()
    for line in lines:
        entry = parse(line)
        if entry:
            total[entry["client"]] += entry["size"]
    return dict(total)
