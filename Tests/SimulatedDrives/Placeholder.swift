// Drives and indexes in memory, for simulation.
