"""What is running here: version, libraries in the browser with their licences, and whether the hub answers."""

from __future__ import annotations

from flask import Blueprint, render_template

import mdm
from stewardship_ui import asset
from stewardship_ui.door import page

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@page
def about() -> str:
    """The versions, as support and auditors ask for them."""
    return render_template("about.html", hub_version=mdm.__version__, browser=asset.manifest())
