"""What tests with file systems of their own need of the operating system. As root."""

from __future__ import annotations

import subprocess

MAKE_FILE_SYSTEM = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}


def run(*command: object, check: bool = True) -> str:
    """What a command prints. Where it fails, the whole test ends."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout.strip()
