"""What online therapy would change, and what holds it back: connection, licence or hours."""
