"""The daemon: one loudspeaker, and all who want it."""
