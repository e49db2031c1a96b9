package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.net.CalledAddresses;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.AttemptResult;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Case B3 for the one vendor whose connections are not Armeria's. */
class BedrockEgressTest {

  private static RecordedAnswer call(String baseUrl, boolean streamed) {
    BedrockConfig config =
        new BedrockConfig(
            baseUrl,
            ScriptedBedrock.REGION,
            ScriptedBedrock.KEY_ID,
            new Secret(ScriptedBedrock.SECRET),
            new Secret(""),
            "");
    RecordedAnswer answer = new RecordedAnswer();
    try (ClientFactory factory =
        ClientFactory.builder().connectTimeout(Duration.ofSeconds(2)).build()) {
      new BedrockProvider("aws", config, new LimitSettings(10, 1 << 20, 1 << 18), factory)
          .open(TypedCalls.call("ok", TypedCalls.request("hi"), streamed), answer);
      return answer.await();
    }
  }

  /** The machine itself answers there, so that a call that is made finds someone. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void b3_addressThatIsNeverCalled_isNotCalled(boolean streamed) {
    try (ScriptedBedrock vendor = new ScriptedBedrock()) {
      RecordedAnswer answer = call(vendor.baseUrl().replace("127.0.0.1", "0.0.0.0"), streamed);
      assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
      assertThat(vendor.ledger).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]"})
  void b3_metadataAddress_isRefusedAtOnce(String host) {
    UpstreamFailure failure = call("http://" + host, false).failure();
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    assertThat(failure.failure().message()).doesNotContain(host);
  }

  @Test
  void b3_refusal_isTold() {
    EmbeddedChannel channel = new EmbeddedChannel(CalledAddresses.INSTANCE);
    Throwable refused = channel.connect(new InetSocketAddress("169.254.169.254", 80)).cause();
    UpstreamFailure failure = new BedrockFailures("aws", List.of()).of(refused, false);
    assertThat(failure.failure()).isInstanceOf(Failure.UpstreamUnavailable.class);
    assertThat(failure.failure().message())
        .isEqualTo("provider aws: the host leads to an address that is never called");
  }
}
