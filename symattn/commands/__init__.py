"""The commands of the command line, one module each, loaded when the command is used."""
