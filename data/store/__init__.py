"""Everything kept.

`data.store.store.open_store(url)` opens it, `data.store.migrate.migrate(url)` creates or upgrades the schema. A
`unit_of_work` is one transaction of one practice, `repositories/` hold one kind of thing each, `records` is what is
kept beside the domain's own words. Rows and SQL never leave this folder.
"""
