"""Other accounts on the machine: what a kernel says, and what a report leaves in the temporary folder, is its user's alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import zmq

from simulator import files
from simulator.dashboard import lab
from simulator.dashboard.reach import Reach
from simulator.report import launcher

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes, and its temporary folder is the user's own")
SECRET = "金丝雀 987654.32"
LISTENING = """import json, sys, zmq
found = []
for port in json.loads(sys.argv[1]):
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(f"tcp://127.0.0.1:{port}")
    found.append(socket)
poller = zmq.Poller()
for socket in found:
    poller.register(socket, zmq.POLLIN)
heard = 0
print("ready", flush=True)
import time
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    heard += len(poller.poll(100))
print(heard, flush=True)
sys.exit(0)
"""


def a_notebook(path: Path) -> Path:
    cells = [
        nbformat.v4.new_code_cell('folder: str = ""\nlang: str = "zh"', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"import time\nfor _ in range(20):\n    print({SECRET!r}, flush=True)\n    time.sleep(0.1)"),
        nbformat.v4.new_code_cell("import os, json\nfrom IPython import get_ipython\nprint(os.getpid())"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def ports_of(process: psutil.Process) -> list[int]:
    """What anybody on the machine can see in /proc/net/tcp."""
    return sorted(
        {
            c.laddr.port
            for p in [process, *process.children(recursive=True)]
            for c in p.net_connections("tcp")
            if c.status == psutil.CONN_LISTEN
        }
    )


def heard_by_another(ports: list[int], seconds: float = 2.0) -> int:
    """What another account hears that subscribes to every port; as nobody where this account may become nobody."""
    command = [sys.executable, "-c", LISTENING, json.dumps(ports), str(seconds)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.environ["PATH"]},
        **({"user": 65534} if sys.platform != "win32" and os.geteuid() == 0 and _nobody_can_run() else {}),
    )
    assert done.stdout.startswith("ready"), done.stderr
    return int(done.stdout.split()[-1])


def _nobody_can_run() -> bool:
    try:
        return (
            subprocess.run(
                [sys.executable, "-c", "import zmq"], user=65534, capture_output=True, timeout=60, env={"PATH": os.environ["PATH"]}
            ).returncode
            == 0
        )
    except OSError:  # this Python is the user's alone
        return False


def test_a_kernel_says_nothing_to_whoever_subscribes(tmp_path):
    """While a report's kernel prints, another account subscribes to every port it listens on."""
    import threading

    notebook, heard, seen = a_notebook(tmp_path / "a.ipynb"), [], []

    def listen():
        until = time.monotonic() + 60
        while time.monotonic() < until and not seen:
            seen.extend(ports_of(psutil.Process()))
            time.sleep(0.05)
        heard.append(heard_by_another(seen))

    neighbour = threading.Thread(target=listen)
    neighbour.start()
    with launcher.Kernel() as kernel:
        execution = launcher.run(notebook, {"folder": "x"}, kernel)
        information = json.loads(Path(kernel.begun().connection_file).read_text())
    neighbour.join()
    assert execution.problem is None and SECRET in str(execution.notebook.cells)
    assert len(seen) >= 3 and heard == [0]
    assert information["curve_publickey"]


def test_the_neighbour_would_hear_a_socket_that_is_not_encrypted():
    context = zmq.Context.instance()
    with context.socket(zmq.PUB) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        command = [sys.executable, "-c", LISTENING, json.dumps([port]), "3"]
        neighbour = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(40):
            socket.send_string(SECRET)
            time.sleep(0.1)
            if neighbour.poll() is not None:
                break
        assert int(neighbour.communicate(timeout=60)[0].split()[-1]) > 0


def test_the_laboratory_s_kernels_are_encrypted_too(tmp_path):
    assert lab.settings(Reach(), 8888, tmp_path, tmp_path, browser=False).KernelManager.transport_encryption == "required"


@posix
def test_what_a_killed_report_leaves_is_its_owner_s_and_is_swept_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "YOUNG", 0.0)
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    pid = os.fork()
    if pid == 0:
        with files.temporary("report") as work:
            (work / "output.ipynb").write_text(SECRET)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    (left,) = tmp_path.glob(f"{files.TEMPORARY}*")
    assert left.stat().st_mode & 0o077 == 0 and (left / "work" / "output.ipynb").is_file()
    with files.temporary("report") as work:
        assert not left.exists() and work.stat().st_mode & 0o077 == 0
        with files.temporary("print"):
            assert work.is_dir()  # a living one stays
    assert [p.name for p in tmp_path.iterdir()] == ["thesis"]
