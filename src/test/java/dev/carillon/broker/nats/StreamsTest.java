package dev.carillon.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamsTest {

  @ParameterizedTest
  @CsvSource({
    "a.b, a.b, true",
    "a.*, a.b, true",
    "a.*, a.*, true",
    "a.>, a.*, true",
    "a.>, a.b.>, true",
    ">, a, true",
    "a.b, a.*, false",
    "a.*, a.>, false",
    "a.*, a.b.c, false",
    "a.>, a, false",
    "a.*.c, a.b, false",
  })
  void knowsWhichSubjectsCoverWhich(String wide, String narrow, boolean covers) {
    assertThat(Streams.covers(wide, narrow)).isEqualTo(covers);
  }
}
