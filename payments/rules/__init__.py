"""What follows from what Stripe says. Pure: no database, no clock, no network."""
