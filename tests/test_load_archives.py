from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from cskpi.diagnostics import describe
from cskpi.errors import InputError
from cskpi.ingest.archives import ArchiveLimits, candidates
from cskpi.ingest.sniff import sniff


def contents(path: Path, **more: object) -> dict[str, bytes]:
    found = {}
    for candidate in candidates(path, **more):  # type: ignore[arg-type]
        with candidate.unpacked() as copy:
            found[candidate.shown.relative_to(path).as_posix()] = copy.read_bytes()
        assert copy == path or not copy.exists()
    return found


def refusal(path: Path, **more: object) -> InputError:
    with pytest.raises(InputError) as caught:
        contents(path, **more)
    assert describe(caught.value)
    return caught.value


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_members_of_a_zip_come_out_one_by_one(tmp_path: Path) -> None:
    members = {"b.csv": b"1", "深/层/聊天.xlsx": b"2", "a.jsonl": b"3"}
    others = {"leer/": b"", "__MACOSX/b.csv": b"x", ".hidden.csv": b"x", "readme.md": b"x"}
    path = zipped(tmp_path / "导出.zip", **members, **others)
    assert contents(path) == members


def test_a_copy_keeps_the_name_of_its_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"x/千牛聊天记录_5月9日.csv": b"1"})
    for candidate in candidates(path):
        with candidate.unpacked() as copy:
            assert copy.name == "千牛聊天记录_5月9日.csv"
            assert copy.parent != tmp_path


def test_names_in_gbk_are_read_as_chinese(tmp_path: Path) -> None:
    path = tmp_path / "windows.zip"
    marks = {"XXXX/YYYY.csv": "订单/十月.csv", "plain.csv": "plain.csv"}
    with zipfile.ZipFile(path, "w") as archive:
        for name in marks:
            archive.writestr(name, b"1")
    # What Windows does: bytes of its own encoding without the mark of UTF-8.
    content = path.read_bytes()
    path.write_bytes(content.replace(b"XXXX/YYYY.csv", "订单/十月.csv".encode("gbk")))
    assert list(contents(path)) == list(marks.values())


def test_names_that_climb_out_stay_inside(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", **{"../../evil.csv": b"1", "/etc/b.csv": b"2", "..\\c.csv": b"3"}
    )
    assert list(contents(path)) == ["evil.csv", "etc/b.csv", "c.csv"]
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_gzip_and_tar(tmp_path: Path) -> None:
    packed = tmp_path / "chat.csv.gz"
    packed.write_bytes(gzip.compress("你好".encode()))
    assert contents(packed) == {"chat.csv": "你好".encode()}
    for name in ("a.tar.gz", "b.tar", "c.tar.xz", "d.tar.bz2"):
        mode = {"gz": "w:gz", "tar": "w", "xz": "w:xz", "bz2": "w:bz2"}[name.rpartition(".")[2]]
        with tarfile.open(tmp_path / name, mode) as archive:  # type: ignore[call-overload]
            for member, content in {"x/订单.csv": b"1", "../y.csv": b"22", "z.png": b"3"}.items():
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("link.csv")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        assert contents(tmp_path / name) == {"x/订单.csv": b"1", "y.csv": b"22"}, name


def test_workbooks_and_plain_files_are_no_archives(tmp_path: Path) -> None:
    book = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        workbook.add_worksheet().write(0, 0, "x")
    plain = tmp_path / "b.csv"
    plain.write_text("a,b\n", encoding="utf-8")
    broken = tmp_path / "c.zip"
    broken.write_bytes(b"PK\x03\x04broken")
    for path in (book, plain, broken, tmp_path / "missing.csv"):
        (candidate,) = candidates(path)
        assert candidate.shown == path
        with candidate.unpacked() as same:
            assert same == path
    with pytest.raises(InputError, match="file_damaged"):
        sniff(broken)


def test_an_archive_inside_an_archive_is_refused_alone(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", **{"a.csv": b"1"}).read_bytes()
    path = zipped(tmp_path / "outer.zip", **{"inner.zip": inner, "b.csv": b"a,b\n1,2\n"})
    kinds: list[str] = []
    for candidate in candidates(path):
        with candidate.unpacked() as copy:
            try:
                kinds.append(sniff(copy, shown=candidate.shown).layout)
            except InputError as error:
                kinds.append(f"{error.key} {error.values['path'].relative_to(path)}")
    assert kinds == ["archive inner.zip", "delimited"]


def test_limits_are_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{f"{n}.csv": b"0" * 1000 for n in range(3)})
    error = refusal(path, limits=ArchiveLimits(members=2))
    assert (error.key, error.values["limit"]) == ("archive_members", 2)
    error = refusal(path, limits=ArchiveLimits(unpacked_bytes=2500))
    assert (error.key, error.values["limit"]) == ("archive_too_large", 2500)
    zeros = bytes(11_000_000)
    error = refusal(zipped(tmp_path / "bomb.zip", **{"a.csv": zeros}))
    assert (error.key, error.values["limit"]) == ("archive_ratio", 200)
    for name, content in {"bomb.gz": gzip.compress(zeros), "skipped.tar.gz": _tar(zeros)}.items():
        (tmp_path / name).write_bytes(content)
        assert refusal(tmp_path / name).key == "archive_ratio", name
    assert len(contents(tmp_path / "bomb.zip", limits=ArchiveLimits(ratio=20_000))["a.csv"]) == len(
        zeros
    )


def _tar(content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        info = tarfile.TarInfo("not-wanted.png")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def test_damage_costs_the_member_only(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.csv", b"recognisable")
        archive.writestr("good.csv", b"1")
    path.write_bytes(path.read_bytes().replace(b"recognisable", b"RECOGNISABLE"))
    found = candidates(path)
    with pytest.raises(InputError, match="archive_damaged"), next(found).unpacked():
        pass
    with next(found).unpacked() as good:
        assert good.read_bytes() == b"1"
    for name, content in {
        "cut.csv.gz": gzip.compress(bytes(range(256)) * 50)[:200],
        "cut.tar.gz": _tar(bytes(range(256)) * 5000)[:2000],
        "cut.zip": zipped(tmp_path / "whole.zip", **{"a.csv": b"1"}).read_bytes()[:-30],
    }.items():
        cut = tmp_path / name
        cut.write_bytes(content)
        if name == "cut.zip":
            with pytest.raises(InputError, match="file_damaged"):
                sniff(cut)
        else:
            assert refusal(cut).key == "archive_damaged", name


def test_an_archive_without_tables_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"readme.md": b"x"})
    assert refusal(path).key == "nothing_to_load"


@pytest.mark.skipif(not shutil.which("zip"), reason="needs the zip program to encrypt")
def test_a_password_is_asked_for_and_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"secret")
    path = tmp_path / "a.zip"
    command = ["zip", "-q", "-j", "-P", "open", str(path), str(tmp_path / "a.csv")]
    subprocess.run(command, check=True)
    error = refusal(path)
    assert (error.key, error.values["path"]) == ("archive_password", path / "a.csv")
    assert refusal(path, password="wrong").key == "archive_password_wrong"  # noqa: S106
    assert contents(path, password="open") == {"a.csv": b"secret"}  # noqa: S106
