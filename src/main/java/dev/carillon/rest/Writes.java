package dev.carillon.rest;

import dev.carillon.pg.Notices;
import dev.carillon.pg.PlaceNotice;
import dev.carillon.pg.Statements;
import dev.carillon.tenancy.Requester;
import dev.carillon.tenancy.TenantTransactions;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a change: in one transaction of the tenant, once where a key says so, and what others have
 * to be told only after it is committed.
 */
@Singleton
public class Writes {

  private final TenantTransactions transactions;
  private final Idempotency idempotency;
  private final Notices notices;

  Writes(TenantTransactions transactions, Idempotency idempotency, Notices notices) {
    this.transactions = transactions;
    this.idempotency = idempotency;
    this.notices = notices;
  }

  /** A change, given what was prepared for it before its transaction. */
  @FunctionalInterface
  interface Change<P> {
    Uni<Answer> by(Statements statements, Requester requester, P prepared);
  }

  /** A POST of something that is reached by statements. */
  Uni<Response> post(
      Call call, byte @Nullable [] body, BiFunction<Statements, Requester, Uni<Answer>> work) {
    Requester requester = call.requester();
    Once once = once(call, requester, body);
    return finished(
        transactions.statements(
            requester.tenant(), once.of(statements -> work.apply(statements, requester))));
  }

  /** The same, for which something is prepared first. */
  <P> Uni<Response> post(Call call, byte @Nullable [] body, Uni<P> preparing, Change<P> work) {
    Requester requester = call.requester();
    Once once = once(call, requester, body);
    return finished(
        preparing.flatMap(
            prepared ->
                transactions.statements(
                    requester.tenant(),
                    once.of(statements -> work.by(statements, requester, prepared)))));
  }

  /** A PATCH, PUT or DELETE of something that is reached by statements. */
  <P> Uni<Response> change(Call call, Uni<P> preparing, Change<P> work) {
    Requester requester = call.requester();
    return finished(
        preparing.flatMap(
            prepared ->
                transactions.statements(
                    requester.tenant(), statements -> work.by(statements, requester, prepared))));
  }

  /** A POST of an entity. */
  Uni<Response> postEntity(
      Call call, byte @Nullable [] body, BiFunction<Statements, Requester, Uni<Answer>> work) {
    return postEntity(
        call,
        body,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) -> work.apply(statements, requester));
  }

  /** A POST of an entity, for which something is prepared first. */
  <P> Uni<Response> postEntity(
      Call call, byte @Nullable [] body, Uni<P> preparing, Change<P> work) {
    Requester requester = call.requester();
    Once once = once(call, requester, body);
    return finished(
        preparing.flatMap(
            prepared ->
                transactions.entities(
                    requester.tenant(),
                    once.of(statements -> work.by(statements, requester, prepared)))));
  }

  /** A PATCH or DELETE of an entity. */
  Uni<Response> changeEntity(Call call, BiFunction<Statements, Requester, Uni<Answer>> work) {
    return changeEntity(
        call,
        Uni.createFrom().voidItem(),
        (statements, requester, nothing) -> work.apply(statements, requester));
  }

  /** A PATCH of an entity, for which something is prepared first. */
  <P> Uni<Response> changeEntity(Call call, Uni<P> preparing, Change<P> work) {
    Requester requester = call.requester();
    return finished(
        preparing.flatMap(
            prepared ->
                transactions.entities(
                    requester.tenant(), statements -> work.by(statements, requester, prepared))));
  }

  /** For what follows the commit: a schedule's next fire may have changed. */
  Runnable clockNotice() {
    return () -> notices.send(Notices.Channel.CLOCK, "");
  }

  /** For what follows the commit: whoever runs it is asked to stop. */
  Runnable cancelNotice(String run) {
    return () -> notices.send(Notices.Channel.CANCEL, run);
  }

  /** For what follows the commit: others of the schedule may have waited for this. */
  Runnable placeNotice(UUID schedule) {
    return () ->
        PlaceNotice.payloads(List.of(schedule))
            .forEach(payload -> notices.send(Notices.Channel.PLACE, payload));
  }

  /** Makes of work what is done once. */
  private interface Once {
    Function<Statements, Uni<Answer>> of(Function<Statements, Uni<Answer>> work);
  }

  /** By the call's key, which is read here and now; without one, the work itself. */
  private Once once(Call call, Requester requester, byte @Nullable [] body) {
    String name = call.idempotencyKey();
    if (name == null) {
      return work -> work;
    }
    byte[] content = body == null ? new byte[0] : body;
    Idempotency.Key key = Idempotency.Key.of(requester.tenant(), name, call.line(), content);
    return work -> statements -> idempotency.once(statements, key, () -> work.apply(statements));
  }

  private static Uni<Response> finished(Uni<Answer> committed) {
    return committed.invoke(answer -> answer.afterCommit().run()).map(Answer::response);
  }
}
