"""Comments and complaints: taken in from everybody, determined, remedied, and looked at by somebody else."""
