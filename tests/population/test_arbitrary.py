"""Whatever bytes an office sends, the readers answer with a population or with problems, never with a traceback."""

import io

from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import PopulationError
from simulator.population.readers import read_population
from tests.population.registers import ANNUAL, as_csv, write, write_workbook

GOOD = as_csv(ANNUAL).encode()
BOOK = io.BytesIO()
write_workbook(BOOK)
PIECES = st.sampled_from(
    [
        b",",
        b"\n",
        b"\r",
        b'"',
        b"\x00",
        b"\xff",
        b"E1",
        b"2013",
        b"1e999",
        b"-",
        b"'=",
        b"unknown",
        b"\t",
        b";",
    ]
    + ["年度".encode(), "月租金".encode("gb18030")]
)


def answers(path) -> None:
    try:
        read_population(path)
    except PopulationError as error:
        assert error.problems and all(problem.place and problem.cause for problem in error.problems)
        assert str(error).encode("utf-8")


@given(data=st.one_of(st.binary(), st.lists(PIECES).map(b"".join)))
def test_arbitrary_bytes(tmp_path_factory, data):
    answers(write(tmp_path_factory.mktemp("bytes"), annual=data, paid=data))


@given(data=st.data())
def test_a_good_table_with_a_bad_place(tmp_path_factory, data):
    at = data.draw(st.integers(0, len(GOOD)))
    cut = data.draw(st.integers(0, 5))
    new = data.draw(st.one_of(PIECES, st.binary(max_size=4)))
    answers(write(tmp_path_factory.mktemp("bytes"), annual=GOOD[:at] + new + GOOD[at + cut :]))


@given(data=st.data())
def test_a_good_workbook_with_a_bad_place(tmp_path_factory, data):
    good = BOOK.getvalue()
    at = data.draw(st.integers(0, len(good)))
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    path.write_bytes(good[:at] + data.draw(st.binary(max_size=6)) + good[at + 3 :])
    answers(path)
