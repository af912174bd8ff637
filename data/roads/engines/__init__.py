"""Road engines: programs that know every street. Nothing here is needed by the base install."""
