"""离线核对台账存证: checks an export of `./run audit export`, far from whoever made it.

    python verify.py 导出目录 [--head 另存的存证]… [--key 存证公钥] [--proof 电子证明文件]… [--limit 核验编号 到期时刻]…

It stands alone: Python 3.10 or later and the package `cryptography`, nothing of the project. It reads each file once, in constant
memory. Says what it found in Chinese; exit code 0: nothing is wrong, 1: something is, 2: there is nothing that could be checked.
"""

# ruff: noqa: T201 (it is a program)
from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Unreadable(Exception):
    """什么也核对不了; the text says why."""


class Head(NamedTuple):
    """存证: at an instant the record had so many lines, and their tree this root."""

    origin: str
    size: int
    root: bytes
    at: str
    held: str  #: the auditor's own file; "": it came with the export

    @property
    def said(self) -> str:
        return f"{self.at} 的存证({self.size:,} 条{',' + self.held if self.held else ''})"


class Key(NamedTuple):
    """存证公钥: `name+mark+base64`, as signed notes have it."""

    name: str
    mark: bytes
    key: Ed25519PublicKey

    @classmethod
    def of(cls, word: str) -> Key:
        try:
            name, mark, text = word.strip().split("+", 2)
            raw = base64.b64decode(text, validate=True)
            expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
            if raw[:1] != b"\x01" or bytes.fromhex(mark) != expected:
                raise ValueError
            return cls(name, expected, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except (ValueError, binascii.Error):
            raise Unreadable("存证公钥写得不对:应为 名称+标记+Base64,原样复制。") from None


def head_of(note: str, key: Key, held: str = "") -> Head:
    """The head of a note that this key signed. Raises ValueError with the reason."""
    body, _, signed = note.partition("\n\n")
    lines = body.split("\n")
    try:
        origin, size, root, at = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), lines[3]
        datetime.fromisoformat(at)
    except (IndexError, ValueError):
        raise ValueError("不是存证,或已残缺") from None
    if origin != key.name:
        raise ValueError(f"是另一份台账({origin})的存证,不是 {key.name} 的")
    for line in signed.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, text = rest.partition(" ")
        if dash == "—" and name == key.name:
            try:
                raw = base64.b64decode(text, validate=True)
                if raw[:4] != key.mark:
                    raise ValueError("由另一把密钥签名")
                key.key.verify(raw[4:], (body + "\n").encode())
            except (InvalidSignature, binascii.Error):
                raise ValueError("签名不对,内容被改过") from None
            return Head(origin, size, root, at, held)
    raise ValueError("没有签名")


class Tree:
    """RFC 6962, by its right edge: a leaf is SHA-256(00, line), a node SHA-256(01, left, right)."""

    def __init__(self) -> None:
        self.size, self.edge = 0, list[bytes]()

    def append(self, leaf: bytes) -> None:
        size, node = self.size, leaf
        while size % 2:
            node, size = hashlib.sha256(b"\x01" + self.edge.pop() + node).digest(), size // 2
        self.edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        node = self.edge[-1] if self.edge else hashlib.sha256().digest()
        for left in self.edge[-2::-1]:
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


class Wanted:
    """这份证明、这个时限: what of the lines is looked for besides."""

    def __init__(self, proofs: list[Path], limits: list[tuple[str, str]]) -> None:
        self.proofs = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in proofs}
        self.limits = [(number, datetime.fromisoformat(due)) for number, due in limits]
        self.found: list[str] = []
        self._marks = [digest.encode() for digest in self.proofs] + [number.encode() for number, _ in self.limits]

    def look(self, place: int, line: bytes) -> None:
        if not any(mark in line for mark in self._marks):
            return
        try:
            event = json.loads(line)
            detail = event["detail"]
        except (ValueError, KeyError, TypeError):
            return  # no line of ours: the tree says so
        if event["event"] in ("sealed", "proof_extended") and detail.get("digest") in self.proofs:
            path, what = self.proofs.pop(detail["digest"]), "用印" if event["event"] == "sealed" else "附加后续时间戳"
            self.found.append(f"证明 {path.name} 在第 {place + 1:,} 条:核验 {event['verification']},{event['at']} {what}。")
        for wanted in [one for one in self.limits if one[0] == event["verification"] and _sets(detail, one[1])]:
            self.limits.remove(wanted)
            self.found.append(f"核验 {wanted[0]} 的时限 {wanted[1].isoformat()} 在第 {place + 1:,} 条({event['at']} 记录)。")

    def missing(self) -> list[str]:
        gone = [f"证明 {path.name} 不在台账中:没有这份文件的用印记录。" for path in self.proofs.values()]
        return gone + [f"核验 {number} 的时限 {due.isoformat()} 不在台账中。" for number, due in self.limits]


def _sets(detail: object, due: datetime) -> bool:
    """Whether an event's detail says this instant, wherever in it."""
    if isinstance(detail, dict):
        return any(_sets(value, due) for value in detail.values())
    if isinstance(detail, list):
        return any(_sets(value, due) for value in detail)
    try:
        return datetime.fromisoformat(str(detail).replace("Z", "+00:00")) == due
    except (ValueError, TypeError):
        return False


class Place(NamedTuple):
    """Where the lines first part from what was written when they were gathered."""

    place: int
    said: str


def parted(place: int, leaf: bytes, then: bytes, later: BinaryIO) -> Place:
    """What happened to a line, by the hashes of then: `later` stands right behind this one's."""
    following = later.read(32 * 4096)
    rest = [following[at : at + 32] for at in range(0, len(following), 32)]
    if leaf in rest[:1]:
        return Place(place, f"缺少第 {place + 1:,} 条")
    if leaf in rest:
        return Place(place, f"第 {place + 1:,} 条不是原来的,原第 {place + 2 + rest.index(leaf):,} 条在这里:次序被换过,或中间缺少若干条")
    return Place(place, f"第 {place + 1:,} 条被改过,或是添加的")


def check(folder: Path, held: list[str], key_word: str | None, wanted: Wanted) -> tuple[list[str], list[str]]:
    """What is wrong, and what was found right. Raises Unreadable."""
    about = _about(folder)
    key = Key.of(key_word or about["key"])
    wrong, right = list[str](), list[str]()
    if about["origin"] != key.name:
        wrong.append(f"导出写明是 {about['origin']} 的台账,公钥是 {key.name} 的:不是同一份台账。")
    heads = _heads(folder, held, key, wrong)
    if not heads:
        raise Unreadable(";".join([*wrong, "没有一份可信的存证,无从核对。"]))
    mine = [head for head in heads if not head.held]
    for earlier, later in pairwise(mine):
        if later.size < earlier.size or later.at <= earlier.at:
            wrong.append(f"{later.said}比 {earlier.said}少或早:存证自相矛盾。")
    due = sorted(heads, key=lambda head: head.size)
    tree, place, good = Tree(), None, None
    bad: Head | None = None
    then = _then(folder)
    for line in open(folder / "events.jsonl", "rb"):
        while due and due[0].size == tree.size:
            good, bad = _compare(due.pop(0), tree, good, bad)
        if not due:
            wrong.append(f"最后一次存证只到第 {tree.size:,} 条,其后还有内容:末尾是添加的。")
            break
        cut = not line.endswith(b"\n")
        leaf = hashlib.sha256(b"\x00" + line[: None if cut else -1]).digest()
        if then is not None and place is None:
            before = then.read(32)
            if before != leaf:
                place = parted(tree.size, leaf, before, then)
        if cut:
            wrong.append(f"第 {tree.size + 1:,} 条只有一半:导出没有写完,或被截断。")
        else:
            wanted.look(tree.size, line)
        tree.append(leaf)
    while due and due[0].size == tree.size:
        good, bad = _compare(due.pop(0), tree, good, bad)
    if bad is not None:
        since = f"第 {good.size + 1:,} 条" if good else "第 1 条"
        wrong.append(f"内容与 {bad.said}不符:自{since}至第 {bad.size:,} 条之间,有内容被改动、删去、添加或调换。")
    if due:
        wrong.append(f"{due[-1].said}有 {due[-1].size:,} 条,导出只有 {tree.size:,} 条:缺少 {due[-1].size - tree.size:,} 条。")
    if place is not None:
        wrong.append(f"最早的一处:{place.said}。")
    if good is not None:
        right.append(f"前 {good.size:,} 条与 {good.said}一致,没有改动,没有缺少。")
    wrong += wanted.missing()
    return wrong, right + wanted.found + ([] if key_word else [f"公钥取自导出本身,请与公布的核对:{about['key']}"])


def _compare(head: Head, tree: Tree, good: Head | None, bad: Head | None) -> tuple[Head | None, Head | None]:
    """The last head that fits before the first that does not."""
    if tree.root() == head.root:
        return (head if bad is None else good), bad
    return good, bad or head


def _about(folder: Path) -> dict[str, str]:
    try:
        about = json.loads((folder / "record.json").read_text("utf-8"))
        if about["format"] != 1:
            raise Unreadable(f"导出的格式是 {about['format']},本程序只认识 1:请用随该版本公布的核对程序。")
        return {name: str(about[name]) for name in ("origin", "key")}
    except (OSError, ValueError, KeyError, TypeError):
        raise Unreadable(f"{folder} 不是导出目录,或没有写完:record.json 缺失或读不了。") from None


def _heads(folder: Path, held: list[str], key: Key, wrong: list[str]) -> list[Head]:
    found = []
    notes = [(note, "") for note in _notes(folder, wrong)]
    for word in held:
        if printed := re.fullmatch(r"(\d+):([0-9a-f]{64})", re.sub(r"[\s,]", "", word)):
            found.append(Head(key.name, int(printed[1]), bytes.fromhex(printed[2]), "所印", "另行所得"))
        else:
            notes.append((Path(word).read_text("utf-8-sig"), Path(word).name))
    for count, (note, name) in enumerate(notes, 1):
        try:
            found.append(head_of(note, key, name))
        except ValueError as error:
            wrong.append(f"{name or f'导出的第 {count} 份存证'}:{error}。")
    return found


def _notes(folder: Path, wrong: list[str]) -> list[str]:
    try:
        return [str(json.loads(line)) for line in (folder / "heads.jsonl").read_text("utf-8").splitlines()]
    except (OSError, ValueError):
        wrong.append("导出中的存证(heads.jsonl)缺失或读不了。")
        return []


def _then(folder: Path) -> BinaryIO | None:
    try:
        return open(folder / "leaves.bin", "rb")
    except OSError:
        return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="离线核对台账存证的导出:有没有改动、缺少,某份证明、某个时限在不在其中")
    parser.add_argument("folder", type=Path, metavar="导出目录")
    said = "另行所得的存证:文件,或周报所印的 条数:存证值;可多次"
    parser.add_argument("--head", action="append", default=[], metavar="存证", help=said)
    parser.add_argument("--key", metavar="公钥", help="另行得到的存证公钥;省略为导出中的")
    parser.add_argument("--proof", type=Path, action="append", default=[], metavar="文件", help="这份证明在不在台账中,可多次")
    parser.add_argument("--limit", nargs=2, action="append", default=[], metavar=("编号", "时刻"), help="这个时限在不在台账中,可多次")
    options = parser.parse_args(arguments)
    try:
        wanted = Wanted(options.proof, options.limit)
        wrong, right = check(options.folder, options.head, options.key, wanted)
    except (Unreadable, OSError, ValueError) as error:
        print(f"不能核对:{error}", file=sys.stderr)
        return 2
    for line in right:
        print(line)
    for line in wrong:
        print(f"有问题:{line}")
    print("核对完毕:没有发现问题。" if not wrong else f"核对完毕:发现 {len(wrong)} 处问题。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
