"""An hour of a robot's life in minutes: its gateway sleeps, crashes and comes back while programs speak."""
