package dev.carillon.boot.embedded;

import dev.carillon.boot.StartFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one Carillon, held by one process at a time.
 *
 * <p>The operating system's lock decides: it ends with its process however that ends, so two starts
 * cannot both win, and a dead owner is never waited for. The lock file's text (process id and its
 * start, since ids are used again) tells the loser who has it, and decides where a file system
 * knows no locks.
 */
public final class DataFolder implements AutoCloseable {

  /** Far behind the text: on Windows what is locked cannot be read by others. */
  private static final long LOCKED_BYTE = 1L << 40;

  private final Path root;
  private final FileChannel channel;

  private DataFolder(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  public static DataFolder open(Path root) {
    FileChannel channel = null;
    try {
      createPrivately(root);
      Path file = root.resolve("carillon.lock");
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Optional<ProcessHandle> owner = owner(channel);
      if (!isLocked(channel, owner)) {
        throw inUse(root, owner);
      }
      writeOwner(channel);
      return new DataFolder(root, channel);
    } catch (IOException failure) {
      close(channel);
      throw new StartFailure(
          "The data folder %s cannot be used: %s. Another one is named by CARILLON_DATA."
              .formatted(root, reason(failure)));
    } catch (StartFailure taken) {
      close(channel);
      throw taken;
    }
  }

  public Path root() {
    return root;
  }

  Path postgres() {
    return root.resolve("postgres");
  }

  Path unfinishedPostgres() {
    return root.resolve("postgres.new");
  }

  Path log() {
    return root.resolve("postgres.log");
  }

  Path passwordFile() {
    return root.resolve("password");
  }

  String password() throws IOException {
    if (!Files.exists(passwordFile())) {
      throw new StartFailure(
          "The file %s is missing, and without it the data in %s cannot be opened. Put it back, or move the folder away to begin anew."
              .formatted(passwordFile(), postgres()));
    }
    return Files.readString(passwordFile()).strip();
  }

  void makePassword() throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    Path fresh = root.resolve("password.new");
    Files.deleteIfExists(fresh);
    // Never readable by others, not even for a moment: the permissions come with the file.
    if (isPosix()) {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(fresh);
    }
    Files.writeString(fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
    Files.move(fresh, passwordFile(), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Gives the folder back; the file stays, since removing it would race with the next owner. */
  @Override
  public void close() {
    close(channel);
  }

  static void createPrivately(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getParent() != null) {
      Files.createDirectories(folder.getParent());
    }
    if (isPosix()) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(folder);
    }
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The exception's words alone are often just the path. */
  static String reason(IOException failure) {
    String kind = failure.getClass().getSimpleName().replaceAll("Exception$", "");
    return kind.equals("IO")
        ? String.valueOf(failure.getMessage())
        : kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT)
            + " ("
            + failure.getMessage()
            + ")";
  }

  private static boolean isLocked(FileChannel channel, Optional<ProcessHandle> owner) {
    try {
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException ownProcess) {
      return false;
    } catch (IOException noLocksHere) {
      return owner.isEmpty();
    }
  }

  /** Who wrote the lock file, if that process still lives. */
  private static Optional<ProcessHandle> owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(64);
    channel.read(text, 0);
    String[] words =
        new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip().split(" ");
    if (words.length != 2 || !words[0].matches("\\d{1,18}") || !words[1].matches("\\d{1,18}")) {
      return Optional.empty();
    }
    Instant started = Instant.ofEpochMilli(Long.parseLong(words[1]));
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(handle -> handle.pid() != ProcessHandle.current().pid())
        .filter(handle -> isSame(started, startOf(handle)));
  }

  private static void writeOwner(FileChannel channel) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    String text = self.pid() + " " + startOf(self).toEpochMilli() + "\n";
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    channel.force(true);
  }

  private static Instant startOf(ProcessHandle handle) {
    return handle.info().startInstant().orElse(Instant.EPOCH);
  }

  /** Linux computes a process's start from the boot time, which moves when the clock is set. */
  private static boolean isSame(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(Duration.ofSeconds(5)) < 0;
  }

  private static StartFailure inUse(Path root, Optional<ProcessHandle> owner) {
    String who = owner.map(handle -> " (process " + handle.pid() + ")").orElse("");
    return new StartFailure(
        "Another Carillon%s is using the data folder %s. Stop it, or give this one a folder of its own: CARILLON_DATA=%s"
            .formatted(who, root, root.resolveSibling(root.getFileName() + "-2")));
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException ignored) {
      // The process's end closes it too.
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
