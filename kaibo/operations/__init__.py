"""Import files, whoever offers them: the command line, later the wizard."""
