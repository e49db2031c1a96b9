package dev.fairlead.provider.translation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.v1.Dialect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParamNamesTest {

  private static Failure about(@Nullable String param) {
    return new UpstreamRejected("odd", 400, Fault.CALLER, param, "code");
  }

  @ParameterizedTest
  @CsvSource({
    "messages,       messages,         prompt,     input",
    "system,         messages,         prompt,     instructions",
    "stop_sequences, stop,             stop,",
    "thinking,       reasoning_effort, ,           reasoning",
    "max_tokens,     max_tokens,       max_tokens, max_output_tokens",
    "tools,          tools,            ,           tools",
    "temperature,    temperature,      temperature, temperature"
  })
  void member_hasTheClientsName(
      String member, String chat, @Nullable String completions, @Nullable String responses) {
    assertThat(ParamNames.in(Dialect.DIALECT_OPENAI_CHAT, about(member))).isEqualTo(about(chat));
    assertThat(ParamNames.in(Dialect.DIALECT_OPENAI_COMPLETIONS, about(member)))
        .isEqualTo(about(completions));
    assertThat(ParamNames.in(Dialect.DIALECT_OPENAI_RESPONSES, about(member)))
        .isEqualTo(about(responses));
    assertThat(ParamNames.in(Dialect.DIALECT_ANTHROPIC_MESSAGES, about(member)))
        .isEqualTo(about(member));
  }

  @Test
  void otherFailures_areLeftAlone() {
    Failure timeout = new Failure.Timeout("slow");

    assertThat(ParamNames.in(Dialect.DIALECT_OPENAI_RESPONSES, timeout)).isSameAs(timeout);
  }
}
