package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes files that nobody else may read, where the file system knows of that. */
final class OwnerOnly {

  private static final boolean KNOWN =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private OwnerOnly() {}

  static void createFile(Path file) throws IOException {
    Files.createFile(file, may("rw-------"));
  }

  static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, may("rwx------"));
  }

  private static FileAttribute<?>[] may(String permissions) {
    return KNOWN
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
