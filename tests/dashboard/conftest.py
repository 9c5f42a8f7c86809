"""What a failed test of the page shows beside its traceback."""

from __future__ import annotations

import pytest

from tests.dashboard import browsing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    opened = item.funcargs.get("opened") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and hasattr(opened, "console"):
        report.sections.append(("the page", browsing.stands(opened.page, opened.said, opened.console)))
    return report
