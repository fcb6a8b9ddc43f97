import type { Pool } from 'pg';
import type { ClaimStore } from 'lagclient/robots';

/** Run it once. Rows that are over can be deleted now and then: `DELETE FROM lag_seen WHERE ends_at < now()`. */
export const CREATE_SEEN_TABLE =
  'CREATE TABLE IF NOT EXISTS lag_seen (key text PRIMARY KEY, value text NOT NULL, ends_at timestamptz NOT NULL)';

const SET = `INSERT INTO lag_seen VALUES ($1, $2, now() + make_interval(secs => $3))
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at`;

/** Remembers deliveries in Postgres. The conflict on the primary key makes a claim atomic. */
export const createPostgresSeen = (pool: Pool): ClaimStore => ({
  get: async (key) => {
    const { rows } = await pool.query<{ value: string }>(
      'SELECT value FROM lag_seen WHERE key = $1 AND ends_at > now()',
      [key],
    );
    return rows[0]?.value;
  },
  setIfAbsent: async (key, value, ttlSeconds) => {
    const { rowCount } = await pool.query(`${SET} WHERE lag_seen.ends_at <= now()`, [key, value, ttlSeconds]);
    return rowCount === 1;
  },
  set: (key, value, ttlSeconds) => pool.query(SET, [key, value, ttlSeconds]),
  delete: (key) => pool.query('DELETE FROM lag_seen WHERE key = $1', [key]),
});
