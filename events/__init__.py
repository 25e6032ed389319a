"""From the work plan to the report: everything that the office runs."""
