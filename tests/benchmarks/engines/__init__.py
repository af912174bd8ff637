"""Route engines behind one Protocol: see `engine`."""
