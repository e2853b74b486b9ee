package dev.carillon.boot.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.carillon.boot.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

  @TempDir Path temporary;

  @Test
  void belongsToOneAtATime() {
    Path root = temporary.resolve("data");
    try (DataFolder first = DataFolder.open(root)) {
      StartFailure refused = assertThrows(StartFailure.class, () -> DataFolder.open(root));
      assertTrue(refused.getMessage().contains(root.toString()), refused.getMessage());
    }
    DataFolder.open(root).close();
  }

  @Test
  void isFreeAgainWhenItsOwnerIsDeadWhateverTheLockFileSays() throws IOException {
    Path root = Files.createDirectory(temporary.resolve("data"));
    // Process 1 always lives; without the lock it is not the owner.
    Files.writeString(root.resolve("carillon.lock"), "1 0\n");

    try (DataFolder folder = DataFolder.open(root)) {
      String written = Files.readString(root.resolve("carillon.lock"));
      assertTrue(written.startsWith(ProcessHandle.current().pid() + " "), written);
      assertEquals(root, folder.root());
    }
  }

  @Test
  void saysWhyAFolderCannotBeUsed() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));

    StartFailure refused =
        assertThrows(StartFailure.class, () -> DataFolder.open(file.resolve("data")));

    assertTrue(refused.getMessage().contains("CARILLON_DATA"), refused.getMessage());
  }

  @Test
  void keepsItsPasswordForItsOwnerAlone() throws IOException {
    try (DataFolder folder = DataFolder.open(temporary.resolve("data"))) {
      folder.makePassword();
      String first = folder.password();
      folder.makePassword();

      assertEquals(32, first.length());
      assertNotEquals(first, folder.password());
      if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
        assertEquals(
            PosixFilePermissions.fromString("rw-------"),
            Files.getPosixFilePermissions(folder.passwordFile()));
        assertEquals(
            PosixFilePermissions.fromString("rwx------"),
            Files.getPosixFilePermissions(folder.root()));
      }
    }
  }
}
