"""The `pyttsx3` engine: the system's own voices, in a child process."""
