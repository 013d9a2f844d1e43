"""Voices that are programs of this machine: text on standard input, sound on standard output."""
