package dev.fairlead.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.OrtRuntime;
import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.onnx.tokenizer.WordPieceTokenizer;
import dev.fairlead.scorer.ScorerNode;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.ScorerServiceGrpc;
import dev.fairlead.v1.ScorerServiceGrpc.ScorerServiceBlockingStub;
import dev.fairlead.v1.ScorerServiceGrpc.ScorerServiceStub;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the scorer adds to a bare run of the encoder, and how it compares with LangChain4j's model
 * in the process: the same weights, runtime, texts and cores, turn by turn in one process, so that
 * what else the machine does falls on both.
 *
 * <p>Arguments: rounds of single calls (default 1000), rounds of batches (default 30), and a file
 * with a text a line, {@value #BATCH} at least, to be compared with LangChain4j on (without one, on
 * texts of {@value #TOKENS} tokens).
 */
public final class EncoderSpeed {

  private static final int TOKENS = 32;
  private static final int BATCH = 64;
  private static final int TEXTS = 256;

  /**
   * Single calls a caller makes between two looks at the clock, where there are several callers.
   */
  private static final int EACH = 8;

  /** Calls without an encoding, so that the service's own code is compiled as in a running one. */
  private static final int WARM_UP = 20_000;

  private static final String WORDS = "what does a river gain when it is asked for the way to sea";

  private final WordPieceTokenizer tokenizer =
      WordPieceTokenizer.parse(ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json").content());
  private final List<String> texts = IntStream.range(0, TEXTS).mapToObj(this::text).toList();
  private final int rounds;
  private final List<String> compared;

  private EncoderSpeed(int rounds, List<String> compared) {
    this.rounds = rounds;
    this.compared = compared.isEmpty() ? texts : compared;
  }

  /** Prints medians and their ratio, one comparison a line. */
  public static void main(String[] arguments) throws OrtException, IOException {
    // LangChain4j's tokenizer asks the cloud's metadata service and reports home unless both are
    // set before its first use.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    int single = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int batches = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
    List<String> lines =
        arguments.length > 2 ? Files.readAllLines(Path.of(arguments[2])) : List.of();
    new EncoderSpeed(single, lines).run(batches);
  }

  /** Distinct, and of {@value #TOKENS} tokens with the two special ones. */
  private String text(int number) {
    StringBuilder text = new StringBuilder("question " + number);
    String[] words = WORDS.split(" ");
    for (int i = 0; tokens(text + " " + words[i % words.length]) <= TOKENS; i++) {
      text.append(' ').append(words[i % words.length]);
    }
    return text.toString();
  }

  private int tokens(String text) {
    return tokenizer.tokenize(text, 128).tokenCount();
  }

  private void run(int batches) throws OrtException {
    ConfigSource config =
        ConfigSource.parse(
            "speed.yaml", "scorer: { learning_labels: 0, memo_entries: 0 }", Map.of());
    try (ScorerNode node =
            ScorerNode.start(
                config, new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("speed"));
        LocalServer server = LocalServer.of(node.services(), List.of());
        SentenceEncoder encoder = SentenceEncoder.shipped();
        ComplexityHead head = ComplexityHead.shipped()) {
      ScorerServiceBlockingStub scorer =
          ScorerServiceGrpc.newBlockingStub(server.channel(List.of()));
      warmUp(scorer);
      besideBareRun(scorer, encoder);
      // Not before: its threads spin for a while after a run and would disturb what comes next.
      LangChainEncoder theirs = LangChainEncoder.find().orElse(null);
      if (theirs == null) {
        System.out.println("LangChain4j is not on the class path: not compared");
      } else {
        besideLangChain(scorer, encoder, theirs, batches);
      }
      float[] embedding = encoder.encode(texts.getFirst(), 128).values();
      compare(
          "head",
          i -> head.expectedGain(embedding, PromptFeatures.of(texts.get(i % TEXTS))),
          "features alone",
          i -> PromptFeatures.of(texts.get(i % TEXTS)),
          rounds);
    }
  }

  private static void warmUp(ScorerServiceBlockingStub scorer) {
    for (int i = 0; i < WARM_UP; i++) {
      scorer.analyze(AnalyzeRequest.newBuilder().setText(" ").build());
    }
  }

  private void besideBareRun(ScorerServiceBlockingStub scorer, SentenceEncoder encoder)
      throws OrtException {
    OrtEnvironment environment = OrtRuntime.environment();
    byte[] shipped = ModelFile.resource("/all-minilm-l6-v2-q.onnx").content();
    long[] shape = {1, TOKENS};
    long[][] ids =
        texts.stream().map(text -> tokenizer.tokenize(text, 128).ids()).toArray(long[][]::new);
    LongBuffer input = longs();
    LongBuffer ones = longs();
    for (int i = 0; i < TOKENS; i++) {
      ones.put(i, 1);
    }
    try (OrtSession.SessionOptions oneThread = new OrtSession.SessionOptions();
        OrtSession asShipped = oneThread(environment, oneThread, shipped);
        OrtSession session = OrtRuntime.open("encoder", shipped);
        OnnxTensor idTensor = OnnxTensor.createTensor(environment, input, shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, ones, shape);
        OnnxTensor types = OnnxTensor.createTensor(environment, longs(), shape)) {
      Map<String, OnnxTensor> inputs =
          Map.of("input_ids", idTensor, "attention_mask", mask, "token_type_ids", types);
      IntConsumer vendor = bare(asShipped, inputs, input, ids);
      IntConsumer bare = bare(session, inputs, input, ids);
      Map<String, IntConsumer> turns = new LinkedHashMap<>();
      turns.put("bare run of the shipped file, the runtime's own options, one thread", vendor);
      turns.put("bare run of the shipped file, our options", bare);
      turns.put(
          "SentenceEncoder.encode, its graph written anew",
          i -> encoder.encode(texts.get(i % TEXTS), 128));
      turns.put(
          "Analyze by the service",
          i -> scorer.analyze(AnalyzeRequest.newBuilder().setText(texts.get(i % TEXTS)).build()));
      inTurns(turns);
      handOvers(scorer, bare);
    }
  }

  private static OrtSession oneThread(
      OrtEnvironment environment, OrtSession.SessionOptions options, byte[] model)
      throws OrtException {
    options.setIntraOpNumThreads(1);
    return environment.createSession(model, options);
  }

  private static IntConsumer bare(
      OrtSession session, Map<String, OnnxTensor> inputs, LongBuffer input, long[][] ids) {
    return i -> {
      input.put(0, ids[i % TEXTS]);
      bareRun(session, inputs);
    };
  }

  /** What of a call is waking threads: the pool's for the work, the caller's for the answer. */
  private void handOvers(ScorerServiceBlockingStub scorer, IntConsumer bare) {
    ScorerServiceStub async = ScorerServiceGrpc.newStub(scorer.getChannel());
    compareTimes(
        "Analyze by the service, until its callback",
        i -> microsUntilCallback(async, texts.get(i % TEXTS)),
        "bare run",
        i -> micros(bare, i),
        rounds);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      compare(
          "a bare run on another thread",
          i -> await(other, () -> bare.accept(i)),
          "bare run",
          bare,
          rounds);
      compare("nothing on another thread", i -> await(other, () -> {}), "bare run", bare, rounds);
    }
  }

  private static double microsUntilCallback(ScorerServiceStub scorer, String text) {
    CompletableFuture<Long> answered = new CompletableFuture<>();
    long begin = System.nanoTime();
    scorer.analyze(
        AnalyzeRequest.newBuilder().setText(text).build(),
        new StreamObserver<>() {
          @Override
          public void onNext(AnalyzeResponse response) {
            answered.complete(System.nanoTime());
          }

          @Override
          public void onError(Throwable error) {
            answered.completeExceptionally(error);
          }

          @Override
          public void onCompleted() {
            // The answer is what is waited for.
          }
        });
    return (answered.join() - begin) / 1e3;
  }

  private static void await(ExecutorService other, Runnable work) {
    CompletableFuture.runAsync(work, other).join();
  }

  private static void bareRun(OrtSession session, Map<String, OnnxTensor> inputs) {
    try (OrtSession.Result result = session.run(inputs)) {
      if (result.size() == 0) {
        throw new IllegalStateException("no output");
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private void besideLangChain(
      ScorerServiceBlockingStub scorer,
      SentenceEncoder encoder,
      LangChainEncoder theirs,
      int batches) {
    compare(
        "LangChain4j embed",
        i -> theirs.embed(compared(i)),
        "SentenceEncoder.encode",
        i -> encoder.encode(compared(i), 256),
        rounds);
    compare(
        "LangChain4j embed",
        i -> theirs.embed(compared(i)),
        "SentenceEncoder.encode of 128 tokens at most, as for scoring",
        i -> encoder.encode(compared(i), 128),
        rounds);
    int callers = Runtime.getRuntime().availableProcessors();
    try (ExecutorService pool = Executors.newFixedThreadPool(callers)) {
      compare(
          "LangChain4j embed of " + EACH + " texts by each of " + callers + " callers",
          i -> atOnce(pool, callers, text -> theirs.embed(compared(i + text))),
          "SentenceEncoder.encode of as many",
          i -> atOnce(pool, callers, text -> encoder.encode(compared(i + text), 256)),
          rounds / EACH);
    }
    compare(
        "LangChain4j embedAll of " + BATCH,
        i -> theirs.embedAll(batch(i, BATCH)),
        "Embed by the service",
        i -> scorer.embed(EmbedRequest.newBuilder().addAllTexts(batch(i, BATCH)).build()),
        batches);
    compare(
        "LangChain4j embedAll of " + BATCH,
        i -> theirs.embedAll(batch(i, BATCH)),
        "Embed by the service, two calls at once",
        i ->
            IntStream.range(0, 2)
                .parallel()
                .forEach(call ->
                    scorer.embed(
                        EmbedRequest.newBuilder()
                            .addAllTexts(batch(2 * i + call, BATCH / 2))
                            .build())),
        batches);
  }

  private String compared(int number) {
    return compared.get(number % compared.size());
  }

  /** The texts of a round, which both sides get. */
  private List<String> batch(int number, int size) {
    int from = number % (compared.size() / size) * size;
    return compared.subList(from, from + size);
  }

  /** Single calls by callers that do not wait for each other. */
  private static void atOnce(ExecutorService pool, int callers, IntConsumer call) {
    CompletableFuture<?>[] all = new CompletableFuture<?>[callers];
    for (int caller = 0; caller < callers; caller++) {
      int first = caller * EACH;
      all[caller] =
          CompletableFuture.runAsync(
              () -> IntStream.range(first, first + EACH).forEach(call), pool);
    }
    CompletableFuture.allOf(all).join();
  }

  /** Half as many rounds to warm up, then one of each in turn; ratios to the first. */
  private void inTurns(Map<String, IntConsumer> works) {
    List<Map.Entry<String, IntConsumer>> all = List.copyOf(works.entrySet());
    double[][] micros = new double[all.size()][rounds];
    for (int i = -rounds / 2; i < rounds; i++) {
      for (int work = 0; work < all.size(); work++) {
        double taken = micros(all.get(work).getValue(), i + rounds);
        if (i >= 0) {
          micros[work][i] = taken;
        }
      }
    }
    double first = median(micros[0]);
    System.out.println("in turns, " + TOKENS + " tokens:");
    for (int work = 0; work < all.size(); work++) {
      double median = median(micros[work]);
      System.out.printf(
          Locale.ROOT,
          "  %s: %.1f us, ratio of medians %.3f%n",
          all.get(work).getKey(),
          median,
          median / first);
    }
  }

  /** Half as many rounds to warm up, then turn by turn. */
  private static void compare(
      String one, IntConsumer first, String other, IntConsumer second, int rounds) {
    compareTimes(one, i -> micros(first, i), other, i -> micros(second, i), rounds);
  }

  private static void compareTimes(
      String one, IntToDoubleFunction first, String other, IntToDoubleFunction second, int rounds) {
    double[] a = new double[rounds];
    double[] b = new double[rounds];
    for (int i = -rounds / 2; i < rounds; i++) {
      double micros = first.applyAsDouble(i + rounds);
      double others = second.applyAsDouble(i + rounds);
      if (i >= 0) {
        a[i] = micros;
        b[i] = others;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %.1f us, %s: %.1f us, ratio of medians %.3f%n",
        one,
        median(a),
        other,
        median(b),
        median(a) / median(b));
  }

  private static double micros(IntConsumer work, int round) {
    long begin = System.nanoTime();
    work.accept(round);
    return (System.nanoTime() - begin) / 1e3;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static LongBuffer longs() {
    return ByteBuffer.allocateDirect(TOKENS * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }
}
