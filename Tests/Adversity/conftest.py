import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))

import pytest  # noqa: E402

from store import Store  # noqa: E402


@pytest.fixture
def start(tmp_path):
    """Starts stores of a test's own, by the settings of `Store.prepare`, and ends them with it."""
    stores = []

    def start(layout: str = "six", until: str = "/health/ready", wrapper=(), **settings) -> Store:
        folder = tmp_path / f"store{len(stores)}"
        folder.mkdir()
        store = Store.prepare(folder, layout, "http", **settings)
        store.wrapper = list(wrapper)
        stores.append(store)
        store.start(until)
        return store

    yield start
    for store in stores:
        if store.process is not None:
            store.kill()
        store.remove_drives()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for log in sorted(Path(item.funcargs["tmp_path"]).rglob("server.log")) if "tmp_path" in item.funcargs else []:
            report.sections.append(("server log", log.read_text(errors="replace")[-8000:]))
    return report


