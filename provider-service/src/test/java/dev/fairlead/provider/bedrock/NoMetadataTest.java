package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.TypedCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Where the metadata services would be stands a server that counts who asks. */
class NoMetadataTest {

  private static final String SWITCH = "aws.disableEc2Metadata";

  @TempDir private Path files;
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<String, String> before = new HashMap<>();
  private Server metadata;

  @BeforeEach
  void start() {
    metadata =
        Server.builder()
            .http(0)
            .serviceUnder(
                "/",
                (context, request) -> {
                  asked.incrementAndGet();
                  return HttpResponse.of(404);
                })
            .build();
    metadata.start().join();
    String address = "http://127.0.0.1:" + metadata.activeLocalPort();
    set("aws.ec2MetadataServiceEndpoint", address);
    set("aws.containerCredentialsFullUri", address + "/credentials");
    set("aws.sharedCredentialsFile", files.resolve("credentials").toString());
    set("aws.configFile", files.resolve("config").toString());
    set("aws.defaultsMode", "auto");
  }

  @AfterEach
  void stop() {
    before.forEach(NoMetadataTest::restore);
    metadata.stop().join();
  }

  private void set(String name, String value) {
    before.put(name, System.getProperty(name, ""));
    System.setProperty(name, value);
  }

  private static void restore(String name, String value) {
    if (value.isEmpty()) {
      System.clearProperty(name);
    } else {
      System.setProperty(name, value);
    }
  }

  private static RecordedAnswer call(String baseUrl, String profile) {
    BedrockConfig config =
        new BedrockConfig(
            baseUrl, ScriptedBedrock.REGION, "", new Secret(""), new Secret(""), profile);
    RecordedAnswer answer = new RecordedAnswer();
    try (ClientFactory factory = ClientFactory.builder().build()) {
      new BedrockProvider("aws", config, new LimitSettings(10, 1 << 20, 1 << 18), factory)
          .open(TypedCalls.call("ok", TypedCalls.request("hi"), false), answer);
      return answer.await();
    }
  }

  @Test
  void nobodyIsAsked_whenThereAreNoCredentials() {
    UpstreamFailure failure = call("http://127.0.0.1:1", "").failure();
    assertThat(failure.next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    assertThat(((Failure.UpstreamRejected) failure.failure()).fault())
        .isEqualTo(Failure.UpstreamRejected.Fault.CONFIGURATION);
    assertThat(failure.failure().message()).contains("no AWS credentials");
    assertThat(asked).hasValue(0);
  }

  @Test
  void sdkItself_wouldAsk_andIsForbidden() {
    set(SWITCH, "false");
    try (var provider = InstanceProfileCredentialsProvider.create()) {
      assertThatThrownBy(provider::resolveCredentials).isInstanceOf(SdkClientException.class);
    }
    assertThat(asked.get()).isPositive();
    int asking = asked.get();
    System.clearProperty(SWITCH);
    call("http://127.0.0.1:1", "");
    try (var provider = InstanceProfileCredentialsProvider.create()) {
      assertThatThrownBy(provider::resolveCredentials).isInstanceOf(SdkClientException.class);
    }
    assertThat(asked).hasValue(asking);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[profile p]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Ec2InstanceMetadata\n",
        "[profile p]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer\n",
      })
  void nobodyIsAsked_whenTheMachinesFilesSaySo(String config) throws IOException {
    Files.writeString(files.resolve("config"), config);
    UpstreamFailure failure = call("http://127.0.0.1:1", "p").failure();
    assertThat(failure.failure().message()).contains("no AWS credentials");
    assertThat(failure.next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    assertThat(asked).hasValue(0);
  }

  @Test
  void profile_isReadFromTheMachinesFiles() throws IOException {
    Files.writeString(
        files.resolve("credentials"),
        "[dev]\naws_access_key_id = "
            + ScriptedBedrock.KEY_ID
            + "\naws_secret_access_key = "
            + ScriptedBedrock.SECRET
            + "\n");
    try (ScriptedBedrock vendor = new ScriptedBedrock()) {
      assertThat(call(vendor.baseUrl(), "dev").completion().text()).isEqualTo("Hello world");
      assertThat(vendor.last().complaint).isEmpty();
    }
    assertThat(asked).hasValue(0);
  }
}
