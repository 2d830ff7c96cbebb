//! SQL.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "sql",
    about: "Every statement becomes reads, writes, changes of the schema, of privileges, destruction or execution, \
        with the tables it names, in the dialect of the client. Functions with side effects, writes inside of \
        `WITH`, `EXPLAIN ANALYZE` and `COPY … PROGRAM` are known; what cannot be parsed is opaque.",
    changed: None,
    declared: None,
    examples: &[
        ("Bash", "psql shop -c 'SELECT * FROM orders WHERE id = 1'"),
        ("Bash", "psql shop -c \"SELECT 'DROP TABLE orders'\""),
        ("Bash", "psql shop -c 'UPDATE orders SET paid = true WHERE id = 1'"),
        ("Bash", "psql shop -c 'DELETE FROM orders'"),
        ("Bash", "psql shop -c 'ALTER TABLE orders ADD COLUMN a int'"),
        ("Bash", "psql shop -c 'DROP TABLE orders'"),
        ("Bash", "psql shop -c 'GRANT ALL ON orders TO bob'"),
        ("Bash", "psql shop -c 'WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone'"),
        ("Bash", "psql shop -c 'EXPLAIN DELETE FROM orders'"),
        ("Bash", "psql shop -c 'EXPLAIN ANALYZE DELETE FROM orders'"),
        ("Bash", "psql shop -c 'SELECT pg_terminate_backend(1)'"),
        ("Bash", "psql shop -c 'FROB orders'"),
        ("Bash", "psql shop -c \"$QUERY\""),
    ],
};
