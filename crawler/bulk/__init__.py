"""Files of whole directories, too large to hold: DuckDB reads them, and only listings that matter become values."""
