"""Vehicle routes of a day: one instance type, several engines, one auditor."""
