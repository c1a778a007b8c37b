"""The worker: carries out what must follow, and looks after what time has made due.  Several can run at once."""
