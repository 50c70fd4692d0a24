package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @TempDir private Path folder;

  @Test
  void writesAFileOrStdout() throws Exception {
    Path file = folder.resolve("new").resolve("my sets.h");
    CommandTest.Run run =
        CommandTest.run(
            "export", "gelu-bf16", "silu-fp16", "--target", "c", "--out", file.toString());
    assertEquals(new CommandTest.Run(0, "", ""), run);
    String written = Files.readString(file);
    String command = "invact export gelu-bf16 silu-fp16 --target c --out ";
    assertTrue(written.contains(" *   " + command + "'my sets.h'\n"), written);

    run = CommandTest.run("export", "gelu-bf16", "silu-fp16", "--target", "c", "--out", "-");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(written.replace("'my sets.h'", "-"), run.out());
  }

  /** Also where it was asked for in another folder, by another path. */
  @Test
  void sameInputGivesTheSameBytes() throws Exception {
    Path[] files = {folder.resolve("a/sets.h"), folder.resolve("b/sets.h")};
    for (Path file : files) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "old");
      assertEquals(
          0,
          CommandTest.run("export", "--all", "--target", "c", "--out", file.toString()).exitCode());
    }
    assertEquals(Files.readString(files[0]), Files.readString(files[1]));
    assertTrue(Files.readString(files[0]).contains("invact export --all --target c --out sets.h"));
  }

  @Test
  void aFileOfAnotherFolderIsASetToo() throws Exception {
    CommandTest.run("fit", "swish-1.5", "--out", folder.toString());
    String set = folder.resolve("swish-1.5-paper.json").toString();
    CommandTest.Run run = CommandTest.run("export", set, "--target", "c", "--out", "-");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("void swish_1_5_paper_backward_bf16("), run.out());
    assertTrue(run.out().contains("float invact_swish_1_5(float x)"), run.out());
  }

  @Test
  void ofAllSetsAModuleForPyTorchTakesTheDefaults() throws Exception {
    CommandTest.Run run = CommandTest.run("export", "--all", "--target", "pytorch", "--out", "-");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("#   invact export --all --target pytorch --out -\n"));
    assertTrue(run.out().contains("name=\"gelu-fp32\""));
    assertFalse(run.out().contains("name=\"gelu-segmented\""));

    CommandTest.run("fit", "swish-1.5", "--out", folder.toString());
    String set = folder.resolve("swish-1.5-paper.json").toString();
    run = CommandTest.run("export", set, "--target", "pytorch", "--out", "-");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("(\"swish_1_5\", \"bf16\"): CoefficientSet("), run.out());
  }

  /** What cannot be exported leaves the file that is there. */
  @Test
  void failuresAreOneLineAndWriteNothing() throws Exception {
    CommandTest.run(
        "fit", "--expr", "x*tanh(softplus(x))", "--name", "my_mish", "--out", folder.toString());
    String own = folder.resolve("my_mish-paper.json").toString();
    Path file = folder.resolve("out.h");
    Files.writeString(file, "old");
    CommandTest.assertFailure(
        CommandTest.run("export", own, "--target", "c", "--out", file.toString()),
        "my_mish-paper: f of my_mish is given as an expression, which has no program to export");
    CommandTest.assertFailure(
        CommandTest.run(
            "export", "gelu-bf16", "gelu-bf16", "--target", "c", "--out", file.toString()),
        "two sets are called gelu-bf16");
    CommandTest.assertFailure(
        CommandTest.run("export", "gelu-bf8", "--target", "c", "--out", file.toString()),
        "no coefficient set 'gelu-bf8'");
    CommandTest.assertFailure(
        CommandTest.run("export", "gelu-bf16", "--target", "c", "--out", folder.toString()),
        folder + ": is a folder, name a file in it");
    CommandTest.assertFailure(
        CommandTest.run("export", "gelu-bf16", "--target", "c", "--out", file + "/below.h"),
        "cannot write to " + file);
    assertEquals("old", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("my_mish-paper.json", "out.h"),
          files.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void writesAKernelFolder() throws Exception {
    Path kernel = folder.resolve("my kernel");
    CommandTest.Run run = CommandTest.run("export", "gelu-bf16", "--hf-kernel", kernel.toString());
    assertEquals(new CommandTest.Run(0, "", ""), run);
    String module = Files.readString(kernel.resolve("build/torch-cuda/invact_torch.py"));
    assertTrue(module.contains("#   invact export gelu-bf16 --hf-kernel 'my kernel'\n"));
    assertEquals(run, CommandTest.run("export", "gelu-fp16", "--hf-kernel", kernel.toString()));
    assertTrue(
        Files.readString(kernel.resolve("build/torch-cpu/invact_torch.py"))
            .contains("name=\"gelu-fp16\""));

    Files.writeString(kernel.resolve("notes.txt"), "mine");
    CommandTest.assertFailure(
        CommandTest.run("export", "gelu-bf16", "--hf-kernel", kernel.toString()),
        "cannot write to " + kernel + ": it holds notes.txt, which is not replaced");
    run =
        CommandTest.run(
            "export", "gelu-bf16", "--hf-kernel", kernel.toString(), "--target", "pytorch");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("invact: --hf-kernel takes the place of --target"), run.err());
  }
}
