"""The folders that travel with the package are found in a checkout and in a wheel; absence is said."""

import pytest

from simulator.errors import SimulatorError
from simulator.resources import FOLDERS, folder


@pytest.mark.parametrize("name", FOLDERS)
def test_a_checkout_has_them_beside_the_package(name, tmp_path):
    (tmp_path / "simulator").mkdir()
    (tmp_path / name).mkdir()
    (tmp_path / "pyproject.toml").touch()
    assert folder(name, tmp_path / "simulator") == tmp_path / name


@pytest.mark.parametrize("name", FOLDERS)
def test_a_wheel_has_them_inside_and_looks_at_nothing_beside_it(name, tmp_path):
    inside = tmp_path / "simulator" / "_resources" / name
    inside.mkdir(parents=True)
    (tmp_path / name).mkdir()  # another package's
    (tmp_path / "pyproject.toml").touch()
    assert folder(name, tmp_path / "simulator") == inside


def test_a_folder_beside_an_installed_package_is_not_ours(tmp_path):
    (tmp_path / "simulator").mkdir()
    (tmp_path / "data").mkdir()
    with pytest.raises(SimulatorError, match="missing.*install the package again"):
        folder("data", tmp_path / "simulator")


def test_an_unknown_folder_is_refused_with_the_nearest():
    with pytest.raises(SimulatorError, match="did you mean scenarios"):
        folder("scenario")
