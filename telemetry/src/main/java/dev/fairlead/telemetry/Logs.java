package dev.fairlead.telemetry;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The process's logs: to standard output, from a bounded queue that drops rather than blocks a
 * caller. Until the first {@link #apply} and after {@link #drain} lines are written synchronously,
 * as {@code logback.xml} says.
 */
final class Logs {

  private static final String CONSOLE = "console";
  private static final String QUEUE = "queue";
  private static final int QUEUE_LINES = 8192;
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{24} %X{request_id:--}" + " %msg%n%ex";

  private static boolean json;
  private static boolean redacts = true;

  private Logs() {}

  /** Level and format as told; may be called again at any time. */
  static synchronized void apply(TelemetrySettings settings) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    bridgeJavaUtilLogging();
    if (!(context.getMDCAdapter() instanceof CallKeys)) {
      context.setMDCAdapter(new CallKeys(context.getMDCAdapter()));
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    LogLevel.set(Level.toLevel(settings.logLevel()));
    redacts = settings.logRedaction();
    json = settings.logFormat().equals("json");
    AsyncAppender queue = queue(context, console(context));
    detach(root, CONSOLE);
    Appender<ILoggingEvent> before = detach(root, QUEUE);
    root.addAppender(queue);
    if (before != null) {
      before.stop();
    }
  }

  /** Writes what is queued, and from then on synchronously. */
  static synchronized void drain() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    if (detach(root, QUEUE) instanceof AsyncAppender queue) {
      root.addAppender(console(context));
      queue.stop();
    }
  }

  private static @Nullable Appender<ILoggingEvent> detach(Logger root, String name) {
    Appender<ILoggingEvent> appender = root.getAppender(name);
    if (appender != null) {
      root.detachAppender(appender);
    }
    return appender;
  }

  private static AsyncAppender queue(LoggerContext context, Appender<ILoggingEvent> console) {
    AsyncAppender queue = new AsyncAppender();
    queue.setContext(context);
    queue.setName(QUEUE);
    queue.setQueueSize(QUEUE_LINES);
    queue.setNeverBlock(true);
    queue.addAppender(console);
    queue.start();
    return queue;
  }

  private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName(CONSOLE);
    Cleaning cleaning = new Cleaning(json ? json(context) : text(context), redacts);
    cleaning.setContext(context);
    cleaning.start();
    console.setEncoder(cleaning);
    console.start();
    return console;
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    encoder.start();
    return encoder;
  }

  /** gRPC and OpenTelemetry speak java.util.logging. */
  private static void bridgeJavaUtilLogging() {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
  }
}
