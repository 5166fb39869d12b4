"""From a question to an audited run, and a run folder checked against its inputs."""
