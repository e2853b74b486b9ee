package dev.carillon.rest;

import dev.carillon.catalog.Refusal;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import io.quarkiverse.resteasy.problem.HttpProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes problems (RFC 9457) of what went wrong. */
final class Problems {

  static final String MEDIA_TYPE = "application/problem+json";

  private Problems() {}

  static HttpProblem of(int status, ProblemType type, String detail) {
    return of(status, type, detail, List.of());
  }

  static HttpProblem of(InvalidInput invalid) {
    List<FieldError> errors = invalid.errors();
    String detail =
        errors.size() == 1
            ? sentence(errors.get(0))
            : errors.size() + " things are wrong; the first: " + sentence(errors.get(0));
    return switch (invalid.kind()) {
      case UNREADABLE -> of(400, ProblemType.UNREADABLE, detail, errors);
      case TOO_LARGE -> of(413, ProblemType.TOO_LARGE, detail, errors);
      case INVALID -> of(422, ProblemType.VALIDATION, detail, errors);
    };
  }

  static HttpProblem of(Refusal refusal) {
    List<FieldError> errors =
        refusal.pointer() == null
            ? List.of()
            : List.of(new FieldError(refusal.pointer(), null, refusal.getMessage(), null));
    String detail = refusal.getMessage();
    return switch (refusal.kind()) {
      case NOT_FOUND -> of(404, ProblemType.NOT_FOUND, detail, errors);
      case WRONG_STATE -> of(409, ProblemType.WRONG_STATE, detail, errors);
      case LOST_UPDATE -> of(412, ProblemType.LOST_UPDATE, detail, errors);
    };
  }

  static HttpProblem unsupportedMediaType(String detail) {
    return of(415, ProblemType.UNREADABLE, detail);
  }

  static HttpProblem unavailable(String detail) {
    return builder(503, ProblemType.UNAVAILABLE, detail).withHeader("Retry-After", "1").build();
  }

  private static HttpProblem of(
      int status, ProblemType type, String detail, List<FieldError> errors) {
    HttpProblem.Builder problem = builder(status, type, detail);
    if (!errors.isEmpty()) {
      problem.with("errors", errors.stream().map(Problems::written).toList());
    }
    return problem.build();
  }

  private static HttpProblem.Builder builder(int status, ProblemType type, String detail) {
    return HttpProblem.builder()
        .withType(type.uri())
        .withTitle(type.title())
        .withStatus(status)
        .withDetail(detail);
  }

  private static String sentence(FieldError error) {
    return error.pointer().isEmpty()
        ? "the body " + error.message()
        : error.pointer() + ": " + error.message();
  }

  private static Map<String, Object> written(FieldError error) {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("pointer", error.pointer());
    putIfPresent(written, "position", error.position());
    written.put("message", error.message());
    putIfPresent(written, "example", error.example());
    return written;
  }

  private static void putIfPresent(
      Map<String, Object> written, String name, @Nullable Object value) {
    if (value != null) {
      written.put(name, value);
    }
  }
}
