"""What the columns of real servers hold: numeric, boolean, bit, NULL, padded char, timestamps with a zone (PostgreSQL, MariaDB, DuckDB)."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from simulator.errors import PopulationError
from simulator.population.readers import examine
from tests.files_in_the_wild.register import facts, plain, tables
from tests.of_2013 import ANNUAL, TABLES
from tests.population.test_databases import server as postgres_server  # noqa: F401  a fixture

sqlalchemy = pytest.importorskip("sqlalchemy")
KINDS = {  # by dialect: the SQL type of each kind of column, dates and flags in several ways
    "postgresql": {
        "text": "char(40)",
        "money": "numeric(20,4)",
        "area": "numeric(12,2)",
        "rent": "double precision",
        "share": "real",
        "count": "bigint",
        "flag": "boolean",
        "date": "timestamptz",
        "year": "smallint",
        "clause": "integer",
        "choice": "varchar(20)",
    },
    "mysql": {
        "text": "char(40)",
        "money": "decimal(20,4)",
        "area": "decimal(12,2)",
        "rent": "double",
        "share": "double",
        "count": "bigint",
        "flag": "bit(1)",
        "date": "date",
        "year": "year",
        "clause": "tinyint",
        "choice": "varchar(20)",
    },
    "duckdb": {
        "text": "VARCHAR",
        "money": "DECIMAL(20,4)",
        "area": "DECIMAL(12,2)",
        "rent": "DOUBLE",
        "share": "FLOAT",
        "count": "HUGEINT",
        "flag": "BOOLEAN",
        "date": "TIMESTAMPTZ",
        "year": "SMALLINT",
        "clause": "UTINYINT",
        "choice": "VARCHAR",
    },
}
OTHERS = {  # one kind in another type of the same server
    "postgresql": {
        "flag": ["bit(1)", "smallint", "text"],
        "date": ["date", "timestamp", "text"],
        "money": ["bigint", "double precision", "text"],
        "text": ["text", "varchar(60)"],
        "year": ["numeric", "text"],
    },
    "mysql": {
        "flag": ["tinyint(1)", "boolean", "varchar(4)"],
        "date": ["datetime", "varchar(20)"],
        "money": ["double", "varchar(30)"],
        "text": ["varchar(60)", "varbinary(60)", "text"],
        "year": ["int", "char(4)"],
    },
    "duckdb": {
        "flag": ["TINYINT", "VARCHAR", "BIT"],
        "date": ["DATE", "TIMESTAMP", "VARCHAR"],
        "money": ["DOUBLE", "BIGINT", "VARCHAR"],
        "text": ["VARCHAR", "BLOB"],
        "year": ["INTEGER", "VARCHAR"],
    },
}


@pytest.fixture(scope="module")
def mariadb(need):
    """A MariaDB of its own on loopback, stopped again."""
    pytest.importorskip("pymysql")
    install, program = need("mariadb-install-db", "mysql_install_db"), need("mariadbd", "mysqld")
    home = Path(tempfile.mkdtemp(prefix="mariadb"))
    user = ["--user=root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    home.chmod(0o755)
    subprocess.run(
        [install, "--no-defaults", f"--datadir={home / 'data'}", "--auth-root-authentication-method=normal", "--skip-test-db", *user],
        check=True,
        capture_output=True,
        timeout=180,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [
            program,
            "--no-defaults",
            f"--datadir={home / 'data'}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={home / 's'}",
            f"--pid-file={home / 'pid'}",
            "--character-set-server=utf8mb4",
            *user,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = sqlalchemy.URL.create("mysql+pymysql", "root", "", "127.0.0.1", port, "mysql", {"charset": "utf8mb4"})
    try:
        for _ in range(600):  # until it answers, or has ended
            try:
                engine = sqlalchemy.create_engine(url)
                with engine.begin() as connection:
                    connection.execute(sqlalchemy.text("CREATE DATABASE district"))
                break
            except sqlalchemy.exc.OperationalError:
                assert started.poll() is None, "MariaDB ended"
                __import__("time").sleep(0.2)
        yield url.set(database="district")
    finally:
        started.terminate()
        started.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def value(cell, kind, declared, dialect):
    """A cell as it is given to a driver."""
    if cell == "":
        return None
    if kind == "flag":
        flag = cell == "是"
        if declared.lower().startswith(("varchar", "text")):
            return cell
        return (
            {"postgresql": str(int(flag)), "mysql": flag, "duckdb": str(int(flag))}[dialect]
            if "bit" in declared.lower()
            else flag
            if declared.lower() == "boolean"
            else int(flag)
        )
    if kind == "date" and declared.lower() == "timestamptz":
        return f"{cell} 00:00:00+08"
    if "blob" in declared.lower() or "binary" in declared.lower():
        return str(cell).encode()
    return cell if isinstance(cell, int | float) and not declared.lower().startswith(("text", "varchar", "char")) else str(cell)


def filled(engine, dialect, kinds):
    """The register's tables written with these types, by SQL."""
    quote = {"postgresql": '"', "mysql": "`", "duckdb": '"'}[dialect]
    rows = tables()
    for name in ("retained_tax",):  # finer than an integer: a bigint would round it
        at = [c.name for c in ANNUAL].index(name)
        for row in rows["annual"][1:]:
            row[at] = 300_000
    with engine.begin() as connection:
        for table in TABLES:
            if table.name not in rows:
                continue
            header, *body = rows[table.name]
            types = [kinds[column.kind] for column in table.columns]
            columns = ", ".join(f"{quote}{head}{quote} {kind}" for head, kind in zip(header, types, strict=True))
            connection.execute(sqlalchemy.text(f"DROP TABLE IF EXISTS {table.name}"))
            connection.execute(sqlalchemy.text(f"CREATE TABLE {table.name} ({columns})"))
            places = ", ".join(f"CAST(:v{at} AS {kind})" if dialect != "mysql" else f":v{at}" for at, kind in enumerate(types))
            for row in body:
                given = {
                    f"v{at}": value(cell, column.kind, kind, dialect)
                    for at, (cell, column, kind) in enumerate(zip(row, table.columns, types, strict=True))
                }
                connection.execute(sqlalchemy.text(f"INSERT INTO {table.name} VALUES ({places})"), given)
    return rows


def same_as_files(found, rows, tmp_path):
    from tests.files_in_the_wild.register import folder, read_population

    assert not found.errors, [str(problem) for problem in found.errors]
    order = sorted(range(len(found.population)), key=lambda at: found.population.ids[at])
    files = read_population(folder(tmp_path / "files", rows))
    return facts(found.population.subset(order)) == facts(files.subset(sorted(range(len(files)), key=lambda at: files.ids[at])))


def cases(dialect):
    yield {}
    for kind, types in OTHERS[dialect].items():
        yield from ({kind: other} for other in types)


@pytest.mark.parametrize("other", cases("postgresql"), ids=str)
def test_postgresql(postgres_server, tmp_path, monkeypatch, other):  # noqa: F811  the fixture
    engine = sqlalchemy.create_engine(postgres_server)
    rows = filled(engine, "postgresql", KINDS["postgresql"] | other)
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", postgres_server.render_as_string(hide_password=False))
    assert same_as_files(examine("env:SIMULATOR_DATABASE"), rows, tmp_path)


@pytest.mark.parametrize("other", cases("mysql"), ids=str)
def test_mariadb(mariadb, tmp_path, monkeypatch, other):
    engine = sqlalchemy.create_engine(mariadb)
    rows = filled(engine, "mysql", KINDS["mysql"] | other)
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", mariadb.render_as_string(hide_password=False))
    assert same_as_files(examine("env:SIMULATOR_DATABASE"), rows, tmp_path)


@pytest.mark.parametrize("other", cases("duckdb"), ids=str)
def test_duckdb(tmp_path, other):
    duckdb = pytest.importorskip("duckdb")

    class Engine:
        """As much of an engine as `filled` asks for."""

        def begin(self):
            return self

        def __enter__(self):
            self.connection = duckdb.connect(str(tmp_path / "a.duckdb"))
            return self

        def __exit__(self, *_):
            self.connection.close()

        def execute(self, text, given=None):
            words = str(text)
            for name in sorted(given or {}, key=len, reverse=True):
                words = words.replace(f":{name} ", f"${name} ")
            self.connection.execute(words, given) if given else self.connection.execute(words)

    rows = filled(Engine(), "duckdb", KINDS["duckdb"] | other)
    assert same_as_files(examine(tmp_path / "a.duckdb"), rows, tmp_path)


def test_a_moment_of_a_database_is_a_day_in_beijing(postgres_server, tmp_path, monkeypatch):  # noqa: F811  the fixture
    engine = sqlalchemy.create_engine(postgres_server)
    filled(engine, "postgresql", KINDS["postgresql"])
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("SET TIME ZONE 'America/New_York'"))
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", postgres_server.render_as_string(hide_password=False))
    found = examine("env:SIMULATOR_DATABASE")
    assert found.population.enterprises["settled_on"].max() == 20140101 and plain(tmp_path)


@pytest.mark.parametrize("change", ["SET 落户日期='infinity'", "SET 落户日期='0044-03-15 BC'"])
def test_a_day_that_no_program_holds_is_reported_with_its_table(postgres_server, monkeypatch, change):  # noqa: F811  the fixture
    engine = sqlalchemy.create_engine(postgres_server)
    filled(engine, "postgresql", KINDS["postgresql"] | {"date": "date"})
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE enterprises {change} WHERE 落户日期 IS NOT NULL"))
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", postgres_server.render_as_string(hide_password=False))
    with pytest.raises(PopulationError, match="enterprises: holds a value that cannot be read"):
        examine("env:SIMULATOR_DATABASE")


@pytest.mark.parametrize("dialect, kind, reported", [("mysql", "float", True), ("postgresql", "real", True), ("mysql", "double", False)])
def test_single_precision_of_a_server_is_said(request, tmp_path, monkeypatch, dialect, kind, reported):
    url = request.getfixturevalue("mariadb" if dialect == "mysql" else "postgres_server")
    engine = sqlalchemy.create_engine(url)
    filled(engine, dialect, KINDS[dialect] | {"money": kind})
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", url.render_as_string(hide_password=False))
    said = [problem.cause for problem in examine("env:SIMULATOR_DATABASE").warnings if "single precision" in problem.cause]
    assert any("sales (销售额)" in cause for cause in said) == reported and not any("entry_fee" in cause for cause in said)


def test_bytes_filled_up_with_zeros_are_the_text(mariadb, tmp_path, monkeypatch):
    engine = sqlalchemy.create_engine(mariadb)
    rows = filled(engine, "mysql", KINDS["mysql"] | {"text": "binary(40)"})
    engine.dispose()
    monkeypatch.setenv("SIMULATOR_DATABASE", mariadb.render_as_string(hide_password=False))
    assert same_as_files(examine("env:SIMULATOR_DATABASE"), rows, tmp_path)
