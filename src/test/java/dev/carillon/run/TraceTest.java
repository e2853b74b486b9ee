package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {

  private static final UUID RUN = UUID.fromString("019ca928-2dfb-7480-841e-cd2fe58c5f43");
  private static final String SENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

  @Test
  void staysInTheTraceOfWhoeverAskedWithSpansOfItsOwn() {
    Trace trace = Trace.of(SENT, RUN);

    String first = trace.traceparent(1);

    assertTrue(first.matches("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00"), first);
    assertFalse(first.contains("00f067aa0ba902b7"));
    assertNotEquals(first, trace.traceparent(2));
    assertEquals(first, Trace.of(SENT, RUN).traceparent(1));
  }

  @Test
  void derivesATraceFromTheRunWhenNobodySentOne() {
    assertTrue(
        Trace.of(null, RUN)
            .traceparent(1)
            .matches("00-019ca9282dfb7480841ecd2fe58c5f43-[0-9a-f]{16}-01"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"
      })
  void doesNotTakeOverAHeaderThatIsNone(String header) {
    assertFalse(Trace.isValid(header));
    assertEquals(Trace.of(null, RUN), Trace.of(header, RUN));
  }

  @Test
  void saysWhatTheRunCameFrom() {
    Trace asked = Trace.of(SENT, RUN);
    Trace fired = Trace.of(null, RUN);

    assertEquals("00f067aa0ba902b7", asked.originSpanId());
    assertFalse(asked.isDerived());
    assertTrue(fired.isDerived());
    assertEquals(fired.originSpanId(), Trace.of(null, RUN).originSpanId());
    assertNotEquals(fired.originSpanId(), fired.spanId(1));
  }
}
