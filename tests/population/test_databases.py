"""Registers in DuckDB files and in a real PostgreSQL that the tests start; the address stays a secret."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

import simulator
from simulator.cli import main
from simulator.errors import PopulationError
from simulator.population.readers import examine, read_population

duckdb = pytest.importorskip("duckdb")
sqlalchemy = pytest.importorskip("sqlalchemy")

SECRET = "Zwölf_Boxkämpfer_7341"


@pytest.fixture(scope="module")
def population():
    return simulator.synthesize(enterprises=40)


def postgres_program(need, name: str) -> str:
    """initdb or pg_ctl: on the path, or where Debian keeps them."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else need(name)


@pytest.fixture(scope="module")
def server(need):
    """A PostgreSQL of its own on loopback, stopped again; its address without a database name."""
    initdb, pg_ctl = (postgres_program(need, name) for name in ("initdb", "pg_ctl"))
    home = Path(tempfile.mkdtemp(prefix="postgres"))  # pytest's own folders are closed to the server's user
    as_user: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # the server refuses to run as root
        as_user = [need("runuser"), "-u", "postgres", "--"]
        home.chmod(0o755)
        shutil.chown(home, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "secret").write_text(SECRET, encoding="utf-8")
    if as_user:
        shutil.chown(home / "secret", "postgres")
    data = home / "data"

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], cwd=home, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout

    run(initdb, "-D", str(data), "-U", "district", "-A", "scram-sha-256", "--pwfile", str(home / "secret"), "-E", "UTF8",
        "--no-sync", "--locale=C")  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run(pg_ctl, "-D", str(data), "-l", str(home / "log"), "-w", "-o", options, "start")
    try:
        yield sqlalchemy.URL.create("postgresql+psycopg", "district", SECRET, "127.0.0.1", port, "postgres")
    finally:
        run(pg_ctl, "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def database(server, population, monkeypatch):
    """The register as tables of the server, its address in the environment; yields an engine to write with."""
    engine = sqlalchemy.create_engine(server)
    for name, frame in population.to_tables().items():
        if len(frame):
            frame.to_sql(name, engine, index=False, if_exists="replace")
    monkeypatch.setenv("SIMULATOR_DATABASE", server.render_as_string(hide_password=False))
    yield engine
    with engine.begin() as connection:
        for name in sqlalchemy.inspect(engine).get_table_names():
            connection.execute(sqlalchemy.text(f'DROP TABLE "{name}" CASCADE'))
    engine.dispose()


def same(one, other) -> bool:
    """Equal but for the order of the rows: a database keeps none."""
    order = [list(other.ids).index(name) for name in one.ids]
    return one.subset(slice(None)) == other.subset(order) or (
        sorted(one.ids) == sorted(other.ids) and (one.annual == other.annual[order]).all()
        and (one.enterprises == other.enterprises[order]).all() and (one.support == other.support[order]).all())  # fmt: skip


def test_postgresql(database, population):
    found = read_population("env:SIMULATOR_DATABASE")
    assert same(found, population) and found.source == "env:SIMULATOR_DATABASE" and len(found.sha256) == 64
    assert found.sha256 == read_population("env:SIMULATOR_DATABASE").sha256


def test_chinese_tables_views_and_typed_columns(database, population):
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE annual RENAME TO 税务底表"))
        connection.execute(sqlalchemy.text(
            "CREATE VIEW 年度 AS SELECT enterprise_id AS 统一社会信用代码, year AS 年度, "
            "CAST(sales / 10000 AS numeric(20, 6)) AS 销售额（万元）, true AS 指定楼宇 FROM 税务底表"
            .replace("销售额（万元）", '"销售额（万元）"')))  # fmt: skip
    found = read_population("env:SIMULATOR_DATABASE")
    order = [list(population.ids).index(name) for name in found.ids]
    assert (found.annual["sales"] == population.annual["sales"][order]).all()
    assert (found.annual["designated_building"] == found.annual["present"]).all()
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("DROP VIEW 年度"))


def test_problems_of_a_database_name_the_enterprise(database):
    with database.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE annual SET sales = -5 WHERE enterprise_id = 'SYN0000003' AND year = 2012"))
    (problem,) = examine("env:SIMULATOR_DATABASE").errors
    assert problem.place == "annual row SYN0000003 2012, column sales (销售额)" and "“-5” is negative" in problem.cause


def test_nothing_is_written_to_the_database(database):
    def counts():
        with database.connect() as connection:
            return connection.execute(sqlalchemy.text(
                "SELECT sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del) FROM pg_stat_user_tables")).one()  # fmt: skip

    before = counts()
    read_population("env:SIMULATOR_DATABASE")
    assert counts() == before


def test_the_address_stands_in_no_record(database, server, tmp_path, capsys):
    out = tmp_path / "结果"
    assert main(["run", "baseline", "--draws", "5", "--population", "env:SIMULATOR_DATABASE", "--out", str(out)]) == 0
    assert main(["check", "env:SIMULATOR_DATABASE", "--out", str(tmp_path / "检查.xlsx")]) == 0
    assert main(["assess", "env:SIMULATOR_DATABASE", "--out", str(tmp_path / "名单.csv")]) == 0
    text = "".join(capsys.readouterr())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 5
    for secret in (SECRET, f":{server.port}", "127.0.0.1"):
        assert secret not in text
        for path in files:
            assert secret.encode() not in path.read_bytes(), path
    assert "env:SIMULATOR_DATABASE" in (out / "record.json").read_text("utf-8")


@pytest.mark.parametrize("address", [
    f"postgresql+psycopg://district:{SECRET}@127.0.0.1:1/none", f"nonsense://{SECRET}", f"rubbish {SECRET}",
    f"oracle+cx_oracle://u:{SECRET}@127.0.0.1/x", f"sqlite:////nowhere/{SECRET}/x.db",
])  # fmt: skip
def test_a_database_that_cannot_be_reached_is_reported_without_its_address(monkeypatch, address):
    monkeypatch.setenv("SIMULATOR_DATABASE", address)
    with pytest.raises(PopulationError) as error:
        read_population("env:SIMULATOR_DATABASE")
    assert SECRET not in str(error.value) and error.value.problems[0].remedy
    assert error.value.__cause__ is None and error.value.__suppress_context__, "nor in a traceback's cause"


def test_a_variable_that_is_not_set(monkeypatch):
    monkeypatch.delenv("SIMULATOR_DATABASE", raising=False)
    for name in ("env:SIMULATOR_DATABASE", "env:"):
        with pytest.raises(PopulationError, match="no such environment variable"):
            read_population(name)


def test_an_address_on_the_command_line_is_refused_unseen(capsys):
    assert main(["check", f"postgresql://u:{SECRET}@127.0.0.1/x"]) == 2
    reported = capsys.readouterr()
    assert SECRET not in reported.err + reported.out and "环境变量" in reported.err


def test_another_database(tmp_path, monkeypatch, population):
    """SQLite needs no server: the same path through SQLAlchemy."""
    address = f"sqlite:///{tmp_path / '名 录.db'}"
    engine = sqlalchemy.create_engine(address)
    for name, frame in population.to_tables().items():
        if len(frame):
            frame.to_sql(name, engine, index=False)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE 合成 (x text)"))
        connection.execute(sqlalchemy.text('CREATE TABLE "日志" (x text)'))
    engine.dispose()
    monkeypatch.setenv("BUREAU", address)
    found = read_population("env:BUREAU")
    assert same(found, population) and not found.synthetic and found.source == "env:BUREAU"


# -------------------------------------------------------------------------------------------------------- DuckDB


def duck(path: Path, population) -> Path:
    with duckdb.connect(str(path)) as connection:
        for name, frame in population.to_tables().items():
            if len(frame):
                connection.register("frame", frame)
                connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")
                connection.unregister("frame")
    return path


def test_a_duckdb_file(tmp_path, population):
    path = duck(tmp_path / "名 录.duckdb", population)
    before = path.read_bytes()
    found = read_population(path)
    assert same(found, population) and found.source == "名 录.duckdb" and path.read_bytes() == before


def test_a_view_reaches_nothing_outside_the_file(tmp_path, population):
    path = duck(tmp_path / "a.duckdb", population)
    (tmp_path / "x.csv").write_text("enterprise_id,year\nSYN0000001,2013\n", encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE annual")
        connection.execute(f"CREATE VIEW annual AS SELECT * FROM read_csv('{tmp_path / 'x.csv'}')")
    with pytest.raises(PopulationError, match="only stored tables are read"):
        read_population(path)


def test_two_schemas_with_one_table_and_a_damaged_file(tmp_path, population):
    path = duck(tmp_path / "a.duckdb", population)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.annual AS SELECT * FROM main.annual")
    with pytest.raises(PopulationError, match="two tables for annual"):
        read_population(path)
    (tmp_path / "b.duckdb").write_bytes(b"rubbish" * 1000)
    with pytest.raises(PopulationError, match="cannot be read as a DuckDB file"):
        read_population(tmp_path / "b.duckdb")
