"""The sandbox is tested as the school uses it: the real stripe library, a browser's forms, a webhook's receiver."""
