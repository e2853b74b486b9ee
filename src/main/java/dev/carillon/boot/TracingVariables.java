package dev.carillon.boot;

import dev.carillon.observe.tracing.Samplers;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The variables of OpenTelemetry's specification. Naming an endpoint turns tracing on; Quarkus's
 * own variables, which it reads by itself, do too.
 */
final class TracingVariables {

  private final Variables variables;

  TracingVariables(Variables variables) {
    this.variables = variables;
  }

  void read() {
    Optional<String> endpoint = ofTraces("ENDPOINT");
    boolean named =
        endpoint.isPresent()
            || variables.value("QUARKUS_OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").isPresent()
            || variables.value("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT").isPresent();
    boolean wanted = !isTrue("OTEL_SDK_DISABLED") & exportsByOtlp();
    readSampler();
    String protocol = protocol(endpoint);
    Optional<String> compression = compression();
    if (!named || !wanted) {
      return;
    }
    variables.set("quarkus.otel.sdk.disabled", "false");
    endpoint.ifPresent(name -> readCollector(name, protocol));
    ofTraces("HEADERS")
        .flatMap(variables::value)
        .ifPresent(headers -> variables.set("quarkus.otel.exporter.otlp.headers", headers));
    compression.ifPresent(form -> variables.set("quarkus.otel.exporter.otlp.compression", form));
    variables
        .value("OTEL_SERVICE_NAME")
        .ifPresent(name -> variables.set("quarkus.otel.service.name", name));
    variables
        .value("OTEL_RESOURCE_ATTRIBUTES")
        .ifPresent(list -> variables.set("quarkus.otel.resource.attributes", list));
  }

  private void readCollector(String name, String protocol) {
    String url = variables.value(name).orElseThrow();
    if (!url.matches("https?://(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(:\\d{1,5})?(/[^\\s?#]*)?")) {
      // The value is not repeated: a password may be in it.
      variables.refuse(
          name
              + " is not an http or https URL of a collector; right is "
              + name
              + "=http://localhost:4318.");
      return;
    }
    // Of the two, the one for traces is the whole address; Quarkus appends the path to either.
    String base = name.contains("TRACES") ? url.replaceFirst("/v1/traces/?$", "") : url;
    variables.set("quarkus.otel.exporter.otlp.endpoint", base);
    variables.set("quarkus.otel.exporter.otlp.protocol", protocol);
  }

  /**
   * Without a word on it: by the port that is registered for OTLP over HTTP, else Quarkus's own.
   */
  private String protocol(Optional<String> endpoint) {
    Optional<String> name = ofTraces("PROTOCOL");
    if (name.isEmpty()) {
      String url = endpoint.flatMap(variables::value).orElse("");
      return url.matches("https?://[^/]*:4318(/.*)?") ? "http/protobuf" : "grpc";
    }
    String protocol = variables.value(name.get()).orElseThrow();
    if (!protocol.equals("grpc") && !protocol.equals("http/protobuf")) {
      variables.wrong(
          name.get(), protocol, "is neither grpc nor http/protobuf", name.get() + "=http/protobuf");
    }
    return protocol;
  }

  private void readSampler() {
    variables
        .value("OTEL_TRACES_SAMPLER")
        .ifPresent(
            sampler -> {
              if (Samplers.NAMES.contains(sampler)) {
                variables.set("carillon.tracing.sampler", sampler);
              } else {
                variables.wrong(
                    "OTEL_TRACES_SAMPLER",
                    sampler,
                    "is none of " + String.join(", ", new TreeSet<>(Samplers.NAMES)),
                    "OTEL_TRACES_SAMPLER=parentbased_traceidratio");
              }
            });
    variables
        .value("OTEL_TRACES_SAMPLER_ARG")
        .ifPresent(
            ratio -> {
              if (ratio.matches("0(\\.\\d{1,9})?|1(\\.0{1,9})?|\\.\\d{1,9}")) {
                variables.set("carillon.tracing.ratio", ratio);
              } else {
                variables.wrong(
                    "OTEL_TRACES_SAMPLER_ARG",
                    ratio,
                    "is not a part of the traces, from 0 to 1",
                    "OTEL_TRACES_SAMPLER_ARG=0.1");
              }
            });
  }

  private boolean exportsByOtlp() {
    String exporter = variables.value("OTEL_TRACES_EXPORTER").orElse("otlp");
    if (!exporter.equals("otlp") && !exporter.equals("none")) {
      variables.wrong(
          "OTEL_TRACES_EXPORTER",
          exporter,
          "is neither otlp nor none",
          "OTEL_TRACES_EXPORTER=otlp");
    }
    return exporter.equals("otlp");
  }

  /** As the specification has it: true in any case is true, and everything else is not. */
  private boolean isTrue(String name) {
    return variables.value(name).map("true"::equalsIgnoreCase).orElse(false);
  }

  private Optional<String> compression() {
    Optional<String> name = ofTraces("COMPRESSION");
    Optional<String> form = name.flatMap(variables::value);
    if (form.isPresent() && !form.get().equals("gzip") && !form.get().equals("none")) {
      variables.wrong(name.get(), form.get(), "is neither gzip nor none", name.get() + "=gzip");
    }
    return form;
  }

  /** The variable that is set, of which the one for traces goes before the one for everything. */
  private Optional<String> ofTraces(String what) {
    return Stream.of("OTEL_EXPORTER_OTLP_TRACES_" + what, "OTEL_EXPORTER_OTLP_" + what)
        .filter(name -> variables.value(name).isPresent())
        .findFirst();
  }
}
