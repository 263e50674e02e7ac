"""What a page says: one reader a standard, pure functions from a response to raw listings; readers fetch nothing."""
