"""The commands of ``yibiao``, one module for each subject."""
