package dev.carillon.catalog;

import dev.carillon.pg.Statements;
import dev.carillon.run.RunState;
import dev.carillon.tenancy.Tenant;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;

/** What a group is told of its runs by others than itself. */
final class GroupMembers {

  private GroupMembers() {}

  /**
   * A run of the group that had ended lives again, by an operator's retry: a group that had ended
   * goes on. Its queue row is written in the same transaction.
   *
   * @param was how the run had ended
   */
  static Uni<Void> revived(Statements statements, Tenant tenant, UUID group, RunState was) {
    return statements
        .query(GroupSql.REVIVED, Tuple.of(group, tenant.id(), was.name()))
        .replaceWithVoid();
  }
}
