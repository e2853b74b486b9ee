package dev.carillon.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorClassesTest {

  private static final class Declined extends IllegalStateException {
    private static final long serialVersionUID = 1L;
  }

  @ParameterizedTest
  @CsvSource({
    "java.io.FileNotFoundException, true",
    "FileNotFoundException, true",
    "java.io.IOException, true",
    "IOException, true",
    "Exception, true",
    "Throwable, true",
    "java.io.*, true",
    "java.*, true",
    "java.i.*, false",
    "java.io, false",
    "javax.*, false",
    "ioexception, false",
    "Found, false",
    "RuntimeException, false",
    "com.acme.IOException, false"
  })
  void areNamedInFullSimplyOrByPackage(String pattern, boolean named) {
    List<String> classes = ErrorClasses.of(new FileNotFoundException());

    assertEquals(named, ErrorClasses.areNamedBy(List.of("no.Such", pattern), classes));
  }

  @ParameterizedTest
  @CsvSource({
    "Declined, true",
    "dev.carillon.run.ErrorClassesTest$Declined, true",
    "dev.carillon.run.ErrorClassesTest.Declined, true",
    "dev.carillon.run.*, true",
    "ErrorClassesTest, false"
  })
  void nameNestedClassesAsTheyAreImportedToo(String pattern, boolean named) {
    assertEquals(named, ErrorClasses.areNamedBy(List.of(pattern), ErrorClasses.of(new Declined())));
  }

  @Test
  void doNotLookAtCauses() {
    List<String> classes =
        ErrorClasses.of(new UncheckedIOException(new FileNotFoundException("wrapped")));

    assertEquals(
        List.of(
            "java.io.UncheckedIOException",
            "java.lang.RuntimeException",
            "java.lang.Exception",
            "java.lang.Throwable"),
        classes);
  }
}
