"""Where the project's figures come from: `python -m proofs.benchmarks [NAME ...]`."""
