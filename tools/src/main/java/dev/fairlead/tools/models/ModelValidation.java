package dev.fairlead.tools.models;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.provider.ProviderNode;
import dev.fairlead.scorer.ScorerNode;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.GetModelInfoRequest;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderStatus;
import dev.fairlead.v1.ReloadRequest;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Starts the services that hold models, without ports, and asks them: the provider service for the
 * models of the configuration, the scorer for its encoder and head. Starting them is half of the
 * check, since they load and verify what they serve.
 */
final class ModelValidation {

  private static final Set<String> LOCAL = Set.of("mock", "onnx");

  private final ConfigSource config;
  private final boolean probeRemote;
  private final Duration timeout;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * A check of a configuration.
   *
   * @param probeRemote whether models that cost money are asked for one token each
   * @param timeout longest wait for a probe
   */
  ModelValidation(ConfigSource config, boolean probeRemote, Duration timeout) {
    this.config = config;
    this.probeRemote = probeRemote;
    this.timeout = timeout;
  }

  List<Finding> run() {
    findings.addAll(DecoderChecks.of(config));
    configured();
    scorer();
    return List.copyOf(findings);
  }

  private void configured() {
    try (InProcessService service =
        InProcessService.of(
            ProviderNode.start(
                config, new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("validate")))) {
      findings.add(Finding.ok("configuration", "read", config.origin()));
      models(ProviderServiceGrpc.newBlockingStub(service.channel()));
    } catch (ConfigException | ModelFileException e) {
      findings.add(Finding.fail("configuration", "read", String.valueOf(e.getMessage())));
    } catch (StatusRuntimeException e) {
      findings.add(Finding.fail("provider-service", "answer", e.getStatus().toString()));
    }
  }

  private void models(ProviderServiceGrpc.ProviderServiceBlockingStub stub) {
    Map<String, String> kinds = new HashMap<>();
    for (ProviderStatus provider :
        stub.getStatus(GetStatusRequest.getDefaultInstance()).getProvidersList()) {
      kinds.put(provider.getName(), provider.getKind());
      if (provider.getModelIdsCount() == 0) {
        findings.add(Finding.warn("provider " + provider.getName(), "models", "serves none"));
      }
    }
    List<Model> models = stub.listModels(ListModelsRequest.getDefaultInstance()).getModelsList();
    if (models.isEmpty()) {
      findings.add(Finding.fail("configuration", "models", "none"));
    }
    ModelProbe probe = new ModelProbe(stub.withDeadlineAfter(1, TimeUnit.DAYS), timeout);
    for (Model model : models) {
      String kind = kinds.getOrDefault(model.getProvider(), "");
      facts(model, kind);
      findings.add(
          LOCAL.contains(kind) || probeRemote
              ? probe.ask(model)
              : Finding.skipped(model.getId(), "probe", "costs money; asked with --probe"));
    }
    stub.reload(ReloadRequest.getDefaultInstance()).getWarningsList().stream()
        .filter(warning -> !warning.endsWith("counts as 0") && !warning.endsWith("has no models"))
        .forEach(warning -> findings.add(Finding.warn("configuration", "warning", warning)));
  }

  private void facts(Model model, String kind) {
    findings.add(
        Finding.ok(
            model.getId(),
            "provider",
            model.getProvider() + " (" + kind + "), as " + model.getUpstream()));
    findings.add(
        model.hasInputNanoUsdPerMillion()
            ? Finding.ok(model.getId(), "price", Prices.of(model))
            : Finding.fail(model.getId(), "price", "not known: its cost would count as 0"));
    findings.add(window(model));
  }

  private static Finding window(Model model) {
    long window = model.getContextWindow();
    long answer = model.getMaxOutputTokens();
    if (window == 0) {
      return Finding.warn(model.getId(), "context window", "not known: nothing is held back");
    }
    String sizes = window + " tokens, answers up to " + (answer == 0 ? "the rest" : answer);
    return answer > window
        ? Finding.fail(model.getId(), "context window", sizes + ": more than the window")
        : Finding.ok(model.getId(), "context window", sizes);
  }

  private void scorer() {
    try (InProcessService service =
        InProcessService.of(
            ScorerNode.start(
                config, new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("validate")))) {
      var stub = ScorerServiceGrpc.newBlockingStub(service.channel());
      GetModelInfoResponse info = stub.getModelInfo(GetModelInfoRequest.getDefaultInstance());
      findings.add(
          Finding.ok(
              "encoder",
              "load",
              info.getEncoder()
                  + ", "
                  + info.getDimensions()
                  + " dimensions, "
                  + info.getModelFingerprint()));
      findings.add(
          Finding.ok("complexity head", "load", info.getHeadVersion() + ", checksum agrees"));
      AnalyzeResponse answer =
          stub.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
              .analyze(AnalyzeRequest.newBuilder().setText("What is 2 + 2?").build());
      findings.add(complexity(answer.getComplexity()));
    } catch (ConfigException | ModelFileException e) {
      findings.add(Finding.fail("scorer", "load", String.valueOf(e.getMessage())));
    } catch (StatusRuntimeException e) {
      findings.add(Finding.fail("scorer", "probe", e.getStatus().toString()));
    }
  }

  private static Finding complexity(double complexity) {
    return complexity >= 0 && complexity <= 1
        ? Finding.ok("complexity head", "probe", "complexity " + complexity)
        : Finding.fail("complexity head", "probe", complexity + " (expected: 0..1)");
  }
}
