"""The `espeak` engine: eSpeak NG as a library in child processes, or as a command."""
