"""Reads the objects off the drives of a magstore store, by the article OnDiskFormat and by nothing else.

    reader.py DIRECTORY DRIVE…

Writes every object to DIRECTORY/BUCKET-NUMBER, numbered by their keys' order, and DIRECTORY/objects.jsonl with a line
for each: {"bucket", "key", "file", "size", "etag", "sha256", "headers", "metadata", "modified"}. The drives are only
read. What was assumed and what could not be read goes to standard error; the exit code is 1 when an object is missing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from crc32c import crc32c
from rocksdict import AccessType, Options, Rdict

FAMILIES = ["heads", "manifests", "versions", "uploads", "parts", "payloads", "refs", "missing", "trash", "changes",
            "documents", "state"]


class Unreadable(Exception):
    pass


# Records: proto3 messages as {field number: [values]}.


def varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def message(data: bytes) -> dict[int, list]:
    fields: dict[int, list] = {}
    position = 0
    while position < len(data):
        tag, position = varint(data, position)
        if tag & 7 == 0:
            value, position = varint(data, position)
        elif tag & 7 == 1:
            value, position = struct.unpack_from("<Q", data, position)[0], position + 8
        elif tag & 7 == 5:
            value, position = struct.unpack_from("<I", data, position)[0], position + 4
        elif tag & 7 == 2:
            length, position = varint(data, position)
            value, position = data[position:position + length], position + length
            if len(value) != length:
                raise ValueError("a record is cut off")
        else:
            raise ValueError(f"wire type {tag & 7}")
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def one(fields: dict[int, list], number: int, default):
    return fields.get(number, [default])[-1]


def integers(fields: dict[int, list], number: int) -> list[int]:
    """A repeated integer, packed or not."""
    values = []
    for value in fields.get(number, []):
        if isinstance(value, int):
            values.append(value)
            continue
        position = 0
        while position < len(value):
            item, position = varint(value, position)
            values.append(item)
    return values


@dataclass
class Payload:
    id: bytes
    size: int
    slots: list[int]
    k: int
    m: int
    rotation: int
    unit: int

    @classmethod
    def parse(cls, data: bytes) -> Payload:
        fields = message(data)
        return cls(one(fields, 1, b""), one(fields, 2, 0), integers(fields, 3), one(fields, 4, 0), one(fields, 5, 0),
                   one(fields, 6, 0), one(fields, 7, 0))

    def shard(self, slot: int) -> int:
        """Which shard is on a slot."""
        return (slot - self.rotation) % (self.k + self.m)

    @property
    def name(self) -> str:
        return "-".join(f"{number:016x}" for number in struct.unpack(">QQQ", self.id))


# Parity: GF(2^8) with the polynomial 0x11D.

EXPONENT = [1] * 512
for power in range(1, 512):
    doubled = EXPONENT[power - 1] << 1
    EXPONENT[power] = doubled ^ 0x11D if doubled & 0x100 else doubled
LOGARITHM = {EXPONENT[power]: power for power in range(255)}


def multiply(a: int, b: int) -> int:
    return EXPONENT[LOGARITHM[a] + LOGARITHM[b]] if a and b else 0


def inverse(a: int) -> int:
    return EXPONENT[255 - LOGARITHM[a]]


TIMES = [numpy.array([multiply(a, b) for b in range(256)], dtype=numpy.uint8) for a in range(256)]


def matrix_row(i: int, k: int) -> list[int]:
    if k == 1:
        return [1]
    return [int(i == j) for j in range(k)] if i < k else [inverse(i ^ j) for j in range(k)]


def inverted(rows: list[list[int]]) -> list[list[int]]:
    """By Gauss and Jordan."""
    k = len(rows)
    work = [row[:] + [int(i == j) for j in range(k)] for i, row in enumerate(rows)]
    for column in range(k):
        pivot = next(i for i in range(column, k) if work[i][column])
        work[column], work[pivot] = work[pivot], work[column]
        factor = inverse(work[column][column])
        work[column] = [multiply(factor, value) for value in work[column]]
        for i in range(k):
            if i != column and (factor := work[i][column]):
                work[i] = [value ^ multiply(factor, other) for value, other in zip(work[i], work[column])]
    return [row[k:] for row in work]


def data_units(units: dict[int, bytes], k: int) -> list[bytes]:
    """The k data units from any k units."""
    if all(i in units for i in range(k)):
        return [units[i] for i in range(k)]
    present = sorted(units)[:k]
    decoding = inverted([matrix_row(i, k) for i in present])
    arrays = [numpy.frombuffer(units[i], dtype=numpy.uint8) for i in present]
    result = []
    for i in range(k):
        if i in units:
            result.append(units[i])
            continue
        total = numpy.zeros(len(arrays[0]), dtype=numpy.uint8)
        for coefficient, array in zip(decoding[i], arrays):
            total ^= TIMES[coefficient][array]
        result.append(total.tobytes())
    return result


# Drives.


class Drive:
    def __init__(self, path: Path, scratch: Path):
        self.path = path
        identity = json.loads((path / "magstore.json").read_text())
        if identity["format"] > 1:
            raise ValueError(f"format {identity['format']}")
        if identity["state"] != "formed":
            raise ValueError("its creation was not finished")
        self.deployment = identity["deployment"]
        self.place = (identity["pool"], identity["set"])
        self.slot, self.k, self.m = identity["slot"], identity["dataShards"], identity["parityShards"]
        self.uuid = bytes.fromhex(identity["drive"].replace("-", ""))
        self.index = None
        self.problem = None
        try:
            # A copy, because the library writes a file of its own into the directory that it opens.
            copy = scratch / f"index{len(list(scratch.iterdir()))}"
            shutil.copytree(path / "index", copy)
            options = {name: Options(raw_mode=True) for name in ["default", *FAMILIES]}
            database = Rdict(str(copy), options=Options(raw_mode=True), column_families=options,
                             access_type=AccessType.read_only())
            self.index = {name: database.get_column_family(name) for name in FAMILIES}
            self.judge()
        except Exception as error:  # Whatever is wrong with an index: its drive may still have shards.
            self.problem = f"{path}: its index can not be used: {error}"

    def judge(self) -> None:
        state = self.index["state"]
        last = state.get(b"last")
        self.last = one(message(last), 1, bytes(24)) if last else bytes(24)
        self.is_equal = state.get(b"syncing") is None
        # Whose the slots are, as this index knows it.
        self.slots = {struct.unpack(">H", key.removeprefix(b"slot/"))[0]: one(message(value), 1, b"")
                      for key, value in state.items() if key.startswith(b"slot/")}
        self.changes = {}
        previous = None
        for _, value in self.index["changes"].items():
            fields = message(value)
            change = {
                "id": one(fields, 1, bytes(24)), "predecessor": one(fields, 2, bytes(24)),
                "committed": one(fields, 3, bytes(24)),
                "members": {(one(member, 1, 0), one(member, 2, b"")) for member in map(message, fields.get(4, []))}}
            if previous not in (None, change["predecessor"]):
                raise ValueError("the chain of batches is broken")
            previous = change["id"]
            self.changes[previous] = change
        if previous not in (None, self.last):
            raise ValueError("the chain of batches does not end with the last one")

    def holds(self, batch: bytes) -> bool:
        return batch == bytes(24) or batch in self.changes

    def row(self, payload: Payload) -> tuple[int, bytes] | None:
        """This drive's verified shard of a small payload."""
        value = self.index["payloads"].get(payload.id) if self.index else None
        if value is None:
            return None
        fields = message(value)
        data = one(fields, 3, b"")
        shard = one(fields, 1, 0)
        if crc32c(data) != one(fields, 2, 0):
            return None
        if payload.k == 0:
            return (0, data) if len(data) == payload.size else None
        whole = shard == payload.shard(self.slot) and len(data) == -(-payload.size // payload.k)
        return (shard, data) if whole else None


class ShardFile:
    """A shard file whose length and footer are right; its blocks are verified as they are read."""

    def __init__(self, drive: Drive, payload: Payload):
        self.file = open(drive.path / "shards" / payload.name[:47] / payload.name, "rb")
        stripe = payload.k * payload.unit
        full, rest = divmod(payload.size, stripe)
        self.length = full * payload.unit + -(-rest // payload.k)
        self.block = min(65536, payload.unit)
        blocks = -(-self.length // self.block)
        if self.file.seek(0, 2) != self.length + 4 * blocks + 96:
            raise ValueError("a wrong length")
        self.file.seek(self.length)
        self.table = struct.unpack(f"<{blocks}I", self.file.read(4 * blocks))
        footer = self.file.read(96)
        expected = b"MAGSHARD" + struct.pack("<6IQ", 1, payload.shard(drive.slot), payload.k, payload.m, payload.unit,
                                              self.block, payload.size) + payload.id + bytes(28)
        if footer != expected + struct.pack("<I", crc32c(expected)):
            raise ValueError("the footer of another shard")

    def read(self, start: int, count: int) -> bytes:
        """Bytes of the shard, from the beginning of a block on."""
        self.file.seek(start)
        data = self.file.read(count)
        for offset in range(0, count, self.block):
            if crc32c(data[offset:offset + self.block]) != self.table[(start + offset) // self.block]:
                raise ValueError("a damaged block")
        return data


# Sets.


def order(batch: bytes) -> tuple[bytes, bytes, bytes]:
    """Epochs first, then numbers, then runs."""
    return batch[:8], batch[16:], batch[8:16]


@dataclass
class ErasureSet:
    place: tuple[int, int]
    drives: list[Drive]
    source: Drive | None = None
    notes: list[str] = field(default_factory=list)

    def choose(self) -> None:
        """Which drive's records to believe."""
        readable = [drive for drive in self.drives if drive.index and not drive.problem]
        equal = sorted((drive for drive in readable if drive.is_equal), key=lambda drive: order(drive.last))
        if not equal:
            self.notes.append(f"set {self.place}: no index that was not being made equal")
            self.source = max(readable, key=lambda drive: order(drive.last), default=None)
            return
        # Whose the slots are is believed of the newest index first, and holds if the batch found by it says the same.
        for authority in reversed(equal):
            voters = [drive for drive in equal if authority.slots.get(drive.slot, drive.uuid) == drive.uuid]
            self.source, note = self.judge(voters)
            if self.source.slots == authority.slots:
                break
        self.notes += [note] if note else []
        self.notes += [f"{drive.path} was replaced: only its shards are used" for drive in equal if drive not in voters]

    def judge(self, voters: list[Drive]) -> tuple[Drive, str | None]:
        """The drive whose index is at the recovery point or nearest behind it, and what had to be assumed."""
        k, m = self.drives[0].k, self.drives[0].m
        if len(voters) < min(k, m + 1):
            return voters[-1], f"set {self.place}: only {len(voters)} indexes, the newest is taken"
        point, note = self.recovery_point(voters, k)
        exact = [drive for drive in voters if drive.last == point]
        return (exact or [drive for drive in voters if drive.holds(point)])[0], note

    def recovery_point(self, voters: list[Drive], k: int) -> tuple[bytes, str | None]:
        changes = {id: change for drive in voters for id, change in drive.changes.items()}
        named = {change["committed"] for change in changes.values()}
        committed = set()
        for drive in voters:
            ids = list(drive.changes)
            known = [number for number, id in enumerate(ids) if id in named]
            committed.update(ids[:known[-1] + 1] if known else [])
        for id in sorted(changes, key=order, reverse=True):
            if sum(drive.holds(id) for drive in voters) >= k:
                return id, None
            members = [drive for drive in voters if (drive.slot, drive.uuid) in changes[id]["members"]]
            if id not in committed and not all(drive.holds(id) for drive in members):
                continue
            return id, f"set {self.place}: batch {id.hex()} may have been acknowledged, and is taken"
        return bytes(24), None

    def chunks(self, payload: Payload):
        if payload.unit:
            yield from self.stripes(payload)
            return
        rows = dict(filter(None, (drive.row(payload) for drive in self.drives)))
        if len(rows) < max(1, payload.k):
            raise Unreadable(f"{len(rows)} good shards of {payload.name}")
        yield rows[0] if payload.k == 0 else b"".join(data_units(rows, payload.k))[:payload.size]

    def stripes(self, payload: Payload):
        files = {}
        for drive in self.drives:
            try:
                files[payload.shard(drive.slot)] = ShardFile(drive, payload)
            except (OSError, ValueError):
                continue
        for start in range(0, payload.size, payload.k * payload.unit):
            count = min(payload.k * payload.unit, payload.size - start)
            unit = -(-count // payload.k)
            offset, block = start // payload.k, min(65536, payload.unit)
            units = self.ranges(files, payload.k, offset, unit)
            if len(units) < payload.k:
                # Each may be damaged in another block, and the code works byte by byte.
                blocks = []
                for part in range(0, unit, block):
                    blocks.append(self.ranges(files, payload.k, offset + part, min(block, unit - part)))
                    if len(blocks[-1]) < payload.k:
                        raise Unreadable(f"{len(blocks[-1])} good shards of {payload.name}")
                columns = [data_units(found, payload.k) for found in blocks]
                units = {number: b"".join(column[number] for column in columns) for number in range(payload.k)}
            yield b"".join(data_units(units, payload.k))[:count]

    def ranges(self, files: dict[int, ShardFile], k: int, start: int, count: int) -> dict[int, bytes]:
        """The same bytes of k shards, or of as many as there are."""
        found = {}
        for shard in sorted(files):
            if len(found) == k:
                break
            try:
                found[shard] = files[shard].read(start, count)
            except (OSError, ValueError):
                continue
        return found

    def payloads(self, head: dict[int, list]) -> list[Payload]:
        if 7 in head:
            return [Payload.parse(head[7][-1])]
        if 8 not in head:
            return []
        manifest = self.source.index["manifests"].get(head[8][-1])
        if manifest is None:
            raise Unreadable("no part list")
        return [Payload.parse(part[6][-1]) for part in map(message, message(manifest).get(1, [])) if 6 in part]


def pairs(head: dict[int, list], number: int) -> dict[str, str]:
    return {one(pair, 1, b"").decode(): one(pair, 2, b"").decode() for pair in map(message, head.get(number, []))}


def is_on_its_way(key: bytes, value: bytes, here, sets) -> bool:
    """Whether a row of heads is a shadow of an object that is still in another pool."""
    if not one(message(value), 10, 0):
        return False
    for other in sets:
        if other.place[0] == here.place[0] or other.source is None:
            continue
        head = other.source.index["heads"].get(key)
        if head is not None and not one(message(head), 10, 0):
            return True
    return False


def main(target: Path, paths: list[Path]) -> int:
    failures = 0
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open(target / "objects.jsonl", "w") as lines:
        drives = []
        for path in paths:
            try:
                drives.append(Drive(path, Path(scratch)))
            except (OSError, ValueError, KeyError) as error:
                print(f"{path} is not used: {error}", file=sys.stderr)
        if len({drive.deployment for drive in drives}) != 1:
            raise SystemExit("these are not drives of one store")
        sets = [ErasureSet(place, [drive for drive in drives if drive.place == place])
                for place in sorted({drive.place for drive in drives})]
        names: dict[int, str] = {}
        for erasure_set in sets:
            erasure_set.choose()
            for note in erasure_set.notes + [drive.problem for drive in erasure_set.drives if drive.problem]:
                print(note, file=sys.stderr)
            if erasure_set.source:
                for key, value in erasure_set.source.index["documents"].items():
                    if key.startswith(b"bucket/"):
                        names[one(message(value), 1, 0)] = key.removeprefix(b"bucket/").decode()
        number = 0
        for erasure_set in sets:
            if erasure_set.source is None:
                failures += 1
                continue
            for key, value in erasure_set.source.index["heads"].items():
                if is_on_its_way(key, value, erasure_set, sets):
                    continue
                bucket_id, name = struct.unpack(">Q", key[:8])[0], key[8:].decode()
                bucket = names.get(bucket_id, f"number {bucket_id}")
                head = message(value)
                number += 1
                file = f"{bucket}-{number}"
                digest = hashlib.sha256()
                size = 0
                try:
                    with open(target / file, "wb") as output:
                        for payload in erasure_set.payloads(head):
                            for chunk in erasure_set.chunks(payload):
                                output.write(chunk)
                                digest.update(chunk)
                                size += len(chunk)
                    if size != one(head, 2, 0):
                        raise Unreadable(f"{size} bytes")
                except Unreadable as error:
                    print(f"{bucket}/{name}: {error}", file=sys.stderr)
                    (target / file).unlink()
                    failures += 1
                    continue
                line = {"bucket": bucket, "key": name, "file": file, "size": size, "etag": one(head, 3, b"").decode(),
                        "sha256": digest.hexdigest(), "headers": pairs(head, 4), "metadata": pairs(head, 5),
                        "modified": one(head, 1, 0)}
                lines.write(json.dumps(line) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]))
