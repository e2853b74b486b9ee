package dev.carillon.catalog;

/** Rows of calendars, as people write and see them. */
final class CalendarSql {

  /**
   * One change of a tenant's calendars after the other: what they include, and how many there are,
   * is looked at before it is changed. $1 tenant.
   */
  static final String LOCK =
      """
      select pg_advisory_xact_lock(hashtext('carillon.calendars'), hashtext($1))::text
      """;

  /** The tenant's own before a shared one. $1 tenant, $2 name. */
  static final String FIND =
      """
      select id, tenant_id, name, definition::text as definition, version, created_at, updated_at
      from calendars
      where tenant_id in ($1, '*') and name = $2
      order by tenant_id = '*'
      limit 1
      """;

  /**
   * Waits for schedules that are just being made with a calendar (see {@link
   * ClockSql#HOLD_CALENDARS}), so that the next statement sees them. $1 tenant, $2 name.
   */
  static final String HOLD =
      """
      select 1 from calendars where tenant_id = $1 and name = $2 for update
      """;

  /** Own and shared ones, newest first. $1 tenant, $2 the id below which they are, $3 how many. */
  static final String LIST =
      """
      select id, tenant_id, name, (definition - 'holidays')::text as definition,
             coalesce(jsonb_array_length(definition->'holidays'), 0) as holiday_count,
             version, created_at, updated_at
      from calendars
      where tenant_id in ($1, '*') and id < $2
      order by id desc
      limit $3
      """;

  /** Who includes whom, of own and shared ones, and how many rules they have. $1 tenant. */
  static final String INCLUSIONS =
      """
      select tenant_id, name, (definition->'include')::text as include, definition->>'builtin' as builtin,
             jsonb_array_length(jsonb_path_query_array(definition, '$.holidays[*].rule')) as rules
      from calendars
      where tenant_id in ($1, '*')
      """;

  /** $1 id, $2 tenant, $3 name, $4 definition, $5 now. */
  static final String INSERT =
      """
      insert into calendars (id, tenant_id, name, definition, version, created_at, updated_at)
      values ($1, $2, $3, $4, 1, $5, $5)
      """;

  /** $1 tenant, $2 name, $3 definition, $4 now. */
  static final String UPDATE =
      """
      update calendars set definition = $3, version = version + 1, updated_at = $4
      where tenant_id = $1 and name = $2
      """;

  /** $1 tenant, $2 name. */
  static final String DELETE =
      """
      delete from calendars where tenant_id = $1 and name = $2
      """;

  /** Some of those that need a calendar. $1 tenant, $2 name. */
  static final String USERS =
      """
      (select 'schedule ' || s.key as named from schedules s
       where s.tenant_id = $1 and (s.calendar = $2 or s.exclude_calendar = $2)
       order by s.key limit 4)
      union all
      (select 'calendar ' || c.name from calendars c
       where c.tenant_id = $1 and c.definition->'include' ? $2
       order by c.name limit 4)
      """;

  private CalendarSql() {}
}
