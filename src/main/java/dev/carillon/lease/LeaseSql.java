package dev.carillon.lease;

/** Statements on {@code leases}; each compares what it changes. */
final class LeaseSql {

  private LeaseSql() {}

  /** $1 name. */
  static final String OBSERVE = "select holder, epoch, beat from leases where name = $1";

  /** The first leader ever. $1 name, $2 holder, $3 length in milliseconds. */
  static final String CREATE =
      """
      insert into leases (name, holder, epoch, expires_at)
      values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
      on conflict do nothing
      returning epoch
      """;

  /**
   * Takes over what was seen to stand still. $1 name, $2 holder, $3 length in ms, $4 epoch and $5
   * beat as seen.
   */
  static final String TAKE =
      """
      update leases
      set holder = $2, epoch = epoch + 1, beat = beat + 1,
          expires_at = clock_timestamp() + $3 * interval '1 millisecond'
      where name = $1 and epoch = $4 and beat = $5
      returning epoch
      """;

  /** $1 name, $2 holder, $3 epoch, $4 length in milliseconds. */
  static final String RENEW =
      """
      update leases
      set beat = beat + 1, expires_at = clock_timestamp() + $4 * interval '1 millisecond'
      where name = $1 and holder = $2 and epoch = $3
      returning epoch
      """;

  /** $1 name, $2 holder, $3 epoch. */
  static final String RELEASE =
      """
      update leases set holder = null, beat = beat + 1, expires_at = clock_timestamp()
      where name = $1 and holder = $2 and epoch = $3
      """;
}
