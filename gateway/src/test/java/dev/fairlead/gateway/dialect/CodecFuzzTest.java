package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.RawEventStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every codec against mutated input. Whatever once broke one is kept under {@code
 * src/test/resources/fuzz} and tried first.
 */
class CodecFuzzTest {

  private static final int ROUNDS = 4_000;

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void samples_areAccepted_andKeepTheirBytes(CodecSamples sample) {
    ScannedRequest scanned = sample.codec().scan(sample.request().getBytes(UTF_8));
    assertThat(scanned.raw().getBody().toStringUtf8()).isEqualTo(sample.request());
    assertThat(scanned.raw().getDialect()).isEqualTo(sample.codec().dialect());
    scanned
        .raw()
        .getFieldsList()
        .forEach(field -> {
          String name =
              sample
                  .request()
                  .substring(
                      field.getKeyStart() + 1, field.getKeyStart() + 1 + field.getName().length());
          assertThat(name).isEqualTo(field.getName());
        });
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedRequests_areScannedOrRefused(CodecSamples sample) {
    Random random = new Random(7);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      accepted += scan(sample, Mutations.of(sample.request().getBytes(UTF_8), random)) ? 1 : 0;
    }
    assertThat(accepted).isPositive();
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedAnswers_areToldOrMalformed(CodecSamples sample) {
    Random random = new Random(8);
    for (int i = 0; i < ROUNDS; i++) {
      tell(sample, Mutations.of(sample.answer().getBytes(UTF_8), random));
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedEvents_arePutTogetherOrMalformed(CodecSamples sample) {
    Random random = new Random(9);
    byte[] events = whole(sample, 5).getSse().toByteArray();
    for (int i = 0; i < ROUNDS; i++) {
      putTogether(sample, Mutations.of(events, random));
    }
  }

  @Test
  void corpus_neverBreaksACodecAgain() throws Exception {
    for (CodecSamples sample : CodecSamples.all()) {
      for (byte[] body : Mutations.corpus("requests")) {
        scan(sample, body);
      }
      for (byte[] body : Mutations.corpus("answers")) {
        tell(sample, body);
      }
      for (byte[] sse : Mutations.corpus("events")) {
        putTogether(sample, sse);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void answer_survivesBeingToldAsAStream_whateverTheSizeOfItsPieces(CodecSamples sample) {
    JsonNode expected = AnswerJson.object(sample.answer().getBytes(UTF_8), "sample");
    for (int characters = 1; characters < 24; characters++) {
      byte[] back = sample.codec().toComplete(whole(sample, characters)).getBody().toByteArray();
      assertThat((Object) AnswerJson.object(back, "told")).as("%d", characters).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void f5_stream_meansTheSame_whateverItsLineEndsCommentsAndSpaces(CodecSamples sample) {
    String sse = whole(sample, 6).getSse().toStringUtf8();
    List<String> expected = SseText.data(sse.getBytes(UTF_8));
    for (String variant :
        List.of(
            sse.replace("\n", "\r\n"),
            sse.replace("\n", "\r"),
            sse.replace("data: ", "data:"),
            sse.replace("data: ", ": a comment\ndata: "),
            sse.substring(0, sse.length() - 2))) {
      assertThat(SseText.data(variant.getBytes(UTF_8))).isEqualTo(expected);
    }
  }

  private static RawEventStream whole(CodecSamples sample, int characters) {
    return sample
        .codec()
        .toEvents(
            sample.raw(ByteString.copyFromUtf8(sample.answer())),
            new CachedReplay(null, null, null, characters));
  }

  private static boolean scan(CodecSamples sample, byte[] body) {
    try {
      sample.codec().scan(body);
      return true;
    } catch (FailureException e) {
      assertThat(e.failure())
          .as(() -> new String(body, ISO_8859_1))
          .isInstanceOf(Failure.InvalidRequest.class);
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw Mutations.broke(sample + "'s scan", "requests", body, e);
    }
  }

  private static void tell(CodecSamples sample, byte[] body) {
    survives(
        sample + "'s replay",
        "answers",
        body,
        () ->
            sample
                .codec()
                .toEvents(
                    sample.raw(UnsafeByteOperations.unsafeWrap(body)), CachedReplay.AS_STORED));
  }

  private static void putTogether(CodecSamples sample, byte[] sse) {
    survives(
        sample + "'s assembly",
        "events",
        sse,
        () -> sample.codec().toComplete(sample.events(UnsafeByteOperations.unsafeWrap(sse))));
  }

  private static void survives(String what, String kind, byte[] input, Runnable step) {
    try {
      step.run();
    } catch (FailureException e) {
      assertThat(e.failure()).isInstanceOf(Failure.UpstreamMalformed.class);
    } catch (RuntimeException | StackOverflowError e) {
      throw Mutations.broke(what, kind, input, e);
    }
  }
}
