"""The desk's sections in the stock Django admin, one file each. Buttons call the steps; nothing is decided here."""
