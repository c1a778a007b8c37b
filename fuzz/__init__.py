"""Every parser of outside input, one function each, and the harness that lets atheris loose on them (`make fuzz`)."""
