"""Archives as the files inside them: ZIP, TAR, and single files packed with gzip, bzip2 or xz.

Members are unpacked one at a time under a harmless name. What an archive says about itself is not
believed: bytes are counted while they come out.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cskpi.diagnostics import note
from cskpi.errors import InputError
from cskpi.ingest.paths import ARCHIVE_ENDINGS, ENDINGS
from cskpi.texts import say

BLOCK_BYTES = 1_000_000
FREE_BYTES = 10_000_000
"""What may come out whatever the ratio: small files of zeros are no attack."""
NAME_CHARACTERS = 80
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_TAR_MAGIC = (257, b"ustar")
_PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Beyond these an archive is refused: members, bytes unpacked in all, unpacked to packed."""

    members: int = 1_000
    unpacked_bytes: int = 20_000_000_000
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to load; `shown` is its printed name, as `archive.zip/inner.csv` for a member.

    `unpacked()` is a context manager that gives where its content lies while the context lasts; it
    raises InputError where the member cannot be unpacked, and must be entered before the next
    candidate is asked for.
    """

    shown: Path
    unpacked: Callable[[], Any]


def candidates(
    path: Path, limits: ArchiveLimits | None = None, password: str | None = None
) -> Iterator[Candidate]:
    """Yield the files an archive holds; a plain file or workbook is its own only candidate.

    Raises:
        InputError: the archive is damaged, beyond its limits, or holds nothing to load.
    """
    head = _head(path)
    if head.startswith(b"PK") and _holds_files(path):
        found = _zip_members(path, limits or ArchiveLimits(), password)
    elif opener := _stream_opener(head):
        found = _stream_members(path, limits or ArchiveLimits(), opener)
    else:
        yield Candidate(path, partial(_as_it_is, path))
        return
    is_empty = True
    for candidate in found:
        is_empty = False
        yield candidate
    if is_empty:
        raise InputError("nothing_to_load", path=path)


@contextmanager
def _as_it_is(path: Path) -> Iterator[Path]:
    yield path


def _head(path: Path) -> bytes:
    # What cannot be read is refused by the sniffer, with the right words.
    try:
        with path.open("rb") as file:
            return file.read(512)
    except OSError:
        return b""


def _open_plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _stream_opener(head: bytes) -> Callable[[Path], IO[bytes]] | None:
    if head[_TAR_MAGIC[0] :].startswith(_TAR_MAGIC[1]):
        return _open_plain
    return next((opener for magic, opener in _PACKED.items() if head.startswith(magic)), None)


def _holds_files(path: Path) -> bool:
    """Tell an archive of files from a document that is a ZIP inside, such as a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False
    is_workbook = any(name.startswith("xl/") for name in names)
    return not is_workbook and not {"[Content_Types].xml", "mimetype", "content.xml"} & names


@dataclass(slots=True)
class _Budget:
    """Counts what comes out of an archive."""

    path: Path
    limits: ArchiveLimits
    packed: int
    unpacked: int = 0
    members: int = 0

    def take(self, size: int) -> None:
        """Count bytes.

        Raises:
            InputError: more than the limits allow.
        """
        self.unpacked += size
        allowed = max(FREE_BYTES, self.limits.ratio * self.packed)
        if self.unpacked > self.limits.unpacked_bytes:
            raise self._refusal("archive_too_large", self.limits.unpacked_bytes)
        if self.unpacked > allowed:
            raise self._refusal("archive_ratio", self.limits.ratio)

    def take_member(self) -> None:
        """Count a member.

        Raises:
            InputError: more than the limits allow.
        """
        self.members += 1
        if self.members > self.limits.members:
            raise self._refusal("archive_members", self.limits.members)

    def _refusal(self, key: str, limit: int) -> InputError:
        return InputError(key, path=self.path, size=self.unpacked, limit=limit)


def _zip_members(path: Path, limits: ArchiveLimits, password: str | None) -> Iterator[Candidate]:
    budget = _Budget(path, limits, path.stat().st_size)
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        for _ in infos:
            budget.take_member()
        for info in infos:
            name = _readable_name(info)
            if not _is_wanted(path, name):
                continue
            shown = path / name
            source = partial(_open_member, archive, info, shown, password)
            yield Candidate(shown, partial(_unpacked, source, shown, budget))


def _open_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: Path, password: str | None
) -> IO[bytes]:
    is_encrypted = bool(info.flag_bits & _ENCRYPTED)
    if is_encrypted and password is None:
        raise InputError("archive_password", path=shown)
    try:
        return archive.open(info, pwd=password.encode() if is_encrypted and password else None)
    except NotImplementedError as error:
        raise InputError("archive_method", path=shown, cause=error) from None
    except RuntimeError:
        raise InputError("archive_password_wrong", path=shown) from None


def _stream_members(
    path: Path, limits: ArchiveLimits, opener: Callable[[Path], IO[bytes]]
) -> Iterator[Candidate]:
    budget = _Budget(path, limits, path.stat().st_size)
    with opener(path) as stream:
        try:
            head = stream.read(512)
            stream.seek(0)
        except _DAMAGE:
            raise InputError("archive_damaged", path=path) from None
        if not head[_TAR_MAGIC[0] :].startswith(_TAR_MAGIC[1]):
            shown = path / path.stem
            yield Candidate(shown, partial(_unpacked, lambda: stream, shown, budget))
            return
        yield from _tar_members(path, stream, budget)


def _tar_members(path: Path, stream: IO[bytes], budget: _Budget) -> Iterator[Candidate]:
    try:
        # What is skipped is unpacked too: the header's size is taken from the budget.
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                if not info.isfile():
                    continue
                budget.take_member()
                if not _is_wanted(path, info.name):
                    budget.take(info.size)
                    continue
                shown = path / _relative(info.name)
                source = partial(archive.extractfile, info)
                yield Candidate(shown, partial(_unpacked, source, shown, budget))
    except _DAMAGE:
        raise InputError("archive_damaged", path=path) from None


@contextmanager
def _unpacked(
    source: Callable[[], IO[bytes] | None], shown: Path, budget: _Budget
) -> Iterator[Path]:
    # Detection and dates look at the name of a file, so the copy keeps it.
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        copy = Path(folder) / _harmless(shown.name)
        try:
            _copy(source, copy, budget)
        except _DAMAGE:
            raise InputError("archive_damaged", path=shown) from None
        yield copy


def _copy(source: Callable[[], IO[bytes] | None], copy: Path, budget: _Budget) -> None:
    stream = source()
    if stream is None:
        raise EOFError
    with stream, copy.open("wb") as target:
        while block := stream.read(BLOCK_BYTES):
            budget.take(len(block))
            target.write(block)


def _is_wanted(path: Path, name: str) -> bool:
    parts = PurePosixPath(_relative(name)).parts
    if not parts or any(part.startswith((".", "~$", "__MACOSX")) for part in parts):
        return False
    if Path(parts[-1]).suffix.lower() in ENDINGS | ARCHIVE_ENDINGS:
        return True
    note(say("load.left_out", path=path / _relative(name)))
    return False


def _relative(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return "/".join(parts)


def _harmless(name: str) -> str:
    kept = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\:*?"<>|')
    return (Path(kept).stem[:NAME_CHARACTERS] or "member") + Path(kept).suffix[:NAME_CHARACTERS]


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows writes it in its own encoding, which zipfile takes for another."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            octets = name.encode("cp437")
        except UnicodeEncodeError:
            return _relative(name)
        for encoding in ("utf-8", "gb18030"):
            try:
                return _relative(octets.decode(encoding))
            except UnicodeDecodeError:
                continue
    return _relative(name)
