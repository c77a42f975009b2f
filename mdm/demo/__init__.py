"""Demo data of the project's own making: worlds of source extracts with known truth."""
