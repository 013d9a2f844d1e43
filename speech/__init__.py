"""What the robot and the gateway share: text, audio, engines, breakers and the fallback chain."""

__version__ = "0.1.0"
