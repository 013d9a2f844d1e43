"""What is asked and answered between programs: messages, fields, and how leniently they are read."""
