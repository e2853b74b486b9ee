package dev.carillon.observe.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes no span of requests whose path is secret; all else is another sampler's.
 *
 * @param secret of a path as it was sent
 */
public record QuietSampler(Sampler others, Predicate<String> secret) implements Sampler {

  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    String path = kind == SpanKind.SERVER ? attributes.get(PATH) : null;
    return path != null && secret.test(path)
        ? SamplingResult.drop()
        : others.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  @Override
  public String getDescription() {
    return "Quiet{" + others.getDescription() + "}";
  }

  @Override
  public String toString() {
    return getDescription();
  }
}
