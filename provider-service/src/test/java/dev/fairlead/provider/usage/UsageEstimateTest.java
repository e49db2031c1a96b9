package dev.fairlead.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UsageEstimateTest {

  @BeforeAll
  static void exactCounts() {
    TokenCounter.forModel("gpt-4o").loaded().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static ModelCall call(RequestForm form) {
    ModelSpec model = new ModelSpec("m", "p", "gpt-4o", null, null, 0, 0, Set.of());
    return new ModelCall(
        model, form, true, 0, Map.of(), Duration.ofSeconds(9), false, Context.root());
  }

  private static long prompt(Dialect dialect, String json) {
    RequestForm form = new RequestForm.Raw(Spans.raw(dialect, json));
    return UsageEstimate.of(call(form), "", 0).promptTokens();
  }

  private static long chat(String json) {
    return prompt(Dialect.DIALECT_OPENAI_CHAT, json);
  }

  @Test
  void message_costsItsWordsAndTheOverheadThatOpenAiDocuments() {
    assertThat(chat("{\"messages\":[{\"role\":\"user\",\"content\":\"hello world\"}]}"))
        .as("2 + 3 + role + 3")
        .isEqualTo(9);
    assertThat(chat("{\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}")).isEqualTo(7);
  }

  @Test
  void conversation_costsWhatTheDocumentedFormulaSays() {
    String[][] turns = {
      {
        "",
        "You are a helpful, pattern-following assistant that translates corporate jargon into plain"
            + " English."
      },
      {"example_user", "New synergies will help drive top-line growth."},
      {"example_assistant", "Things working well together will increase revenue."},
      {
        "example_user",
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased"
            + " leverage."
      },
      {"example_assistant", "Let's talk later when we're less busy about how to do better."},
      {"", "This late pivot means we don't have time to boil the ocean for the client deliverable."}
    };
    StringBuilder json = new StringBuilder("{\"messages\":[");
    for (String[] turn : turns) {
      json.append(json.charAt(json.length() - 1) == '[' ? "" : ",").append("{\"role\":\"system\",");
      json.append(turn[0].isEmpty() ? "" : "\"name\":\"" + turn[0] + "\",");
      json.append("\"content\":\"").append(turn[1]).append("\"}");
    }

    TokenCounter counter = TokenCounter.forModel("gpt-4o");
    long formula = 3;
    for (String[] turn : turns) {
      formula += 3 + counter.count("system") + counter.count(turn[1]);
      formula += turn[0].isEmpty() ? 0 : 1 + counter.count(turn[0]);
    }
    assertThat(chat(json.append("]}").toString())).isBetween(formula - 6, formula + 6);
  }

  @Test
  void plainPrompt_hasNoOverhead_andTokensAreCountedAsTheyAre() {
    Dialect completions = Dialect.DIALECT_OPENAI_COMPLETIONS;

    assertThat(prompt(completions, "{\"prompt\":\"hello world\"}")).isEqualTo(2);
    assertThat(prompt(completions, "{\"prompt\":[15339,1917,0]}")).isEqualTo(3);
    assertThat(
            prompt(
                Dialect.DIALECT_OPENAI_EMBEDDINGS, "{\"input\":[[1,2,3],[4]],\"dimensions\":256}"))
        .isEqualTo(4);
  }

  @Test
  void toolsAndImages_count() {
    String message = "\"messages\":[{\"role\":\"user\",\"content\":\"hello world\"}]";
    String tools =
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":"
            + "\"Tells the weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":"
            + "{\"type\":\"string\"}}}}}]";
    String picture =
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello"
            + " world\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
            + "A".repeat(100_000)
            + "\"}}]}]}";

    assertThat(chat("{" + message + "," + tools + "}")).isBetween(30L, 70L);
    assertThat(chat(picture)).isEqualTo(9 + 765);
  }

  @Test
  void typedRequest_countsLikeTheRawOne() {
    ChatRequest.Builder request =
        ChatRequest.newBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_USER)
                    .addContent(ContentPart.newBuilder().setText("hello world")));
    assertThat(UsageEstimate.of(call(new RequestForm.Typed(request.build())), "", 0).promptTokens())
        .isEqualTo(9);

    request
        .getMessagesBuilder(0)
        .setName("ann")
        .addContent(
            ContentPart.newBuilder().setImage(Image.newBuilder().setUrl("https://a.example/b")));
    request.addTools(Tool.newBuilder().setName("hello").setDescription("world"));
    assertThat(UsageEstimate.of(call(new RequestForm.Typed(request.build())), "", 0).promptTokens())
        .isBetween(9 + 1 + 765 + 2L, 9 + 1 + 765 + 6L);
  }

  @Test
  void answer_isCountedByItsText_andWhatIsBesideIt() {
    RequestForm form = new RequestForm.Raw(Spans.chat("hello world"));

    TokenUsage usage = UsageEstimate.of(call(form), "hello world", 40);

    assertThat(usage).isEqualTo(new TokenUsage(9, 0, 0, 12, 0, true));
  }

  @Test
  void j5_reportedUsage_counts_unlessItCannotBe() {
    ModelCall call = call(new RequestForm.Raw(Spans.chat("hello world")));
    TokenUsage zero = TokenUsage.of(0, 0);
    TokenUsage negative = TokenUsage.of(-5, 3);
    TokenUsage huge = TokenUsage.of(9, Long.MAX_VALUE);
    TokenUsage estimate = new TokenUsage(9, 0, 0, 2, 0, true);

    assertThat(UsageEstimate.unlessReported(zero, call, "hello world", 0)).isSameAs(zero);
    assertThat(UsageEstimate.unlessReported(negative, call, "hello world", 0)).isEqualTo(estimate);
    assertThat(UsageEstimate.unlessReported(huge, call, "hello world", 0)).isEqualTo(estimate);
    assertThat(UsageEstimate.unlessReported(null, call, "hello world", 0)).isEqualTo(estimate);
  }

  @Test
  void hugePrompt_isCountedWholly_inBoundedTime() {
    RequestForm form = new RequestForm.Raw(Spans.chat("x".repeat(4 << 20)));
    long began = System.nanoTime();

    long tokens = UsageEstimate.of(call(form), "", 0).promptTokens();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    assertThat(tokens).isGreaterThan((3 << 20) / 4);
  }
}
