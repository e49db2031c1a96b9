package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.v1.AttemptResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What adapters of vendors must do besides whose streams are server-sent events of JSON. */
public abstract class SseVendorContract extends HttpVendorContract {

  /**
   * The events of a stream, each with its blank line, the terminator last, the first content in the
   * second: text in one event a piece.
   */
  protected abstract List<String> stream(boolean usage, String... pieces);

  /** An error in mid-stream, as an event. */
  protected abstract String errorEvent();

  @Override
  protected String contentType() {
    return "text/event-stream";
  }

  @Override
  protected List<byte[]> frames(boolean usage, String... pieces) {
    return stream(usage, pieces).stream().map(SseVendorContract::utf8).toList();
  }

  @Override
  protected byte[] errorFrame() {
    return utf8(errorEvent());
  }

  @Override
  protected byte[] idleFrame() {
    return utf8(": still here\n\n");
  }

  @Override
  protected List<byte[]> bodies(List<byte[]> frames) {
    String text = new String(joined(frames), StandardCharsets.UTF_8);
    return List.of(utf8(text), utf8((": hello\n\n" + text).replace("\n", "\r\n")));
  }

  /** Events that come after the end, and are not read; none where nothing but silence is an end. */
  protected List<String> afterTheEnd(String... pieces) {
    return stream(true, pieces);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void f5_unusualEvents_areReadByTheStandard() {
    List<String> whole = stream(true, "Hello", " world");
    String expected = run(whole(frames(true, "Hello", " world")), true).completion().text();
    List<String> odd = new ArrayList<>();
    odd.add("\uFEFF: a comment\n\nid: 7\nretry: 10\n\n");
    whole.forEach(event -> odd.add(event.replace("data: ", "data:").replace("\n", "\r")));
    odd.addAll(afterTheEnd("never", "read"));
    RecordedAnswer answer = run(Answer.events(odd.toArray(String[]::new)), true);
    assertThat(answer.completion().text()).isEqualTo(expected);
    assertThat(heard(answer)).doesNotContain("comment").doesNotContain("never");
  }

  @Test
  void f5_hugeEvent_isRefused() {
    List<String> whole = stream(true, "x".repeat(EVENT_BYTES + 1));
    assertMalformed(failure(Answer.events(whole.toArray(String[]::new)), true));
    assertMalformed(failure(Answer.events("data: {\"cut\n\n"), true));
  }

  @Test
  void e7_errorObjectInAnAnswer_isAnError() {
    for (boolean streamed : new boolean[] {false, true}) {
      UpstreamFailure failure = failure(Answer.json(200, "", error(500, "it broke")), streamed);
      assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE);
    }
  }

  @Test
  void e8_answerWithoutItsLastChunk_isMalformed_andBeItWhole() {
    String body = answer("Hello", true);
    assertMalformed(
        failure(
            Answer.raw(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
                    + "transfer-encoding: chunked\r\n\r\n"
                    + Integer.toHexString(body.length() + 9)
                    + "\r\n"
                    + body),
            false));
  }
}
