package dev.fairlead.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import io.grpc.Context;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

class ChatServiceTest {

  private static final long NOTHING_SCHEDULED = -1;

  @Test
  void l3_timeThatACallerNames_isForgottenWithItsStream() {
    EmbeddedChannel channel = new EmbeddedChannel();
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      CallScope scope = CallScope.open(Context.ROOT, Duration.ofMinutes(1), timer, timer);
      EventStreamSink sink =
          new EventStreamSink(new OpenAiChatCodec(ScanLimits.DEFAULT), "r", false);
      ChatService.expireUnbegun(channel.eventLoop(), scope, sink, Duration.ofDays(1));
      assertThat(channel.runScheduledPendingTasks()).isPositive();
      sink.fail(FailedAnswer.of(new Failure.Internal("internal error")));
      assertThat(sink.response().aggregate().join().status().code()).isEqualTo(500);
      await().until(() -> channel.runScheduledPendingTasks() == NOTHING_SCHEDULED);
      scope.close();
    } finally {
      channel.finishAndReleaseAll();
    }
  }
}
