package dev.fairlead.provider.testkit;

import dev.fairlead.provider.resilience.TimeSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until a test moves it; timers that are due run on the test's thread. */
public final class ManualTime extends Clock implements TimeSource {

  private final List<Task> tasks = new ArrayList<>();
  private long now = 1_000_000_000_000L;

  private record Task(long at, Runnable work) {}

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable work) {
    Task task = new Task(now + delay.toNanos(), work);
    tasks.add(task);
    return () -> remove(task);
  }

  private synchronized void remove(Task task) {
    tasks.remove(task);
  }

  /** Timers that are set. */
  public synchronized int pending() {
    return tasks.size();
  }

  /** Moves time on, running each timer at its time. */
  public void advance(Duration by) {
    long end;
    synchronized (this) {
      end = now + by.toNanos();
    }
    for (Task due = nextDue(end); due != null; due = nextDue(end)) {
      due.work.run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Task nextDue(long end) {
    Task due =
        tasks.stream()
            .filter(task -> task.at <= end)
            .min(Comparator.comparingLong(Task::at))
            .orElse(null);
    if (due != null) {
      tasks.remove(due);
      now = Math.max(now, due.at);
    }
    return due;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(nanoTime());
  }
}
