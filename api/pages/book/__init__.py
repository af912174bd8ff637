"""The clients' booking page: three steps, and a page of each booking's own."""
