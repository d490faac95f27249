"""The kill drill: the real process, killed with SIGKILL at every boundary and at random, and started again."""
