"""Tools that any office could use: states, audit trail, gates, forms, lists, exports, clock."""
