package dev.fairlead.provider.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Message;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestDecodingTest {

  private static final int SEEDS = 2000;

  private static DecodedRequest decode(Dialect dialect, String json) {
    return Objects.requireNonNull(ClientDialect.of(dialect)).decode(json.getBytes(UTF_8));
  }

  private static ChatRequest chat(String json) {
    return decode(Dialect.DIALECT_OPENAI_CHAT, json).request();
  }

  private static ChatRequest messages(String json) {
    return decode(Dialect.DIALECT_ANTHROPIC_MESSAGES, json).request();
  }

  @Test
  void messages_meanWhatTheySaid_whateverTheySay() {
    Dialect dialect = Dialect.DIALECT_ANTHROPIC_MESSAGES;
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatRequest request = RandomRequests.of(seed, dialect);
      DecodedRequest decoded =
          Objects.requireNonNull(ClientDialect.of(dialect)).decode(Rendered.messages(request));
      assertThat(decoded.request()).as("seed " + seed).isEqualTo(request);
      assertThat(decoded.dropped()).isEmpty();
    }
  }

  @Test
  void responses_meanWhatTheySaid_whateverTheySay() {
    Dialect dialect = Dialect.DIALECT_OPENAI_RESPONSES;
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatRequest request = RandomRequests.of(seed, dialect);
      DecodedRequest decoded =
          Objects.requireNonNull(ClientDialect.of(dialect)).decode(Rendered.responses(request));
      assertThat(decoded.request()).as("seed " + seed).isEqualTo(request);
      assertThat(decoded.dropped()).isEmpty();
    }
  }

  @Test
  void toolResults_comeBeforeTheWordsOfTheSameTurn() {
    ChatRequest request =
        messages(
            "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                + "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"a\","
                + "\"name\":\"f\",\"input\":{\"n\": 9007199254740993}}]},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"and?\"},"
                + "{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":\"42\","
                + "\"is_error\":true}]}]}");
    assertThat(request.getMessagesList())
        .extracting(Message::getRole)
        .containsExactly(
            Message.Role.ROLE_USER,
            Message.Role.ROLE_ASSISTANT,
            Message.Role.ROLE_TOOL,
            Message.Role.ROLE_USER);
    assertThat(request.getMessages(1).getToolCalls(0).getArgumentsJson())
        .isEqualTo("{\"n\": 9007199254740993}");
    assertThat(request.getMessages(2).getToolError()).isTrue();
  }

  @Test
  void systemTurn_amongAnthropicsTurns_staysInItsPlace() {
    ChatRequest request =
        messages(
            "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                + "{\"role\":\"system\",\"content\":\"be brief\"}]}");
    assertThat(request.getMessagesList())
        .extracting(Message::getRole)
        .containsExactly(Message.Role.ROLE_USER, Message.Role.ROLE_SYSTEM);
  }

  @Test
  void cacheMarks_areKept_inBothDialectsThatHaveThem() {
    String mark = "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";
    ChatRequest anthropic =
        messages(
            "{\"max_tokens\":5,\"system\":[{\"type\":\"text\",\"text\":\"s\","
                + mark
                + "}],\"tools\":[{\"name\":\"f\",\"input_schema\":{},"
                + mark
                + "}],\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}");
    assertThat(anthropic.getMessages(0).getContent(0).getCacheTtl()).isEqualTo("1h");
    assertThat(anthropic.getTools(0).getCacheTtl()).isEqualTo("1h");
    ChatRequest openai =
        chat(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q\","
                + mark.replace(",\"ttl\":\"1h\"", "")
                + "}]}]}");
    assertThat(openai.getMessages(0).getContent(0).getCacheTtl()).isEqualTo("5m");
  }

  @ParameterizedTest
  @CsvSource({"1024,low", "2048,low", "4096,medium", "32000,high"})
  void thinkingBudget_isSaidInWordsToo(int budget, String effort) {
    ChatRequest request =
        messages(
            "{\"max_tokens\":64000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":"
                + budget
                + "},\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}");
    assertThat(request.getReasoningBudgetTokens()).isEqualTo(budget);
    assertThat(request.getReasoningEffort()).isEqualTo(effort);
  }

  @Test
  void chat_keepsThoughtsAndTheirSignatures() {
    ChatRequest request =
        chat(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\","
                + "\"content\":\"a\",\"reasoning_content\":\"why\",\"thinking_blocks\":["
                + "{\"type\":\"thinking\",\"thinking\":\"why\",\"signature\":\"c2ln\"}],"
                + "\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":"
                + "\"f\",\"arguments\":\"{\"},\"extra_content\":{\"google\":"
                + "{\"thought_signature\":\"dGhvdWdodA==\"}}}]}]}");
    Message said = request.getMessages(1);
    assertThat(said.getContentList())
        .extracting(ContentPart::getPartCase)
        .containsExactly(ContentPart.PartCase.REASONING, ContentPart.PartCase.TEXT);
    assertThat(said.getContent(0).getReasoning().getSignature().toStringUtf8()).isEqualTo("c2ln");
    assertThat(said.getToolCalls(0).getSignature().toStringUtf8()).isEqualTo("dGhvdWdodA==");
    assertThat(said.getToolCalls(0).getArgumentsJson()).isEqualTo("{");
  }

  @Test
  void completions_areAUsersWords() {
    ChatRequest request =
        decode(
                Dialect.DIALECT_OPENAI_COMPLETIONS,
                "{\"prompt\":[\"Once\"],\"max_tokens\":3,\"stop\":\"\\n\",\"echo\":false}")
            .request();
    assertThat(request.getMessages(0).getContent(0).getText()).isEqualTo("Once");
    assertThat(request.getMaxOutputTokens()).isEqualTo(3);
    assertThat(request.getStopList()).containsExactly("\n");
  }

  @Test
  void unknownMembers_areReportedByTheirPaths() {
    assertThat(
            decode(
                    Dialect.DIALECT_OPENAI_CHAT,
                    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                        + "\"text\":\"q\",\"weight\":{\"a\":1}}]}],\"store\":true,"
                        + "\"metadata\":{\"a\":\"b\"},\"service_tier\":null,"
                        + "\"stream_options\":{\"include_usage\":true}}")
                .dropped())
        .containsExactly("messages[0].content[0].weight", "store", "metadata");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPENAI_CHAT|{'messages':[{'role':'user','content':'q'}],'modalities':['audio']}|"
            + "modalities[0]",
        "OPENAI_CHAT|{'messages':[{'role':'user','content':[{'type':'input_audio'}]}]}|"
            + "messages[0].content[0].type",
        "OPENAI_CHAT|{'messages':[{'role':'pope','content':'q'}]}|messages[0].role",
        "OPENAI_CHAT|{'messages':[{'content':'q'}]}|messages[0].role",
        "OPENAI_CHAT|{'messages':[]}|messages",
        "OPENAI_CHAT|{'messages':[{'role':'user','content':'q'}],'functions':[{}]}|"
            + "functions[0].name",
        "OPENAI_CHAT|{'messages':[{'role':'user','content':'q'}],'seed':9223372036854775808}|seed",
        "OPENAI_CHAT|{'messages':[{'role':'user','content':[{'type':'file','file':"
            + "{'file_id':'f'}}]}]}|messages[0].content[0].file.file_id",
        "OPENAI_COMPLETIONS|{'prompt':[1,2]}|prompt[0]",
        "OPENAI_COMPLETIONS|{'prompt':['a','b']}|prompt[1]",
        "OPENAI_COMPLETIONS|{'prompt':'a','suffix':'b'}|suffix",
        "OPENAI_COMPLETIONS|{'prompt':'a','max_tokens':0}|max_tokens",
        "OPENAI_RESPONSES|{'input':'q','previous_response_id':'r'}|previous_response_id",
        "OPENAI_RESPONSES|{'input':'q','tools':[{'type':'web_search'}]}|tools[0].type",
        "OPENAI_RESPONSES|{'input':[{'type':'item_reference','id':'x'}]}|input[0].type",
        "OPENAI_RESPONSES|{'tools':[]}|input",
        "ANTHROPIC_MESSAGES|{'messages':[{'role':'user','content':[{'type':'image','source':"
            + "{'type':'file','file_id':'f'}}]}]}|messages[0].content[0].source.type",
        "ANTHROPIC_MESSAGES|{'messages':[{'role':'user','content':'q'}],'max_tokens':0}|max_tokens",
        "ANTHROPIC_MESSAGES|{'messages':[{'role':'user','content':'q'}],'mcp_servers':[{}]}|"
            + "mcp_servers",
        "ANTHROPIC_MESSAGES|{'messages':[{'role':'assistant','content':[{'type':'tool_use',"
            + "'name':'f','input':{}}]}]}|messages[0].content[0].id",
        "ANTHROPIC_MESSAGES|{'messages':[{'role':'user','content':'q'}],'tool_choice':"
            + "{'type':'tool'}}|tool_choice.name"
      })
  void whatWouldChangeTheMeaning_isRefusedByItsPath(String dialect, String json, String param) {
    FailureException thrown =
        catchThrowableOfType(
            FailureException.class,
            () -> decode(Dialect.valueOf("DIALECT_" + dialect), json.replace('\'', '"')));
    assertThat(thrown).isNotNull();
    Failure.InvalidRequest failure = (Failure.InvalidRequest) thrown.failure();
    assertThat(failure.param()).isEqualTo(param);
    assertThat(failure.message()).startsWith(param);
  }

  @Test
  void functions_areToolsByTheirFirstName() {
    ChatRequest request =
        chat(
            "{\"functions\":[{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"n\":1.50}}],"
                + "\"function_call\":{\"name\":\"f\"},\"messages\":["
                + "{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":null,"
                + "\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                + "{\"role\":\"function\",\"name\":\"f\",\"content\":\"9\"},"
                + "{\"role\":\"assistant\",\"function_call\":{\"arguments\":\"[]\",\"name\":\"g\"}},"
                + "{\"content\":\"8\",\"name\":\"g\",\"role\":\"function\"}]}");
    assertThat(request.getTools(0).getParametersJsonSchema()).isEqualTo("{\"n\":1.50}");
    assertThat(request.getToolChoice().getToolName()).isEqualTo("f");
    assertThat(request.getMessages(1).getToolCalls(0).getName()).isEqualTo("f");
    assertThat(request.getMessages(2).getRole()).isEqualTo(Message.Role.ROLE_TOOL);
    for (int call : new int[] {1, 3}) {
      assertThat(request.getMessages(call + 1).getToolCallId())
          .isNotEmpty()
          .isEqualTo(request.getMessages(call).getToolCalls(0).getId());
    }
    assertThat(request.getMessages(4).getToolCallId())
        .isNotEqualTo(request.getMessages(2).getToolCallId());
  }

  @Test
  void wordsOfTheConversation_areInNoComplaint() {
    FailureException thrown =
        catchThrowableOfType(
            FailureException.class, () -> chat("{\"messages\":\"my secret diary, page one\"}"));
    assertThat(thrown.getMessage()).doesNotContain("diary").contains("expected: an array");
  }
}
