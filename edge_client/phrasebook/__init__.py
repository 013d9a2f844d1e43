"""What the robot holds of its personas' own voices, for the time without a gateway."""
