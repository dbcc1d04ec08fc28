// Loads and registers nothing.
