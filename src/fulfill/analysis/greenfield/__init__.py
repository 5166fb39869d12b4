"""Where sites would be if any town could be one."""
