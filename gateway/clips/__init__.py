"""Recordings to clone from: measured, checked, and cut to what is cloned."""
