"""The daemon's API on loopback: for programs on this robot, and for nobody else."""
