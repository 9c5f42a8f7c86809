"""What travels with the program is read by libyaml where there is one: to the same document as without it."""

from __future__ import annotations

import pytest
import yaml

from simulator import resources, yamlfile

OWN = sorted(path for home in (resources.PACKAGE, *map(resources.folder, resources.FOLDERS)) for path in home.rglob("*.yaml"))


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="needs PyYAML with libyaml: there is one reader only")
def test_both_readers_read_every_file_of_ours_alike():
    assert len(OWN) > 10
    for path in OWN:
        text = path.read_text("utf-8-sig")
        fast, pure = (yamlfile.loads(text, path.name, gather=True, loader=loader) for loader in (yaml.CSafeLoader, yaml.SafeLoader))
        assert fast == pure, path
        assert repr(fast) == repr(pure), path  # equal numbers may be of two kinds


def test_a_file_of_somebody_s_is_read_by_the_same_reader_everywhere(monkeypatch, tmp_path):
    monkeypatch.setattr(yamlfile, "_FAST", None)  # would fail if asked
    (tmp_path / "mine.yaml").write_text("name: mine", "utf-8")
    assert yamlfile.load(tmp_path / "mine.yaml").data == {"name": "mine"}


def test_a_fault_in_a_file_of_ours_is_reported_as_in_any_other():
    with pytest.raises(Exception, match="line 1") as reported:
        yamlfile.loads("a: [1", "a.yaml")
    with pytest.raises(Exception, match="line 1") as same:
        yamlfile.loads("a: [1", "a.yaml", loader=yamlfile._FAST)
    assert str(reported.value) == str(same.value)
