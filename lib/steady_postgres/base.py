"""PostgreSQL as Django speaks to it, but pooled connections are looked at before they are asked.

Django asks the server whether a connection still lives whenever one is taken from the pool: a
round trip for each page. A server that restarts or ends a connection says so on the socket, and
the keepalives of the kernel do it for one that vanished. An idle connection has nothing else to
read, so a look at the socket is enough, and only where something waits the server is asked.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """From the pool, if there is one; connections that died there are replaced."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not is_alive(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def is_alive(connection: "psycopg.Connection[Any]") -> bool:
    if connection.closed:
        return False
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    if not socket.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
