"""From an owner's folder to the personas in use: read, checked, watched."""
