"""One file per entity: how its records are compared, linked and merged; declarations only."""
