package dev.carillon.broker.nats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NatsSettingsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nats://bob:s3cret@a:4222|nats://a:4222",
        "tls://bob:s3/cr]et@a,nats://s3cret@b:4222|tls://a,nats://b:4222",
        "nats://bob:p@s3cret@a|nats://a",
        "nats://bob:x://s3cret@a|nats://a",
        "bob:s3cret@a:4222|a:4222",
        "bob:x://s3cret@a|a",
        "cannot connect: [nats://bob:s3cret@a, NATS://bob:s3cret@b]|"
            + "cannot connect: [nats://a, NATS://b]",
        "bad port at index 12: natz://bob:s3cret@a|bad port at index 12: a",
        "nats://a:4222 is away|nats://a:4222 is away"
      })
  void takesUsersPasswordsAndTokensOutOfAnyText(String text, String told) {
    assertThat(NatsSettings.withoutSecrets(text)).isEqualTo(told);
  }
}
