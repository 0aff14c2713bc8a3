"""Reports: what is in them, how they are drawn and written, and who is sent them."""
