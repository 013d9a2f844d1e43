"""Whatever can turn a sentence into sound; each runs its synthesiser in a child process."""
