"""Servers that come with the wheels, so that two commands are enough on an empty machine.

`python -m config.embedded serve` runs the whole product, `... exec -- COMMAND` runs one command
beside a throw-away database and broker. Where DATABASE_URL or REDIS_URL is set, that server is
used and nothing is started in its place. Reasons: docs/decisions/0001-embedded-servers.md.
"""
