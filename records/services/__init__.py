"""What an audit is shown, how long records are kept, and holds on them. One verb family a module."""
