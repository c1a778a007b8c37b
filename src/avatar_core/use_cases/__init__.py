"""What can be done, one verb a class: read once, let the model decide, write once."""
