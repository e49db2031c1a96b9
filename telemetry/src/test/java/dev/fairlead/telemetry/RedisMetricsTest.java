package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RedisMetricsTest {

  @Test
  void commands_areAHistogram_byClientKindAndResult() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    AtomicInteger underWay = new AtomicInteger(3);
    AtomicBoolean connected = new AtomicBoolean();
    RedisMetrics cache = new RedisMetrics(registry, "cache");
    cache.follow(underWay::get, connected::get);
    RedisMetrics gateway = new RedisMetrics(registry, "gateway");
    gateway.follow(() -> 0, () -> true);

    cache.ended("script", "success", 2_000_000);
    cache.ended("script", "success", 300_000_000);
    gateway.ended("command", "timeout", 1_000_000_000);

    String series = "llm_router_redis_command_seconds_bucket{client=\"cache\",kind=\"script\",";
    assertThat(registry.scrape())
        .contains(series + "result=\"success\",le=\"0.0025\"} 1")
        .contains(series + "result=\"success\",le=\"1.0\"} 2")
        .contains("{client=\"gateway\",kind=\"command\",result=\"timeout\"} 1")
        .contains("llm_router_redis_commands_in_flight{client=\"cache\"} 3")
        .contains("llm_router_redis_connected{client=\"cache\"} 0")
        .contains("llm_router_redis_connected{client=\"gateway\"} 1");
    connected.set(true);
    assertThat(registry.scrape()).contains("llm_router_redis_connected{client=\"cache\"} 1");
  }
}
