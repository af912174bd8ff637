"""Invented practices for `rounds demo`, tests and documentation."""
