package invact.runtime.internal;

import invact.internal.program.Listing;
import invact.internal.program.Program;
import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The classes that are compiled from programs, for those who read a stack trace or step through
 * them.
 *
 * <p>A frame reads {@code invact.runtime.internal.vector.CompiledLoop_forward_gelu.run(
 * forward_gelu.listing:12)}: the program's name, and the line of its {@link Listing}. {@code
 * -Dinvact.listings=DIR} writes the listings to DIR, where a debugger finds them as sources. {@code
 * -Dinvact.backend=scalar} is for those who would rather step through Java: the backend that {@code
 * auto} stands for is the scalar one then, whose functions the interpreter of programs computes,
 * and no class is made.
 */
public final class GeneratedCode {
  /** Names the backend that {@code auto} stands for. */
  public static final String BACKEND_PROPERTY = "invact.backend";

  /** Names the folder that listings are written to. */
  public static final String LISTINGS_PROPERTY = "invact.listings";

  /** The listings' files by their text, and how many programs there are of a name. */
  private static final Map<String, String> FILES = new HashMap<>();

  private static final Map<String, Integer> SAME_NAMES = new HashMap<>();

  /** The classes' simple names, and the file of the listing of each. */
  private static final Map<String, String> CLASSES = new TreeMap<>();

  private GeneratedCode() {}

  /** Whether {@link #BACKEND_PROPERTY} asks for plain Java in place of classes. */
  public static boolean isUnwanted() {
    return System.getProperty(BACKEND_PROPERTY, "").equals("scalar");
  }

  /**
   * Defines a class for a program.
   *
   * @param lookup of the package that the class belongs to
   * @param prefix what the class's name begins with; the program's name follows
   * @param program the program, whose listing gives the class its source file
   * @param build writes the class of the name that it is given
   * @return the class
   */
  public static Class<?> define(
      MethodHandles.Lookup lookup, String prefix, Program program, Build build) {
    String file;
    String name;
    synchronized (GeneratedCode.class) {
      file = file(program);
      String stem = prefix + "_" + file.replace(".listing", "").replaceAll("[^A-Za-z0-9_]", "_");
      name = stem;
      for (int copy = 2; CLASSES.putIfAbsent(name, file) != null; copy++) {
        name = stem + "_" + copy;
      }
    }
    ClassDesc type = ClassDesc.of(lookup.lookupClass().getPackageName(), name);
    byte[] bytes =
        ClassFile.of()
            .build(
                type,
                builder -> {
                  builder.with(SourceFileAttribute.of(file));
                  build.write(type, builder);
                });
    try {
      // Not a hidden class: its frames would be left out of stack traces.
      return lookup.defineClass(bytes);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a class. */
  @FunctionalInterface
  public interface Build {
    /**
     * Writes a class.
     *
     * @param type its name
     * @param builder where it is written
     */
    void write(ClassDesc type, ClassBuilder builder);
  }

  /**
   * The classes that have been made.
   *
   * @return their simple names, in the order of the alphabet
   */
  public static synchronized List<String> classes() {
    return List.copyOf(CLASSES.keySet());
  }

  /** The file of a program's listing; equal programs have the same. */
  private static String file(Program program) {
    String text = Listing.of(program).text();
    return FILES.computeIfAbsent(
        text,
        _ -> {
          int number = SAME_NAMES.merge(program.name(), 1, Integer::sum);
          String file = program.name() + (number == 1 ? "" : "_" + number) + ".listing";
          folder().ifPresent(writeTo(file, text));
          return file;
        });
  }

  private static Optional<Path> folder() {
    return Optional.ofNullable(System.getProperty(LISTINGS_PROPERTY)).map(Path::of);
  }

  private static Consumer<Path> writeTo(String file, String text) {
    return folder -> {
      try {
        Files.writeString(Files.createDirectories(folder).resolve(file), text);
      } catch (IOException e) {
        throw new IllegalStateException(
            "cannot write the listing " + folder.resolve(file) + ": " + e, e);
      }
    };
  }
}
