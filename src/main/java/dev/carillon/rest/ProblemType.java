package dev.carillon.rest;

import java.net.URI;

/** What kind of problem, and the status that goes with it. */
enum ProblemType {
  UNREADABLE("unreadable", "The request cannot be read"),
  UNAUTHORIZED("unauthorized", "Nobody is signed in"),
  FORBIDDEN("forbidden", "This is not allowed"),
  NOT_FOUND("not-found", "There is no such thing"),
  WRONG_STATE("wrong-state", "This cannot be done as things stand"),
  LOST_UPDATE("lost-update", "Somebody else changed it meanwhile"),
  TOO_LARGE("too-large", "This is too large"),
  VALIDATION("validation", "The request is readable, but wrong"),
  QUOTA("quota", "This is too much"),
  UNAVAILABLE("unavailable", "This cannot be answered now");

  private final String name;
  private final String title;

  ProblemType(String name, String title) {
    this.name = name;
    this.title = title;
  }

  URI uri() {
    return URI.create("urn:carillon:problem:" + name);
  }

  String title() {
    return title;
  }

  /** The kind that a status alone tells, for problems that the framework makes. */
  static ProblemType of(int status) {
    return switch (status) {
      case 401 -> UNAUTHORIZED;
      case 403 -> FORBIDDEN;
      case 404, 405, 410 -> NOT_FOUND;
      case 409 -> WRONG_STATE;
      case 412 -> LOST_UPDATE;
      case 413 -> TOO_LARGE;
      case 422 -> VALIDATION;
      case 429 -> QUOTA;
      default -> status >= 500 ? UNAVAILABLE : UNREADABLE;
    };
  }
}
