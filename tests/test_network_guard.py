import socket
import subprocess
import sys

import pytest

from course_utils import network_guard


@pytest.fixture(autouse=True)
def _installed():
    network_guard.install()


def test_connections_to_other_machines_are_refused():
    with pytest.raises(network_guard.NetworkBlockedError, match=r"'192\.0\.2\.1' was refused"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        with pytest.raises(network_guard.NetworkBlockedError):
            datagrams.sendto(b"hello", ("192.0.2.1", 9))
        with pytest.raises(network_guard.NetworkBlockedError):
            datagrams.connect_ex(("192.0.2.1", 9))


@pytest.mark.parametrize("look_up", [socket.gethostbyname, lambda name: socket.getaddrinfo(name, 80)])
def test_name_look_ups_are_refused_and_the_message_says_what_to_do(look_up):
    with pytest.raises(network_guard.NetworkBlockedError, match=r"'example\.org'.*COURSE_OFFLINE"):
        look_up("example.org")


def test_loopback_works():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
    ):
        client.sendall(b"ok")
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(2) == b"ok"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")
def test_unix_sockets_work(tmp_path):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "localhost", "", None, b"localhost"]
)
def test_these_are_loopback(host):
    assert network_guard.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "example.org", "127.example.org"]
)
def test_these_are_not_loopback(host):
    assert not network_guard.is_loopback(host)


def test_allowed_opens_the_guard_and_closes_it_again():
    with network_guard.allowed():
        assert not network_guard.installed()
    assert network_guard.installed()
    with pytest.raises(network_guard.NetworkBlockedError):
        socket.gethostbyname("example.org")


@pytest.mark.parametrize(("offline", "expected"), [("1", "True"), ("", "False")])
def test_course_offline_installs_the_guard_on_import(offline, expected, monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", offline)
    code = "import course_utils; from course_utils import network_guard; print(network_guard.installed())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
