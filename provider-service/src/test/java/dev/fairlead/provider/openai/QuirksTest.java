package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class QuirksTest {

  private static final String ANSWER =
      "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}";

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com/v1, OPENAI",
    "https://one.openai.azure.com, AZURE",
    "https://one.services.ai.azure.com/openai/v1, AZURE",
    "http://localhost:11434/v1, OLLAMA",
    "https://api.groq.com/openai/v1, GROQ",
    "https://api.mistral.ai/v1, MISTRAL",
    "https://api.deepseek.com, DEEPSEEK",
    "https://api.together.xyz/v1, TOGETHER",
    "https://openrouter.ai/api/v1, OPENROUTER",
    "https://api.x.ai/v1, XAI",
    "http://10.0.0.7:8000/v1, COMPATIBLE",
    "https://api.openai.com.example.org/v1, COMPATIBLE"
  })
  void quirks_areToldByTheAddress(String baseUrl, Quirks expected) {
    assertThat(new OpenAiConfig(baseUrl, new Secret(""), HttpProtocol.AUTO).special())
        .isEqualTo(expected);
  }

  @Test
  void quirks_areTheEntrysOwn_whenItNamesThem() {
    assertThat(config("http://10.0.0.7:8000/v1", "vllm", "").special()).isEqualTo(Quirks.VLLM);
  }

  private static OpenAiConfig config(String baseUrl, String quirks, String version) {
    return new OpenAiConfig(baseUrl, new Secret("k"), HttpProtocol.AUTO, quirks, version);
  }

  private static String splice(Quirks quirks, int bound, boolean streamed, String json) {
    return new String(
        RequestSplicer.splice(
            Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json),
            "m",
            streamed,
            bound,
            quirks,
            new DroppedFields()),
        UTF_8);
  }

  @ParameterizedTest
  @EnumSource(value = Quirks.class, mode = Mode.EXCLUDE, names = "MISTRAL")
  void usage_isAskedForInStreams_besideTheClientsOwnOptions(Quirks quirks) {
    assertThat(splice(quirks, 0, true, "{\"model\":\"a\",\"stream\":true}"))
        .contains("\"stream_options\":{\"include_usage\":true}");
    assertThat(
            splice(
                quirks,
                0,
                true,
                "{\"model\":\"a\",\"stream\":true,\"stream_options\":"
                    + "{\"include_usage\":false,\"include_obfuscation\":false}}"))
        .contains("\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}");
  }

  @Test
  void mistral_getsItsOwnNames_andNothingItRefuses() {
    String json =
        "{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
            + "\"max_completion_tokens\":50,\"seed\":7,\"top_p\":0.5}";
    assertThat(splice(Quirks.MISTRAL, 0, true, json))
        .isEqualTo(
            "{\"random_seed\":7,\"max_tokens\":50,\"model\":\"m\",\"stream\":true,\"top_p\":0.5}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"max_completion_tokens\":50; 0; \"max_tokens\":50",
        "\"max_completion_tokens\":50; 20; \"max_tokens\":20",
        "\"max_completion_tokens\":50; 90; \"max_tokens\":50",
        "\"max_tokens\":10,\"max_completion_tokens\":5000; 100; \"max_tokens\":100",
        "\"max_tokens\":500,\"max_completion_tokens\":null; 100; \"max_tokens\":100",
        "\"max_completion_tokens\":null; 100; \"max_tokens\":100",
        "\"top_p\":1; 100; \"max_tokens\":100"
      })
  void bound_hasTheOldName_whereTheNewOneIsIgnored(String members, int bound, String expected) {
    String body = splice(Quirks.OLLAMA, bound, false, "{\"model\":\"a\"," + members + "}");
    assertThat(body).contains(expected).doesNotContain("max_completion_tokens");
    assertThat(body.split("max_tokens", -1)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // the old name goes to models that think, byte for byte else
        "gpt-5-mini; \"max_tokens\":50; 0; \"max_completion_tokens\":50",
        "o3; \"max_tokens\":50; 20; \"max_completion_tokens\":20",
        "o4-mini; \"max_tokens\":5,\"max_completion_tokens\":60; 0; \"max_completion_tokens\":60",
        "gpt-5; \"max_tokens\":null; 20; \"max_completion_tokens\":20",
        "gpt-5; \"max_tokens\":7,\"max_completion_tokens\":null; 0; \"max_completion_tokens\":7",
        "gpt-4o; \"max_tokens\":50; 0; \"max_tokens\":50",
        "gpt-4.1; \"max_tokens\":50; 20; \"max_tokens\":20",
        "omni; \"max_tokens\":50; 0; \"max_tokens\":50",
      })
  void bound_hasTheNewName_whereTheOldOneIsRefused(
      String upstream, String members, int bound, String expected) {
    String body =
        new String(
            RequestSplicer.splice(
                Spans.raw(Dialect.DIALECT_OPENAI_CHAT, "{\"model\":\"a\"," + members + "}"),
                upstream,
                false,
                bound,
                Quirks.OPENAI,
                new DroppedFields()),
            UTF_8);
    assertThat(body).contains(expected);
    assertThat(body.split("max_", -1)).hasSize(2);
  }

  private static String left(Quirks quirks, String json, List<String> reported) {
    DroppedFields dropped = new DroppedFields();
    String body =
        new String(
            RequestSplicer.splice(
                Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json), "m", false, 0, quirks, dropped),
            UTF_8);
    reported.addAll(dropped.paths());
    return body;
  }

  @ParameterizedTest
  @EnumSource(
      value = Quirks.class,
      names = {"GROQ", "MISTRAL"})
  void refusedMembers_areLeftOutOfThePassThrough_andReported(Quirks quirks) {
    String json =
        "{\"model\":\"m\", \"logit_bias\":{\"5\":1}, \"logprobs\" : false,\"messages\": [ {\"name\":\"Ann\","
            + " \"role\":\"user\",\"content\":\"\\u00e9 1.50\"},{\"role\":\"assistant\",\"refusal\":null,"
            + "\"reasoning_content\":\"{\\\"name\\\":1}\" ,\"content\":\"a\",\"tool_calls\":[{\"id\":\"c\","
            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],\"annotations\":[ {} ] },"
            + "{\"role\":\"tool\",\"name\":\"f\",\"tool_call_id\":\"c\",\"content\":\"9\"} ],\"x_new\":1e400}";
    List<String> reported = new ArrayList<>();
    assertThat(left(quirks, json, reported))
        .isEqualTo(
            "{\"model\":\"m\",\"messages\": [ {\"role\":\"user\",\"content\":\"\\u00e9 1.50\"},"
                + "{\"role\":\"assistant\" ,\"content\":\"a\",\"tool_calls\":[{\"id\":\"c\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}] },"
                + "{\"role\":\"tool\",\"name\":\"f\",\"tool_call_id\":\"c\",\"content\":\"9\"} ],\"x_new\":1e400}");
    assertThat(reported)
        .containsExactly(
            "logit_bias",
            "messages[0].name",
            "messages[1].reasoning_content",
            "messages[1].annotations");
    assertThatThrownBy(() -> left(quirks, "{\"model\":\"a\",\"logprobs\":true}", reported))
        .hasMessageStartingWith("logprobs: ");
  }

  @Test
  void refusedMembers_stayWhereTheyAreKnown_andNothingElseChanges() {
    List<String> reported = new ArrayList<>();
    String json =
        "{\"model\":\"m\",\"user\":\"u\", \"store\":false,\"service_tier\":null,"
            + "\"messages\":[{\"role\":\"user\",\"name\":\"n\"}]}";
    assertThat(left(Quirks.OPENAI, json, reported)).isEqualTo(json);
    assertThat(reported).isEmpty();
    assertThat(left(Quirks.MISTRAL, json, reported))
        .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}");
    assertThat(reported).containsExactly("user", "store", "messages[0].name");
  }

  @Test
  void refusedMembers_areLeftOutOfTypedRequests_andReported() {
    ChatRequest request =
        TypedCalls.request("hi").toBuilder()
            .setUser("u")
            .setLogprobs(false)
            .setExtensions(
                Struct.newBuilder()
                    .putFields("store", Value.newBuilder().setBoolValue(true).build())
                    .putFields("safe_prompt", Value.newBuilder().setBoolValue(true).build()))
            .addMessages(
                TypedCalls.message(Message.Role.ROLE_USER, "me").toBuilder().setName("Ann"))
            .build();
    DroppedFields dropped = new DroppedFields();
    String body =
        new String(
            ChatRequestCodec.encode(
                request, TypedCalls.call("m", request, false), Quirks.MISTRAL, dropped),
            UTF_8);
    assertThat(body).contains("\"safe_prompt\":true").doesNotContain("Ann", "store", "logprobs");
    assertThat(dropped.paths()).containsExactlyInAnyOrder("messages[1].name", "user", "store");
  }

  @Test
  void leftOutMember_isToldToTheListener() {
    try (RawUpstream vendor = RawUpstream.start(r -> RawUpstream.Answer.json(200, "", ANSWER));
        ClientFactory factory = ClientFactory.builder().build()) {
      OpenAiProvider groq =
          new OpenAiProvider(
              "g",
              config(vendor.baseUrl() + "/v1", "groq", ""),
              new LimitSettings(10, 1 << 20, 1 << 20),
              factory);
      RecordedAnswer answer = new RecordedAnswer();
      RequestForm form =
          new RequestForm.Raw(
              Spans.raw(
                  Dialect.DIALECT_OPENAI_CHAT,
                  "{\"model\":\"a\",\"messages\":[],\"logit_bias\":{\"1\":2}}"));
      groq.open(TypedCalls.call("m", form, false), answer);
      assertThat(answer.await().completion().text()).isEqualTo("hi");
      assertThat(answer.dropped()).containsExactly("logit_bias");
      assertThat(vendor.last().body()).doesNotContain("logit_bias");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Quirks.class,
      names = {"OLLAMA", "GROQ", "DEEPSEEK"})
  void severalChoices_areRefused_whereTheyWouldBeIgnored(Quirks quirks) {
    assertThatThrownBy(() -> splice(quirks, 0, false, "{\"model\":\"a\",\"n\":2}"))
        .isInstanceOf(FailureException.class)
        .hasMessageStartingWith("n: ");
    assertThat(splice(quirks, 0, false, "{\"model\":\"a\",\"n\":1}")).contains("\"n\":1");
    ChatRequest two = TypedCalls.request("hi").toBuilder().setChoiceCount(2).build();
    assertThatThrownBy(() ->
            ChatRequestCodec.encode(
                two, TypedCalls.call("m", two, false), quirks, new DroppedFields()))
        .isInstanceOf(FailureException.class);
  }

  @Test
  void typedRequest_usesTheServersNames() {
    ChatRequest request =
        ChatRequest.newBuilder()
            .addMessages(TypedCalls.message(Message.Role.ROLE_DEVELOPER, "be brief"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "hi"))
            .setSeed(7)
            .setMaxOutputTokens(5)
            .build();
    String mistral =
        new String(
            ChatRequestCodec.encode(
                request, TypedCalls.call("m", request, true), Quirks.MISTRAL, new DroppedFields()),
            UTF_8);
    assertThat(mistral)
        .contains("\"role\":\"system\"", "\"random_seed\":7", "\"max_tokens\":5")
        .doesNotContain("stream_options", "developer");
    String openai =
        new String(
            ChatRequestCodec.encode(
                request, TypedCalls.call("m", request, true), Quirks.OPENAI, new DroppedFields()),
            UTF_8);
    assertThat(openai)
        .contains("\"role\":\"developer\"", "\"seed\":7", "\"max_completion_tokens\":5");
  }

  @Test
  void thoughts_goBackToDeepSeek_andOfCallsEvenNone() {
    ChatRequest request =
        ChatRequest.newBuilder()
            .addMessages(
                turn(thought("Let me "), thought("see.")).addToolCalls(ToolCall.newBuilder()))
            .addMessages(turn().addToolCalls(ToolCall.newBuilder()))
            .addMessages(turn(ContentPart.newBuilder().setText("done").build()))
            .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "hi"))
            .build();
    DroppedFields dropped = new DroppedFields();
    String deepSeek = encode(request, Quirks.DEEPSEEK, dropped);
    assertThat(deepSeek)
        .containsSubsequence(
            "\"content\":null,\"reasoning_content\":\"Let me see.\",\"tool_calls\"",
            "\"content\":null,\"reasoning_content\":\"\",\"tool_calls\"",
            "\"content\":\"done\"}",
            "\"content\":\"hi\"}");
    assertThat(dropped.paths()).isEmpty();
    assertThat(encode(request, Quirks.COMPATIBLE, dropped)).doesNotContain("reasoning_content");
    assertThat(dropped.paths())
        .containsExactly("messages[0].content[0].reasoning", "messages[0].content[1].reasoning");
  }

  private static String encode(ChatRequest request, Quirks quirks, DroppedFields dropped) {
    return new String(
        ChatRequestCodec.encode(request, TypedCalls.call("m", request, false), quirks, dropped),
        UTF_8);
  }

  private static Message.Builder turn(ContentPart... parts) {
    return Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT).addAllContent(List.of(parts));
  }

  private static ContentPart thought(String text) {
    return ContentPart.newBuilder().setReasoning(Reasoning.newBuilder().setText(text)).build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; ''; /openai/v1/chat/completions",
        "/openai/v1; ''; /openai/v1/chat/completions",
        "/openai; ''; /openai/v1/chat/completions",
        "''; 2024-10-21; /openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21",
        "/openai/v1; 2024-10-21; "
            + "/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21"
      })
  void azure_isCalledInBothItsForms(String path, String version, String expected) {
    try (RawUpstream vendor = RawUpstream.start(r -> RawUpstream.Answer.json(200, "", ANSWER));
        ClientFactory factory = ClientFactory.builder().build()) {
      OpenAiProvider azure =
          new OpenAiProvider(
              "az",
              config(vendor.baseUrl() + path, "azure", version),
              new LimitSettings(10, 1 << 20, 1 << 20),
              factory);
      RecordedAnswer answer = new RecordedAnswer();
      azure.open(TypedCalls.call("my gpt/4", new RequestForm.Raw(Spans.chat("hi")), false), answer);
      assertThat(answer.await().completion().text()).isEqualTo("hi");
      assertThat(vendor.last().head())
          .startsWith("POST " + expected + " HTTP/1.1\r\n")
          .containsIgnoringCase("api-key: k\r\n")
          .doesNotContainIgnoringCase("authorization");
    }
  }

  /** How a server is spoken to: the key's header and the names of what a request says. */
  private record Words(
      String key, String bound, String role, String seed, boolean asksForUsage, boolean responses) {

    private static final String BEARER = "authorization: Bearer k";
    private static final String NEW = "max_completion_tokens";
    private static final String OLD = "max_tokens";

    static Words of(Quirks quirks) {
      return switch (quirks) {
        case OPENAI -> new Words(BEARER, NEW, "developer", "seed", true, true);
        case AZURE -> new Words("api-key: k", NEW, "developer", "seed", true, true);
        case GROQ, XAI -> new Words(BEARER, NEW, "system", "seed", true, true);
        case VLLM, OPENROUTER -> new Words(BEARER, OLD, "system", "seed", true, true);
        case OLLAMA, LLAMA_CPP, DEEPSEEK, TOGETHER, COMPATIBLE ->
            new Words(BEARER, OLD, "system", "seed", true, false);
        case MISTRAL -> new Words(BEARER, OLD, "system", "random_seed", false, false);
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Quirks.class)
  void everyServer_isSpokenToInItsOwnWords(Quirks quirks) {
    Words words = Words.of(quirks);
    try (RawUpstream vendor = RawUpstream.start(r -> RawUpstream.Answer.json(200, "", ANSWER));
        ClientFactory factory = ClientFactory.builder().build()) {
      OpenAiProvider provider =
          new OpenAiProvider(
              "p",
              config(vendor.baseUrl() + "/openai/v1", quirks.label(), ""),
              new LimitSettings(10, 1 << 20, 1 << 20),
              factory);
      ChatRequest request =
          ChatRequest.newBuilder()
              .addMessages(TypedCalls.message(Message.Role.ROLE_DEVELOPER, "be brief"))
              .addMessages(TypedCalls.message(Message.Role.ROLE_USER, "hi"))
              .setSeed(7)
              .setMaxOutputTokens(5)
              .build();
      RecordedAnswer answer = new RecordedAnswer();
      provider.open(TypedCalls.call("m", request, true), answer);
      answer.await();
      String head = vendor.last().head();
      assertThat(head).startsWith("POST /openai/v1/chat/completions HTTP/1.1\r\n");
      assertThat(head.lines().filter(line -> line.endsWith(" k")).toList())
          .singleElement()
          .matches(line -> line.equalsIgnoreCase(words.key()), words.key());
      String body = vendor.last().body();
      assertThat(body)
          .contains("\"%s\":5".formatted(words.bound()), "\"%s\":7".formatted(words.seed()))
          .contains("\"role\":\"%s\"".formatted(words.role()));
      assertThat(body.split("\"max_", -1)).hasSize(2);
      assertThat(body.contains("\"stream_options\":{\"include_usage\":true}"))
          .isEqualTo(words.asksForUsage());
      assertThat(provider.capabilities().dialects().contains(Dialect.DIALECT_OPENAI_RESPONSES))
          .isEqualTo(words.responses());
    }
  }

  @Test
  void refusedField_maySuitAnotherModel() {
    try (ClientFactory factory = ClientFactory.builder().build()) {
      OpenAiProvider groq =
          new OpenAiProvider(
              "g",
              config("http://127.0.0.1:1/v1", "groq", ""),
              new LimitSettings(10, 1 << 20, 1 << 20),
              factory);
      RecordedAnswer answer = new RecordedAnswer();
      RequestForm form =
          new RequestForm.Raw(
              Spans.raw(Dialect.DIALECT_OPENAI_CHAT, "{\"model\":\"a\",\"messages\":[],\"n\":3}"));
      groq.open(TypedCalls.call("m", form, false), answer);
      assertThat(answer.await().failure().next()).isEqualTo(Next.OTHER_MODEL);
    }
  }
}
