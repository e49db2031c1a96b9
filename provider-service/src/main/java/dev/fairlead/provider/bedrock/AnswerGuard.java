package dev.fairlead.provider.bedrock;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Stands between the connection and the SDK's decoding: tells the call that an answer has begun,
 * ends one that is longer than it may be, and refuses a compressed one, which was never asked for.
 */
final class AnswerGuard implements ExecutionInterceptor {

  /** What hears that the answer to a call has begun, by its head. */
  static final ExecutionAttribute<Consumer<SdkHttpResponse>> ANSWERING =
      new ExecutionAttribute<>("dev.fairlead.answering");

  private final long maxBytes;

  AnswerGuard(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Why an answer is not read on; the message goes after the provider's name. */
  static final class RefusedAnswer extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedAnswer(String message) {
      super(message, null, false, false);
    }
  }

  @Override
  public SdkHttpResponse modifyHttpResponse(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    Consumer<SdkHttpResponse> answering = attributes.getAttribute(ANSWERING);
    if (answering != null) {
      answering.accept(context.httpResponse());
    }
    return context.httpResponse();
  }

  @Override
  public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    boolean compressed =
        context
            .httpResponse()
            .firstMatchingHeader("content-encoding")
            .filter(encoding -> !encoding.equals("identity"))
            .isPresent();
    return context
        .responsePublisher()
        .map(body -> subscriber -> body.subscribe(new Bounded(subscriber, compressed)));
  }

  /** Counts what passes. */
  private final class Bounded implements Subscriber<ByteBuffer> {
    private final Subscriber<? super ByteBuffer> next;
    private final boolean compressed;
    private @Nullable Subscription subscription;
    private long received;
    private boolean refused;

    Bounded(Subscriber<? super ByteBuffer> next, boolean compressed) {
      this.next = next;
      this.compressed = compressed;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
      subscription = newSubscription;
      next.onSubscribe(newSubscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      if (refused) {
        return;
      }
      received += bytes.remaining();
      if (compressed) {
        refuse("sent a compressed answer that was not asked for");
      } else if (received > maxBytes) {
        refuse("sent an answer of more than " + maxBytes + " bytes");
      } else {
        next.onNext(bytes);
      }
    }

    private void refuse(String why) {
      refused = true;
      if (subscription != null) {
        subscription.cancel();
      }
      next.onError(new RefusedAnswer(why));
    }

    @Override
    public void onError(Throwable problem) {
      if (!refused) {
        next.onError(problem);
      }
    }

    @Override
    public void onComplete() {
      if (!refused) {
        next.onComplete();
      }
    }
  }
}
