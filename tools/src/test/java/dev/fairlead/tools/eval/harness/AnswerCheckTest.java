package dev.fairlead.tools.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Grades of right, half right and useless answers. */
class AnswerCheckTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;

  private static double grade(String check, String answer) throws IOException {
    return AnswerCheck.of(JSON.readTree(check.replace('\'', '"'))).grade(answer);
  }

  @Test
  void json_isWhole_halfInOtherText_andByMember() throws IOException {
    String check = "{'kind':'json','values':{'a':1,'b':['x','y'],'c':true}}";

    assertThat(grade(check, "{\"a\":1.0,\"b\":[\"x\",\"y\"],\"c\":true,\"d\":0}")).isEqualTo(1);
    assertThat(grade(check, "```json\n{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":true}\n```")).isEqualTo(1);
    assertThat(grade(check, "Sure: {\"a\":1,\"b\":[\"x\",\"y\"],\"c\":true}")).isEqualTo(0.5);
    assertThat(grade(check, "{\"a\":1,\"b\":[\"y\",\"x\"],\"c\":false}")).isEqualTo(1 / 3.0);
    assertThat(grade(check, "{\"a\":1")).isZero();
    assertThat(grade(check, "")).isZero();
  }

  @Test
  void number_isTheLastOne() throws IOException {
    String check = "{'kind':'number','value':1401}";

    assertThat(grade(check, "7 times 200 is 1,400, plus 1: 1,401.")).isEqualTo(1);
    assertThat(grade(check, "1401 or 1400")).isZero();
    assertThat(grade(check, "I do not know")).isZero();
  }

  @Test
  void expression_mustTellTextsApart_andMayNotRunForEver() throws IOException {
    String check = "{'kind':'pattern','matches':['aa','aaa'],'rejects':['b','ab']}";

    assertThat(grade(check, "`a+`")).isEqualTo(1);
    assertThat(grade(check, ".*")).isZero();
    assertThat(grade(check, "nothing")).isZero();
    assertThat(grade(check, "(")).isZero();
    String endless =
        "{'kind':'pattern','matches':['%s'],'rejects':[]}".formatted("a".repeat(40) + "b");
    assertThat(grade(endless, "(a|a)*c")).isZero();
  }

  @Test
  void summary_losesHalf_whenItIsTooLong() throws IOException {
    String check = "{'kind':'summary','words':4,'facts':['pump','quiet'],'none':['price']}";

    assertThat(grade(check, "The Pump is quiet")).isEqualTo(1);
    assertThat(grade(check, "The pump is very quiet")).isEqualTo(0.5);
    assertThat(grade(check, "A pump")).isEqualTo(0.5);
    assertThat(grade(check, "Pump, quiet, price")).isEqualTo(0.5);
  }

  @Test
  void code_isWorthNothing_whenItHasWhatItMustNotHave() throws IOException {
    String check = "{'kind':'code','all':['func','for'],'none':['sort\\\\.']}";

    assertThat(grade(check, "func merge() { for {} }")).isEqualTo(1);
    assertThat(grade(check, "func merge() {}")).isEqualTo(0.5);
    assertThat(grade(check, "func merge() { for { sort.Ints(a) } }")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'kind':'poem'}|check.kind",
        "{'kind':'json'}|check.values",
        "{'kind':'number','value':'7'}|check.value",
        "{'kind':'code','all':['(']}|regular expression",
        "{'kind':'contains','all':[1]}|check.all"
      })
  void check_isRefused_whenItIsNotOne(String check, String complaint) {
    assertThatThrownBy(() -> grade(check, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint)
        .hasMessageContaining("expected");
  }

  @Test
  void shippedPrompts_areOfFourKinds_andNoneIsAnsweredByARefusal() throws IOException {
    List<EvalPrompt> prompts = EvalPrompt.shipped();

    assertThat(prompts).hasSize(40);
    assertThat(prompts.stream().map(EvalPrompt::category).collect(Collectors.toSet()))
        .isEqualTo(Set.of("json", "code", "summary", "qa"));
    assertThat(prompts)
        .allMatch(prompt -> prompt.check().grade("I am sorry, I cannot help with that.") < 0.5);
    EvalPrompt regular = prompts.stream().filter(p -> p.id().equals("code-06")).findFirst().get();
    assertThat(regular.check().grade("```\n\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])\n```"))
        .isEqualTo(1);
  }

  @Test
  void promptFile_isRefused_withItsLine() throws IOException {
    Path file = folder.resolve("prompts.jsonl");
    String good =
        "{\"id\":\"a\",\"category\":\"qa\",\"prompt\":\"p\",\"check\":{\"kind\":\"number\",\"value\":1}}";
    Files.write(file, List.of(good, good));

    assertThatThrownBy(() -> EvalPrompt.read(file))
        .hasMessageContaining("line 2: id: a (expected: unique)");
    Files.write(file, List.of(good, "{"));
    assertThatThrownBy(() -> EvalPrompt.read(file)).hasMessageContaining("line 2: not JSON");
    Files.write(file, List.of());
    assertThatThrownBy(() -> EvalPrompt.read(file)).hasMessageContaining("no prompts");
  }
}
