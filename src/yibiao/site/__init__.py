"""Settings, urls and wsgi; nothing else."""
