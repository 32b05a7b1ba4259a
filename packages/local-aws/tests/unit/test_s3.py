"""Where objects land in a channel, and what an archive may hold."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_aws import archives
from local_aws.s3 import S3Error, S3Uri, download_archive, relative_name


@pytest.mark.parametrize(
    ("key", "prefix", "name"),
    [
        ("data/train.csv", "data/train.csv", "train.csv"),
        ("data/train.csv", "data/", "train.csv"),
        ("data/train.csv", "data", "train.csv"),
        ("data/a/b.csv", "data", "a/b.csv"),
        ("data/train-1.csv", "data/train", "train-1.csv"),
        ("train.csv", "", "train.csv"),
        ("database/x.csv", "data", "database/x.csv"),
    ],
)
def test_names_are_relative_to_the_prefix_s_folder(
    key: str, prefix: str, name: str
) -> None:
    assert relative_name(key, prefix) == name


@pytest.mark.parametrize("uri", ["", "model.tar.gz", "http://b/k", "s3:///k"])
def test_what_is_no_s3_uri_is_refused(uri: str) -> None:
    with pytest.raises(S3Error, match="expected an S3 URI"):
        S3Uri.parse(uri)


class FakeS3:
    """Answers every download with the same bytes."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def get_object(self, **_: str) -> dict[str, io.BytesIO]:
        return {"Body": io.BytesIO(self.content)}


def tar_of(name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    return buffer.getvalue()


def unpack(content: bytes, directory: Path) -> Any:
    directory.mkdir()
    download_archive(FakeS3(content), S3Uri("b", "model.tar.gz"), directory)


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    unpack(tar_of("code/inference.py"), tmp_path / "model")

    assert (tmp_path / "model" / "code" / "inference.py").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo("inside")
        member.type, member.linkname = kind, "target"
        tar.addfile(member)
    with pytest.raises(S3Error, match="inside is no file or folder"):
        unpack(buffer.getvalue(), tmp_path / "model")


def test_members_may_begin_with_a_dot(tmp_path: Path) -> None:
    unpack(tar_of("./code/inference.py"), tmp_path / "model")
    assert (tmp_path / "model" / "code" / "inference.py").is_file()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil"])
def test_a_member_that_would_leave_the_directory_is_refused(
    tmp_path: Path, name: str
) -> None:
    model = tmp_path / "deep" / "model"
    model.parent.mkdir()

    # A leading slash is dropped by tarfile's filter; anything else is an error.
    if name.startswith("/"):
        unpack(tar_of(name), model)
        assert (model / "etc" / "evil").is_file()
    else:
        with pytest.raises(S3Error, match="Failed to extract"):
            unpack(tar_of(name), model)
    assert not list(tmp_path.glob("**/../evil"))
    assert not (tmp_path / "deep" / "evil").exists()
    assert not Path("/etc/evil").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not a tar", tar_of("a")[:-20], gzip.decompress(tar_of("a"))],
    ids=["empty", "text", "truncated", "uncompressed"],
)
def test_what_is_no_archive_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(S3Error, match=r"not.*valid|is a valid tar\.gz"):
        unpack(content, tmp_path / "model")


def zeros(tar: tarfile.TarFile) -> None:
    member = tarfile.TarInfo("zeros")
    member.size = 1 << 22
    tar.addfile(member, io.BytesIO(bytes(member.size)))


def long_name(tar: tarfile.TarFile) -> None:
    tar.addfile(tarfile.TarInfo("y" * (2 << 20)))


def long_comment(tar: tarfile.TarFile) -> None:
    member = tarfile.TarInfo("x")
    member.pax_headers = {"comment": "y" * (2 << 20)}
    tar.addfile(member)


def many(tar: tarfile.TarFile) -> None:
    for number in range(11):
        tar.addfile(tarfile.TarInfo(str(number)))


@pytest.mark.parametrize(
    ("form", "add", "message"),
    [
        (tarfile.PAX_FORMAT, zeros, "more than 2097152 bytes"),
        (tarfile.PAX_FORMAT, long_name, "header has more than 1048576 bytes"),
        (tarfile.PAX_FORMAT, long_comment, "header has more than 1048576 bytes"),
        (tarfile.GNU_FORMAT, long_name, "header has more than 1048576 bytes"),
        (tarfile.PAX_FORMAT, many, "more than 10 members"),
    ],
    ids=["bytes", "name", "comment", "GNU name", "members"],
)
def test_more_than_the_bounds_is_not_unpacked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: int,
    add: Callable[[tarfile.TarFile], None],
    message: str,
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    if add is zeros:
        monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1 << 21)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=form) as tar:
        add(tar)
    with pytest.raises(S3Error, match=message):
        unpack(buffer.getvalue(), tmp_path / "model")


def test_an_archive_of_several_gzip_members_is_unpacked(tmp_path: Path) -> None:
    tar = gzip.decompress(tar_of("code/inference.py"))
    unpack(gzip.compress(tar[:700]) + gzip.compress(tar[700:]), tmp_path / "model")
    assert (tmp_path / "model" / "code" / "inference.py").is_file()
