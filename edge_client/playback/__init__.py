"""The loudspeaker: what brings sound to it, and who may when."""
