"""The command line: every command reads its arguments, calls one service and prints the answer.

``--json`` prints one JSON object on standard output; messages and progress go to standard error. Exit code 0 means
success, 2 that a file or profile could not be used, 1 anything else. A file holds the commands of one subject.
"""

from mdm.cli import (
    access,
    aliases,
    audit,
    bench,
    change,
    codes,
    export,
    golden,
    look_up,
    match,
    quality,
    review,
    server,
    source,
)
from mdm.cli.command import main

__all__ = [
    "access",
    "aliases",
    "audit",
    "bench",
    "change",
    "codes",
    "export",
    "golden",
    "look_up",
    "main",
    "match",
    "quality",
    "review",
    "server",
    "source",
]
