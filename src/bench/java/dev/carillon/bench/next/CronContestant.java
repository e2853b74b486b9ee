package dev.carillon.bench.next;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.carillon.time.Cron;
import dev.carillon.time.Fires;
import dev.carillon.time.cron.CronDialect;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/** Who evaluates cron expressions. */
public enum CronContestant {
  CARILLON {
    @Override
    Question<?> ask(CronPattern pattern) {
      Cron cron =
          pattern.unix == null
              ? Cron.parse(pattern.quartz, CronDialect.QUARTZ)
              : Cron.parse(pattern.unix);
      Fires fires = cron.in(Question.ZONE, Instant.EPOCH);
      return new Question<>(at -> at, Instant[]::new, fires::next);
    }
  },

  CRON_UTILS {
    @Override
    Question<?> ask(CronPattern pattern) {
      CronType type = pattern.unix == null ? CronType.QUARTZ : CronType.UNIX;
      CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(type));
      ExecutionTime time =
          ExecutionTime.forCron(parser.parse(pattern.unix == null ? pattern.quartz : pattern.unix));
      return new Question<>(
          at -> at.atZone(Question.ZONE),
          ZonedDateTime[]::new,
          at -> time.nextExecution(at).orElse(null));
    }
  },

  QUARTZ {
    @Override
    Question<?> ask(CronPattern pattern) {
      CronExpression expression;
      try {
        expression = new CronExpression(pattern.quartz);
      } catch (ParseException e) {
        throw new IllegalStateException(e);
      }
      expression.setTimeZone(TimeZone.getTimeZone(Question.ZONE));
      return new Question<>(Date::from, Date[]::new, expression::getNextValidTimeAfter);
    }
  },

  SPRING {
    @Override
    Question<?> ask(CronPattern pattern) {
      org.springframework.scheduling.support.CronExpression expression =
          org.springframework.scheduling.support.CronExpression.parse(pattern.spring);
      return new Question<>(at -> at.atZone(Question.ZONE), ZonedDateTime[]::new, expression::next);
    }
  };

  abstract Question<?> ask(CronPattern pattern);
}
