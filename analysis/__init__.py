"""Records and public data to tables: who needs therapy, who is in reach, what online therapy changes."""
