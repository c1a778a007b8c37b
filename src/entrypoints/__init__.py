"""Where the world comes in: bot, web, worker and command line, wired in one container."""
