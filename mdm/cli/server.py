"""Commands that set the hub up and run it: init, serve, worker."""

from __future__ import annotations

import click

from mdm import jobs, server
from mdm.cli.answer import Answer, plain
from mdm.cli.command import House, command, errors, fail, main
from mdm.config import load_settings
from mdm.domain.errors import MdmError
from mdm.services import setup


@command(main, "init")
def init(house: House) -> Answer:
    """Create or migrate the database; safe to repeat."""
    hub = house.raw_hub()
    try:
        return plain(setup.init(hub, house.actor))
    finally:
        hub.close()


@main.command("serve")
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--no-worker", is_flag=True, help="Web only; run `mdm worker` elsewhere.")
def serve(port: int, workers: int, *, no_worker: bool) -> None:
    """Serve pages and API, with one worker process for jobs beside it."""
    _require_ready()
    errors.print(f"serving on http://127.0.0.1:{port} (Ctrl+C ends)")
    server.serve(port, workers, with_worker=not no_worker)


@main.command("worker")
def worker() -> None:
    """Run the jobs of the timetable."""
    _require_ready()
    hub = setup.open_hub(load_settings())
    try:
        jobs.run_worker(hub)
    except (KeyboardInterrupt, SystemExit):
        hub.close()


def _require_ready() -> None:
    house = House(load_settings())
    try:
        setup.require_initialised(house.hub)
    except MdmError as error:
        fail(error, as_json=False)
    finally:
        house.close()
