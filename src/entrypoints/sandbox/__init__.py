"""Stand-ins for the vendors: they speak the real wire protocols on 127.0.0.1 and import nothing of what they test."""
