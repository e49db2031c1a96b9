package dev.fairlead.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedMemberTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | temperature: range: 0..1 | temperature |",
        "400 | messages.1.content.0: unexpected | messages |",
        "400 | tools[0].name: too long | tools |",
        "400 | error: something | |",
        "400 | Temperature: no | |",
        "400 | the temperature: is wrong | |",
        "400 | messages | |",
        "400 | | |",
        "400 | prompt is too long: 9 tokens > 8 maximum | messages | context_length_exceeded",
        "400 | input length and `max_tokens` exceed context limit: 9 | messages |"
            + " context_length_exceeded",
        "400 | This model's maximum context length is 8 tokens. | messages |"
            + " context_length_exceeded",
        "400 | Input is too long for requested model. | messages | context_length_exceeded",
        "413 | Request exceeds the maximum size | | request_too_large"
      })
  void words_nameMemberAndKind(int status, String message, String param, String code) {
    assertThat(RefusedMember.of(status, message)).isEqualTo(new RefusedMember(param, code));
  }
}
