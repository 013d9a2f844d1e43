"""What the robot and the gateway share: text, audio, engines, breakers and the fallback chain."""
