"""What is taken as `model.tar.gz`: what SageMaker deploys, and nothing that harms."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from artifact import archive, layout
from artifact.archive import read_documents
from artifact.errors import ArtifactError

Add = Callable[[tarfile.TarFile], None]


def tar_of(
    directory: Path,
    *,
    prefix: str = "",
    form: int = tarfile.PAX_FORMAT,
    add: Add | None = None,
) -> bytes:
    """The artifact as an uncompressed tar, with whatever else is to be in it."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form) as tar:
        for name in layout.list_files(directory):
            tar.add(directory / name, prefix + name)
        if add is not None:
            add(tar)
    return raw.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Add:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return lambda tar: tar.addfile(entry)


def read(data: bytes) -> archive.Documents:
    return read_documents(io.BytesIO(data), "s3://b/model.tar.gz", [layout.METRICS])


@pytest.mark.parametrize("prefix", ["", "./"])
@pytest.mark.parametrize(
    "form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT]
)
def test_what_sagemaker_deploys_is_read(
    model_dir: Path, prefix: str, form: int
) -> None:
    data = gzip.compress(
        tar_of(model_dir, prefix=prefix, form=form, add=member("./", tarfile.DIRTYPE))
    )
    documents = read(data)
    assert documents.manifest_sha256 == layout.sha256_of(model_dir / layout.MANIFEST)
    assert documents.files == {layout.METRICS: b"{}"}
    assert documents.decision_rule.policy == "threshold"


def test_a_stream_in_several_gzip_members_is_read(model_dir: Path) -> None:
    tar = tar_of(model_dir)
    half = len(tar) // 2
    assert read(gzip.compress(tar[:half]) + gzip.compress(tar[half:]))


REFUSED = {
    "symbolic link": (member("x", tarfile.SYMTYPE, "/etc/passwd"), "the link 'x'"),
    "link inside": (member("x", tarfile.SYMTYPE, "config.json"), "the link 'x'"),
    "hard link": (member("x", tarfile.LNKTYPE, "config.json"), "the link 'x'"),
    "device": (member("x", tarfile.CHRTYPE), "neither a file nor"),
    "block device": (member("x", tarfile.BLKTYPE), "neither a file nor"),
    "pipe": (member("x", tarfile.FIFOTYPE), "neither a file nor"),
    "absolute name": (member("/etc/cron.d/x"), "outside of it"),
    "name above": (member("../x"), "outside of it"),
    "name above, hidden": (member("code/../../x"), "outside of it"),
    "terminal escape": (member("\x1b[2Jx"), "outside of it"),
    "not listed": (member("code/more.py"), "manifest does not list"),
    "not listed, hidden": (member("code/__pycache__/a.pyc"), "does not list"),
    "a name twice": (member("./config.json"), "'config.json' twice"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_file_of_the_artifact_is_refused(model_dir: Path, kind: str) -> None:
    add, message = REFUSED[kind]
    with pytest.raises(ArtifactError, match=message):
        read(gzip.compress(tar_of(model_dir, add=add)))


def test_a_changed_file_is_refused(model_dir: Path) -> None:
    (model_dir / layout.METRICS).write_text('{"average_precision": 0.9999}')
    with pytest.raises(ArtifactError, match=r"metrics\.json in s3://b/model\.tar\.gz"):
        read(gzip.compress(tar_of(model_dir)))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_one_sentence(model_dir: Path, share: float) -> None:
    data = gzip.compress(tar_of(model_dir))
    with pytest.raises(ArtifactError, match=r"is no tar\.gz archive"):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b"no tar", mtime=0), b"\0" * 2048],
    ids=["empty", "zip", "head", "no-tar", "zeros"],
)
def test_another_file_is_one_sentence(data: bytes) -> None:
    with pytest.raises(ArtifactError, match=r"is no tar\.gz|no manifest\.json"):
        read(data)


def test_a_tar_that_is_not_compressed_is_refused_as_sagemaker_does(
    model_dir: Path,
) -> None:
    with pytest.raises(ArtifactError, match=r"is no tar\.gz archive"):
        read(tar_of(model_dir))


def test_a_damaged_byte_is_one_sentence(model_dir: Path) -> None:
    data = bytearray(gzip.compress(tar_of(model_dir)))
    data[-6] ^= 1
    with pytest.raises(ArtifactError):
        read(bytes(data))


def test_more_bytes_than_the_bound_are_not_unpacked(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1 << 22)
    entry = tarfile.TarInfo("zeros")
    entry.size = 1 << 24
    zeros = io.BytesIO(bytes(entry.size))
    data = tar_of(model_dir, add=lambda tar: tar.addfile(entry, zeros))
    with pytest.raises(ArtifactError, match="more than 4194304 bytes unpacked"):
        read(gzip.compress(data))


def extended(**headers: str) -> Add:
    """A member whose PAX headers say something."""
    entry = tarfile.TarInfo("x")
    entry.pax_headers = headers
    return lambda tar: tar.addfile(entry)


def long_name(tar: tarfile.TarFile) -> None:
    tar.addfile(tarfile.TarInfo("y" * (2 << 20)))


@pytest.mark.parametrize(
    ("form", "add"),
    [
        (tarfile.PAX_FORMAT, extended(comment="y" * (2 << 20))),
        (tarfile.PAX_FORMAT, long_name),
        (tarfile.GNU_FORMAT, long_name),
    ],
    ids=["comment", "name", "GNU name"],
)
def test_a_header_beyond_the_bound_is_not_read_into_memory(
    model_dir: Path, form: int, add: Add
) -> None:
    data = gzip.compress(tar_of(model_dir, form=form, add=add))
    with pytest.raises(ArtifactError, match="a header of more than 1048576 bytes"):
        read(data)


@pytest.mark.parametrize(
    "headers",
    [
        {"size": "-1"},
        {"size": "9" * 400},
        {"path": ""},
        {"path": "model.joblib\0x"},
        {"path": "manifest.json"},
        {"linkpath": "/etc/passwd"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.size": "99"},
        {"GNU.sparse.map": "0,1,2"},
        {"GNU.sparse.size": "x"},
        {"mtime": "nan"},
        {"hdrcharset": "BINARY"},
        {"uid": "-5"},
    ],
    ids=str,
)
def test_headers_that_lie_are_one_sentence(
    model_dir: Path, headers: dict[str, str]
) -> None:
    with pytest.raises(ArtifactError):
        read(gzip.compress(tar_of(model_dir, add=extended(**headers))))


def test_a_document_beyond_the_bound_is_not_read(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_DOCUMENT_BYTES", 100)
    with pytest.raises(ArtifactError, match="more than 100 bytes of"):
        read(gzip.compress(tar_of(model_dir)))


def test_more_members_than_the_bound_are_refused(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(ArtifactError, match="more than 3 members"):
        read(gzip.compress(tar_of(model_dir)))


def test_the_rule_is_read_without_the_rest_where_that_is_enough(
    model_dir: Path,
) -> None:
    (model_dir / layout.SCORER).write_bytes(b"changed")
    stream = io.BytesIO(gzip.compress(tar_of(model_dir)))
    found = read_documents(stream, "x", complete=False)
    assert found.decision_rule.policy == "threshold"
