package dev.carillon.rest;

import dev.carillon.broker.EventsForgottenException;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.InvalidInput;
import io.quarkiverse.resteasy.problem.HttpProblem;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import jakarta.persistence.PersistenceException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.ConnectException;
import java.sql.SQLException;
import org.hibernate.exception.JDBCConnectionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Which problem becomes of which exception. */
class ProblemMappers {

  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  @ServerExceptionMapper
  Response invalid(InvalidInput invalid, UriInfo uri) {
    return response(Problems.of(invalid), uri);
  }

  @ServerExceptionMapper
  Response refused(Refusal refusal, UriInfo uri) {
    return response(Problems.of(refusal), uri);
  }

  @ServerExceptionMapper
  Response forgotten(EventsForgottenException forgotten, UriInfo uri) {
    String detail = forgotten.getMessage() + "; read again from the present, without Last-Event-ID";
    return response(Problems.of(410, ProblemType.NOT_FOUND, detail), uri);
  }

  @ServerExceptionMapper({
    ConnectException.class,
    ClosedConnectionException.class,
    JDBCConnectionException.class
  })
  Response unreachable(Exception failure, UriInfo uri) {
    LOG.warnf("the database cannot be reached (%s); answering 503", failure.getMessage());
    return response(Problems.unavailable("the database cannot be reached"), uri);
  }

  /** What another try may well do better is told apart from our own mistakes. */
  @ServerExceptionMapper
  Response database(PgException failure, UriInfo uri) {
    return database(failure, failure.getSqlState(), uri);
  }

  /** As Hibernate wraps it, also where the statement was none of its own. */
  @ServerExceptionMapper
  Response database(PersistenceException failure, UriInfo uri) {
    String state = null;
    for (Throwable cause = failure; cause != null && state == null; cause = cause.getCause()) {
      state = cause instanceof SQLException error ? error.getSQLState() : null;
    }
    return database(failure, state, uri);
  }

  private static Response database(Exception failure, @Nullable String sqlState, UriInfo uri) {
    String state = String.valueOf(sqlState);
    boolean passing =
        state.startsWith("08") // connection
            || state.startsWith("40") // rolled back for others' sake
            || state.startsWith("25P03") // nothing done in a transaction for long
            || state.startsWith("53") // out of resources
            || state.startsWith("55") // locks
            || state.startsWith("57"); // canceled, shutting down, starting up
    if (passing) {
      LOG.warnf("the database gave up on a request (%s); answering 503", failure.getMessage());
      return response(Problems.unavailable("the database is busy or restarting"), uri);
    }
    LOG.error("a statement failed; answering 500", failure);
    return response(ours(), uri);
  }

  /** Also an error of the JVM is answered in the form that callers know. */
  @ServerExceptionMapper
  Response broken(Error failure, UriInfo uri) {
    LOG.error("a request failed; answering 500", failure);
    return response(ours(), uri);
  }

  private static HttpProblem ours() {
    return Problems.of(500, ProblemType.UNAVAILABLE, "an error of ours; it has been logged");
  }

  private static Response response(HttpProblem problem, UriInfo uri) {
    return HttpProblem.builder(problem)
        .withInstance(SecretPaths.shown(uri.getRequestUri().getRawPath()))
        .build()
        .toResponse();
  }
}
