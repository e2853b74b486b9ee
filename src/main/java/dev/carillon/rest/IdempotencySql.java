package dev.carillon.rest;

/** How an answer is kept for whoever asks again with the same key. */
final class IdempotencySql {

  /**
   * Held until the transaction ends: while one request with the key is under way, no other with it
   * begins. $1 tenant, $2 key.
   */
  static final String TRY_LOCK =
      """
      select pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 4711)) as mine
      """;

  /**
   * In a statement after the lock, which sees what was committed before it. $1 tenant, $2 key, $3
   * oldest.
   */
  static final String KEPT =
      """
      select request_hash, status, headers::text as headers, body
      from idempotency_keys
      where tenant_id = $1 and key = $2 and created_at > $3
      """;

  /**
   * Over one that is too old. $1 tenant, $2 key, $3 hash of the request, $4 status, $5 headers, $6
   * body, $7 now.
   */
  static final String KEEP =
      """
      insert into idempotency_keys (tenant_id, key, request_hash, status, headers, body, created_at)
      values ($1, $2, $3, $4, $5::text::jsonb, $6, $7)
      on conflict (tenant_id, key) do update
      set request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
          body = excluded.body, created_at = excluded.created_at
      """;

  private IdempotencySql() {}
}
