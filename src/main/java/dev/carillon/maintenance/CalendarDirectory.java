package dev.carillon.maintenance;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.carillon.catalog.input.CalendarDeclaration;
import dev.carillon.catalog.input.CalendarReader;
import dev.carillon.catalog.input.FieldError;
import dev.carillon.catalog.input.InvalidInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * A directory of calendars, one to a YAML file. A ConfigMap is such a directory: its files are
 * links into another that is swapped as a whole, so what counts is what the files hold, not when
 * they changed.
 *
 * @param path of the directory
 */
record CalendarDirectory(Path path) {

  private static final int LARGEST = 1024 * 1024;
  private static final int SHOWN_ERRORS = 3;

  private static final ObjectReader YAML = reader();

  /**
   * What the directory holds.
   *
   * @param fingerprint another one whenever anything in it is
   * @param calendars by file, those that can be read
   * @param broken by file, what is wrong with the others
   */
  record Content(
      String fingerprint,
      SortedMap<String, CalendarDeclaration> calendars,
      SortedMap<String, String> broken) {}

  /**
   * Reads all of it. Not on an event loop.
   *
   * @throws IOException when the directory itself cannot be read
   */
  Content read() throws IOException {
    MessageDigest digest = sha256();
    SortedMap<String, CalendarDeclaration> calendars = new TreeMap<>();
    SortedMap<String, String> broken = new TreeMap<>();
    for (Path file : files()) {
      String name = file.getFileName().toString();
      byte[] bytes = bytes(file, broken);
      digest.update(name.getBytes(StandardCharsets.UTF_8));
      if (bytes != null) {
        digest.update((byte) 0);
        digest.update(sha256().digest(bytes));
        read(name, bytes, calendars, broken);
      }
    }
    return new Content(HexFormat.of().formatHex(digest.digest()), calendars, broken);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[^.].*\\.ya?ml"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static byte @Nullable [] bytes(Path file, SortedMap<String, String> broken) {
    String name = file.getFileName().toString();
    try {
      if (Files.size(file) > LARGEST) {
        broken.put(name, "is larger than 1 MiB");
        return null;
      }
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      broken.put(name, "cannot be read: " + unreadable.getClass().getSimpleName());
      return null;
    }
  }

  private static void read(
      String file,
      byte[] bytes,
      SortedMap<String, CalendarDeclaration> calendars,
      SortedMap<String, String> broken) {
    try {
      String base = file.substring(0, file.lastIndexOf('.'));
      CalendarDeclaration declared = CalendarReader.read(parse(bytes), base);
      calendars.forEach(
          (other, known) -> {
            if (known.name().equals(declared.name())) {
              broken.put(file, "has the calendar " + declared.name() + ", as has " + other);
            }
          });
      if (!broken.containsKey(file)) {
        calendars.put(file, declared);
      }
    } catch (InvalidInput invalid) {
      broken.put(file, said(invalid));
    } catch (JsonProcessingException noYaml) {
      broken.put(
          file,
          "is not YAML: "
              + noYaml.getOriginalMessage().lines().findFirst().orElse("")
              + (noYaml.getLocation() == null
                  ? ""
                  : " (line " + noYaml.getLocation().getLineNr() + ")"));
    } catch (IOException | RuntimeException unreadable) {
      broken.put(file, "is not YAML that can be read: " + unreadable.getMessage());
    }
  }

  /** A tree would hold an alias as the text of its name, which is some calendar's perhaps. */
  private static void refuseAliases(byte[] bytes) throws IOException {
    try (JsonParser tokens = YAML.createParser(bytes)) {
      while (tokens.nextToken() != null) {
        if (tokens instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
          throw new IOException(
              "line "
                  + tokens.currentTokenLocation().getLineNr()
                  + " has the alias *"
                  + tokens.getText()
                  + "; write out what it stands for, or put the text in quotes");
        }
      }
    }
  }

  private static JsonNode parse(byte[] bytes) throws IOException {
    refuseAliases(bytes);
    try (MappingIterator<JsonNode> documents = YAML.readValues(bytes)) {
      JsonNode first = documents.hasNextValue() ? documents.nextValue() : MissingNode.getInstance();
      if (documents.hasNextValue()) {
        throw new IOException("it holds more than one document");
      }
      return first;
    }
  }

  /** The first things that are wrong, in one line. */
  static String said(InvalidInput invalid) {
    List<FieldError> errors = invalid.errors();
    return errors.stream()
            .limit(SHOWN_ERRORS)
            .map(CalendarDirectory::said)
            .collect(Collectors.joining("; "))
        + (errors.size() > SHOWN_ERRORS ? "; and " + (errors.size() - SHOWN_ERRORS) + " more" : "");
  }

  /** Most messages begin with the name of their field. */
  private static String said(FieldError error) {
    String place = error.pointer().isEmpty() ? "" : error.pointer().substring(1);
    return error.message().startsWith(place) ? error.message() : place + " " + error.message();
  }

  /** Into trees and nothing else. */
  private static ObjectReader reader() {
    LoaderOptions limits = new LoaderOptions();
    limits.setAllowDuplicateKeys(false);
    limits.setCodePointLimit(LARGEST);
    limits.setNestingDepthLimit(50);
    limits.setMaxAliasesForCollections(50);
    return YAMLMapper.builder(YAMLFactory.builder().loaderOptions(limits).build())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build()
        .readerFor(JsonNode.class);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
