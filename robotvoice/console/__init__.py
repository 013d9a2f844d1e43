"""What a program prints: tables, wrapped lines, help pages, a log for people."""
