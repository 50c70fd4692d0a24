package invact.runtime.cuda.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the sources of the kernels that are in the jar as PTX; {@code src/main/cuda/build.sh} says
 * when. The same kernels always give the same text.
 */
public final class KernelSources {
  private KernelSources() {}

  /**
   * Writes a file NAME.cu for each module.
   *
   * @param args the folder
   * @throws IOException if it cannot be written
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: KernelSources FOLDER");
      System.exit(2);
    }
    write(Files.createDirectories(Path.of(args[0])));
  }

  static void write(Path folder) throws IOException {
    for (BuiltIn.Unit unit : BuiltIn.units()) {
      Files.writeString(folder.resolve(unit.name() + ".cu"), unit.text().get());
    }
  }
}
