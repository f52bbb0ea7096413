"""Who may send work to a cluster: those who hold its key, and nobody else."""

from __future__ import annotations

import datetime
import socket
import ssl
from pathlib import Path

import pytest
from suites import INSTANCES

from mechsynth.cli import main
from mechsynth.errors import InputError, UsageError
from mechsynth.suite import cluster
from mechsynth.suite.cluster import Scheduler
from mechsynth.suite.jobs import Job, run_jobs
from mechsynth.sweep.grid import grid_of
from mechsynth.sweep.run import run_sweep

LEASES = INSTANCES / "liu2014-oil-leases.json"


def jobs() -> list[Job]:
    return [Job("leases", LEASES.read_bytes(), {"ask": "policy"})]


def credentials(at: Path, name: str) -> tuple[str, str, str]:
    """A certificate that is its own authority, with its key: files in PEM, made by a library that the package does not call itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = at / f"{name}-ca.pem", at / f"{name}-cert.pem", at / f"{name}-key.pem"
    for file in files[:2]:
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(files[0]), str(files[1]), str(files[2])


def answered(host: str, port: int) -> bool:
    """Whether the other end says a word to a caller who has no certificate."""
    context = ssl._create_unverified_context()
    with socket.create_connection((host, port), timeout=5) as plain:
        try:
            with context.wrap_socket(plain) as safe:
                safe.sendall(b"x")
                return bool(safe.recv(1))
        except OSError:  # the errors of TLS are among them
            return False


@pytest.mark.processes
def test_the_local_cluster_knows_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user of the machine can reach the port, and no more: an open connection and another key are turned away, the run's own is not."""
    from distributed.security import Security

    monkeypatch.setattr(cluster, "ANSWERS", 1.0)
    with cluster.local(1) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        assert all(worker.startswith("tls://127.0.0.1:") for worker in client.scheduler_info()["workers"])
        (done,) = run_jobs(jobs(), scheduler=Scheduler(address, own=client.security))
        assert done.answer.proved and done.answer.value == "19"
        for stranger in (
            "tcp" + address.removeprefix("tls"),
            Scheduler(address, own=Security.temporary()),
            Scheduler(address, *credentials(tmp_path, "stranger")),
        ):
            with pytest.raises(InputError, match="no scheduler answers"):
                list(run_jobs(jobs(), scheduler=stranger))
        host, port = address.removeprefix("tls://").split(":")
        assert not answered(host, int(port)), "a caller without a certificate was answered"


@pytest.mark.processes
def test_a_scheduler_with_certificates_of_somebody(tmp_path: Path) -> None:
    from distributed import LocalCluster
    from distributed.security import Security

    ca, cert, key = credentials(tmp_path, "ours")
    named = {f"tls_{role}_{what}": file for role in ("scheduler", "worker", "client") for what, file in (("cert", cert), ("key", key))}
    security = Security(require_encryption=True, tls_ca_file=ca, **named)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tls://", host="127.0.0.1", security=security, dashboard_address=None
    ) as there:
        (done,) = run_jobs(jobs(), scheduler=Scheduler(there.scheduler_address, ca, cert, key))
        assert done.answer.proved
        options = ["--scheduler", there.scheduler_address, "--tls-ca-file", ca, "--tls-cert", cert, "--tls-key", key]
        table = str(tmp_path / "t.db")
        assert main(["suite", "run", str(LEASES), "--ask", "policy", "-o", table, *options]) == 0


@pytest.mark.processes
def test_a_sweep_has_a_cluster_of_its_own(tmp_path: Path) -> None:
    """The one cluster of all its rounds, with its credentials."""
    grid = grid_of("bilateral-trade", ["alpha=0:1/2:2", "delta=1/3:1/2:2"])
    found = run_sweep(grid, {"ask": "lump-sum-budget"}, tmp_path / "map.db", halvings=1, workers=2)
    assert found.code == 0 and len(found.points) == 4


def test_credentials_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ca, cert, key = credentials(tmp_path, "ours")
    _, _, other = credentials(tmp_path, "other")
    with pytest.raises(UsageError, match="--tls-ca-file"):
        Scheduler("tls://127.0.0.1:1")
    with pytest.raises(UsageError, match="--tls-key"):
        Scheduler("tls://127.0.0.1:1", ca, cert)
    with pytest.raises(UsageError, match="--tls-cert"):
        Scheduler("tcp://127.0.0.1:1", ca, None, key)
    with pytest.raises(UsageError, match="write tls://"):
        Scheduler("tcp://127.0.0.1:1", ca, cert, key)
    with pytest.raises(InputError, match="is no file"):
        Scheduler("tls://127.0.0.1:1", ca, cert, str(tmp_path / "none.pem"))
    for files in ((ca, cert, other), (str(LEASES), cert, key), (ca, str(LEASES), key)):
        with pytest.raises(InputError, match="belong together"):
            list(run_jobs(jobs(), scheduler=Scheduler("tls://127.0.0.1:1", *files)))
    table = tmp_path / "t.db"
    for options in (["--tls-key", key], ["--scheduler", "tls://127.0.0.1:1", "--tls-key", key]):
        assert main(["suite", "run", str(LEASES), "--ask", "policy", "-o", str(table), *options]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "--tls-" in said
    assert not table.exists()
