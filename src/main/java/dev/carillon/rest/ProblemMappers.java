package dev.carillon.rest;

import dev.carillon.broker.EventsForgottenException;
import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.InvalidInput;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import jakarta.ws.rs.core.Response;
import java.net.ConnectException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Which problem becomes of which exception. */
class ProblemMappers {

  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  @ServerExceptionMapper
  Response invalid(InvalidInput invalid) {
    return Problems.of(invalid).toResponse();
  }

  @ServerExceptionMapper
  Response refused(Refusal refusal) {
    return Problems.of(refusal).toResponse();
  }

  @ServerExceptionMapper
  Response forgotten(EventsForgottenException forgotten) {
    return Problems.of(
            410,
            ProblemType.NOT_FOUND,
            forgotten.getMessage() + "; read again from the present, without Last-Event-ID")
        .toResponse();
  }

  @ServerExceptionMapper({ConnectException.class, ClosedConnectionException.class})
  Response unreachable(Exception failure) {
    LOG.warnf("the database cannot be reached (%s); answering 503", failure.getMessage());
    return Problems.unavailable("the database cannot be reached").toResponse();
  }

  /** What another try may well do better is told apart from our own mistakes. */
  @ServerExceptionMapper
  Response database(PgException failure) {
    String state = String.valueOf(failure.getSqlState());
    boolean passing =
        state.startsWith("08") // connection
            || state.startsWith("40") // rolled back for others' sake
            || state.startsWith("53") // out of resources
            || state.startsWith("55") // locks
            || state.startsWith("57"); // canceled, shutting down, starting up
    if (passing) {
      LOG.warnf("the database gave up on a request (%s); answering 503", failure.getMessage());
      return Problems.unavailable("the database is busy or restarting").toResponse();
    }
    LOG.error("a statement failed; answering 500", failure);
    return Problems.of(500, ProblemType.UNAVAILABLE, "an error of ours; it has been logged")
        .toResponse();
  }
}
