package dev.carillon.bench.next;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The next fire of a cron expression. */
@State(Scope.Benchmark)
public class CronNext {

  @Param public CronPattern pattern = CronPattern.EVERY_15_MINUTES;
  @Param public CronContestant contestant = CronContestant.CARILLON;

  private Question<?> question = contestant.ask(pattern);

  @Setup
  public void prepare() {
    question = contestant.ask(pattern);
  }

  @Benchmark
  public @Nullable Object random() {
    return question.random();
  }

  @Benchmark
  public @Nullable Object walk() {
    return question.walk();
  }
}
