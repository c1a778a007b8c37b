"""The ports that need a database, on PostgreSQL through psycopg 3; `embedded` brings the server along."""
