package dev.carillon.boot.embedded;

import dev.carillon.boot.StartFailure;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs for this machine, out of the jar that Zonky builds. They are unpacked into
 * the data folder and not, as Zonky's own starter does, into the common temporary folder: there
 * another user of the machine could lay programs ready for us to run.
 */
final class Binaries {

  private static final boolean WINDOWS = os().contains("windows");

  private final Path bin;

  private Binaries(Path bin) {
    this.bin = bin;
  }

  static Binaries unpack(Path folder) throws IOException {
    byte[] archive = archive();
    CRC32 crc = new CRC32();
    crc.update(archive);
    // Named for its content: another version is another folder.
    Path home = folder.resolve(HexFormat.of().toHexDigits((int) crc.getValue()));
    if (!Files.isDirectory(home)) {
      DataFolder.createPrivately(folder);
      removeOthers(folder);
      Path unfinished = folder.resolve("unfinished");
      extract(archive, unfinished);
      Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    }
    return new Binaries(home.resolve("bin"));
  }

  String program(String name) {
    return bin.resolve(WINDOWS ? name + ".exe" : name).toString();
  }

  private static byte[] archive() throws IOException {
    boolean mac = os().contains("mac");
    String system = mac ? "Darwin" : WINDOWS ? "Windows" : "Linux";
    // Zonky's two archives for the Mac are one and the same file, for both kinds of processor.
    String machine = mac ? "x86_64" : System.getProperty("os.arch");
    try (InputStream stream =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
            system, machine.equals("amd64") ? "x86_64" : machine)) {
      if (stream == null) {
        throw none(system, machine);
      }
      return stream.readAllBytes();
    } catch (IllegalStateException unknown) {
      throw none(system, machine);
    }
  }

  private static StartFailure none(String system, String machine) {
    return new StartFailure(
        "Carillon brings no PostgreSQL for %s on %s. Name one of your own: POSTGRES_URL=postgres://user:password@host:5432/database"
            .formatted(system, machine));
  }

  private static void extract(byte[] archive, Path into) throws IOException {
    DataFolder.createPrivately(into);
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
          throw new IOException("PostgreSQL's archive names a path outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, target);
          if (target.getParent().endsWith("bin") && !WINDOWS) {
            Files.setPosixFilePermissions(
                target, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
          }
        }
      }
    }
  }

  /** An older version's, and what a killed process left half done. */
  private static void removeOthers(Path folder) throws IOException {
    try (Stream<Path> others = Files.list(folder)) {
      for (Path other : others.toList()) {
        DataFolder.delete(other);
      }
    }
  }

  private static String os() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT);
  }
}
