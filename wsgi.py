"""What a web server loads: ``gunicorn wsgi:app``."""

from __future__ import annotations

from mdm.app import create_app
from mdm.config import load_settings
from mdm.services.setup import open_hub

app = create_app(open_hub(load_settings()))
