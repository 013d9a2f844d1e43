"""Cloned voices side by side: mlx-audio called directly, this gateway, mlx-audio's own server, and the server
that guides to voice cloning suggest. `python -m proofs.benchmarks.clone`.

All speak with the same tiny model, clip and transcript; only the sound is noise.
"""
