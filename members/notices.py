"""Letters about accounts: the codes that people type when they sign in."""
