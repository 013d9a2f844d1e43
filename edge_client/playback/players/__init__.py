"""The players: what brings sound to a loudspeaker."""
