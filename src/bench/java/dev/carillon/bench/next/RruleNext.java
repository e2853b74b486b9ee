package dev.carillon.bench.next;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The next fire of a recurrence rule. */
@State(Scope.Benchmark)
public class RruleNext {

  @Param public RrulePattern pattern = RrulePattern.EVERY_15_MINUTES;
  @Param public RruleContestant contestant = RruleContestant.CARILLON;

  private RruleContestant.Asked question = contestant.ask(pattern);

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
