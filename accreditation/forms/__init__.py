"""What people type about licenses and credit. Each family of forms has a module."""
