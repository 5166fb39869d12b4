"""Why a plan is as it is: its sites, its orders, and what a little more would be worth."""
