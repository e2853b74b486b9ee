package dev.carillon.bench.next;

import dev.carillon.time.Fires;
import dev.carillon.time.Rrule;
import java.time.Instant;
import java.util.List;
import java.util.TimeZone;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;
import org.jspecify.annotations.Nullable;

/** Who expands recurrence rules, from DTSTART at nine on 1 January 2020. */
public enum RruleContestant {
  CARILLON {
    @Override
    Asked ask(RrulePattern pattern) {
      Fires fires =
          Rrule.parse(pattern.rule, "2020-01-01T09:00:00", List.of(), List.of(), List.of())
              .in(Question.ZONE, Instant.EPOCH);
      Question<Instant> question = new Question<>(at -> at, Instant[]::new, fires::next);
      return new Asked() {
        @Override
        public @Nullable Object random() {
          return question.random();
        }

        @Override
        public @Nullable Object walk() {
          return question.walk();
        }
      };
    }
  },

  LIB_RECUR {
    @Override
    Asked ask(RrulePattern pattern) {
      RecurrenceRule rule;
      try {
        rule = new RecurrenceRule(pattern.rule);
      } catch (InvalidRecurrenceRuleException e) {
        throw new IllegalStateException(e);
      }
      DateTime start = new DateTime(TimeZone.getTimeZone(Question.ZONE), 2020, 0, 1, 9, 0, 0);
      Question<Long> question =
          new Question<>(Instant::toEpochMilli, Long[]::new, at -> forwarded(rule, start, at));
      return new Asked() {
        private RecurrenceRuleIterator iterator = rule.iterator(start);

        @Override
        public @Nullable Object random() {
          return question.random();
        }

        /** Its iterator remembers where it is; nothing has to be looked for. */
        @Override
        public Object walk() {
          long next = iterator.nextMillis();
          if (next > Question.TO.toEpochMilli()) {
            iterator = rule.iterator(start);
          }
          return next;
        }
      };
    }

    /** Its fastest way to an instant. */
    private static @Nullable Long forwarded(RecurrenceRule rule, DateTime start, Long at) {
      RecurrenceRuleIterator iterator = rule.iterator(start);
      iterator.fastForward(at + 1);
      return iterator.hasNext() ? iterator.nextMillis() : null;
    }
  };

  abstract Asked ask(RrulePattern pattern);

  /** One contestant with one rule. */
  interface Asked {
    @Nullable Object random();

    @Nullable Object walk();
  }
}
