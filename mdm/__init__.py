"""Master-data hub: golden records for materials, suppliers and equipment from many source systems."""

__version__ = "0.1.0"
