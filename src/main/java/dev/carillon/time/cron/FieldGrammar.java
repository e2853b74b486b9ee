package dev.carillon.time.cron;

/** What one dialect writes in a field. */
interface FieldGrammar {

  /**
   * Reads one element of a field's list up to its end.
   *
   * @throws dev.carillon.time.text.Refusal at the first character that is wrong
   */
  void read(ItemText item, FieldSet into);

  /** What may stand in a field, for a refusal. */
  String allowed(CronField field);

  /** Whether letters in a field mean the same in either case. */
  default boolean ignoresCase(CronField field) {
    return true;
  }
}
