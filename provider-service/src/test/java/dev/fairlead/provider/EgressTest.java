package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactoryBuilder;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases B3 and B4: nothing leads a call of a vendor elsewhere than its configured URL. */
class EgressTest {

  private static final String CHAT =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"good\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";

  private static String yaml(String lab, String other) {
    return """
    providers:
      lab: { kind: openai, base_url: "%s/v1", api_key: sk-canary-5c1 }
      other: { kind: openai, base_url: "%s/v1", api_key: k }
    models:
      - { id: a, provider: lab, upstream: ok, price: { input: 1, output: 1 } }
      - { id: b, provider: other, upstream: ok, price: { input: 1, output: 1 } }
    provider: { retry: { max_retries: 0 } }
    """
        .formatted(lab, other);
  }

  private static ClientFactoryBuilder named(
      ClientFactoryBuilder connections, AtomicReference<InetAddress> meaning) {
    return connections.domainNameResolverCustomizer(dns ->
        dns.enableAutoRefresh(false)
            .cacheSpec("maximumSize=0")
            .hostsFileEntriesResolver((name, types) -> meaning.get()));
  }

  private static String refused(FaultRig.Told told) {
    return Objects.requireNonNull(told.failure()).message();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "fe80::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "0.0.0.0"})
  void b3_nameThatComesToMeanAnotherAddress_isNotCalledThere(String address) {
    AtomicReference<InetAddress> meaning =
        new AtomicReference<>(InetAddress.ofLiteral("127.0.0.1"));
    try (RawUpstream lab = RawUpstream.start(request -> Answer.json(200, "", CHAT));
        RawUpstream other = RawUpstream.start(request -> Answer.json(200, "", CHAT));
        FaultRig rig =
            new FaultRig(
                yaml(lab.baseUrl().replace("127.0.0.1", "lab.example"), other.baseUrl()),
                connections -> named(connections, meaning))) {
      assertThat(rig.generate("a").answered()).isTrue();
      meaning.set(InetAddress.ofLiteral(address));
      FaultRig.Told alone = rig.generate("a");
      assertThat(alone.failure()).isInstanceOf(Failure.UpstreamUnavailable.class);
      assertThat(refused(alone))
          .contains("an address that is never called")
          .doesNotContain(address);
      FaultRig.Told elsewhere = rig.generate("a", "b");
      assertThat(elsewhere.attempts())
          .extracting(Attempt::getResult)
          .containsExactly(
              AttemptResult.ATTEMPT_RESULT_UNAVAILABLE, AttemptResult.ATTEMPT_RESULT_SUCCESS);
      meaning.set(InetAddress.ofLiteral("127.0.0.1"));
      assertThat(rig.generate("a").answered()).isTrue();
      assertThat(lab.calls()).isEqualTo(2);
      rig.awaitIdle();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void b4_redirect_isNotFollowed_andTheKeyGoesNowhereElse(int status) {
    try (RawUpstream canary = RawUpstream.start(request -> Answer.json(200, "", CHAT));
        RawUpstream lab =
            RawUpstream.start(request ->
                Answer.json(
                    status, "location: " + canary.baseUrl() + "/v1/chat/completions\r\n", ""));
        RawUpstream other = RawUpstream.start(request -> Answer.json(200, "", CHAT));
        FaultRig rig = new FaultRig(yaml(lab.baseUrl(), other.baseUrl()))) {
      for (boolean streamed : new boolean[] {false, true}) {
        FaultRig.Told alone = streamed ? rig.stream("a") : rig.generate("a");
        assertThat(alone.failure()).isInstanceOf(Failure.UpstreamMalformed.class);
        assertThat(refused(alone)).contains("redirect (" + status + ")");
      }
      assertThat(rig.generate("a", "b").answered()).isTrue();
      assertThat(canary.calls()).isZero();
      assertThat(lab.requests()).allMatch(request -> request.head().contains("sk-canary-5c1"));
      assertThat(other.requests()).noneMatch(request -> request.head().contains("sk-canary-5c1"));
      rig.awaitIdle();
    }
  }

  @Test
  void loopbackAndPrivateNames_areCalled() {
    AtomicReference<InetAddress> meaning =
        new AtomicReference<>(InetAddress.ofLiteral("127.0.0.2"));
    try (RawUpstream other = RawUpstream.start(request -> Answer.json(200, "", CHAT));
        FaultRig rig =
            new FaultRig(
                yaml(other.baseUrl().replace("127.0.0.1", "lab.example"), other.baseUrl()),
                connections -> named(connections, meaning))) {
      // Nobody listens there: the connection was tried.
      assertThat(refused(rig.generate("a"))).contains("connection refused");
      meaning.set(InetAddress.ofLiteral("::1"));
      assertThat(refused(rig.generate("a"))).doesNotContain("never called");
    }
  }
}
