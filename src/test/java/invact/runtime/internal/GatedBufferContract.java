package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.requireSame;

import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link GatedUnit} promises wherever the buffers lie and however long they are. */
abstract class GatedBufferContract extends GateContract {
  private static final int[] LENGTHS = {
    0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 999, 1000, 1001
  };
  private static final int LONGEST = LENGTHS[LENGTHS.length - 1];

  GatedBufferContract(String backendName) {
    super(backendName);
  }

  /** Each element as the scalar backend gives it alone, bit for bit, and not a byte beside. */
  @ParameterizedTest
  @MethodSource("cases")
  void lengthsPlacesAndAliases(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    Expected expected = Expected.of(c);
    for (int length : LENGTHS) {
      for (GuardedBuffer.Place place : GuardedBuffer.Place.values()) {
        for (int alias = 0; alias < 3; alias++) {
          forward(unit, c, expected, length, place, alias);
        }
        for (int da = 0; da < 4; da++) {
          for (int db = 0; db < 4; db++) {
            if (da != db || da == 0) {
              backward(unit, c, expected, length, place, da, db);
            }
          }
        }
      }
    }
  }

  private record Expected(
      float[] dp, float[] a, float[] b, float[] p, float[] kept, float[] da, float[] db) {
    static Expected of(Case c) {
      GatedUnit scalar = Backends.of("scalar").gatedUnit(c.f());
      float[] dp = randomInputs(c, LONGEST, 1);
      float[] a = randomInputs(c, LONGEST, 2);
      float[] b = randomInputs(c, LONGEST, 3);
      float[] p = new float[LONGEST];
      float[] kept = c.keepsProduct() ? p : b;
      float[] da = new float[LONGEST];
      float[] db = new float[LONGEST];
      for (int i = 0; i < LONGEST; i++) {
        p[i] = GateContract.forward(scalar, c, a[i], b[i]);
        Gradients gradients = Gradients.of(scalar, c, dp[i], a[i], kept[i]);
        da[i] = gradients.da();
        db[i] = gradients.db();
      }
      return new Expected(dp, a, b, p, kept, da, db);
    }
  }

  private static void forward(
      GatedUnit unit, Case c, Expected e, int length, GuardedBuffer.Place place, int alias) {
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer a = buffer(arena, place, c, length, e.a);
      GuardedBuffer b = buffer(arena, place, c, length, e.b);
      GuardedBuffer p = List.of(buffer(arena, place, c, length, null), a, b).get(alias);
      unit.forward(c.dtype(), a.segment(), b.segment(), p.segment());
      requireElements(c, e.a, a, p, "a");
      requireElements(c, e.b, b, p, "b");
      requireElements(c, e.p, p, null, "p");
    }
  }

  private static void backward(
      GatedUnit unit, Case c, Expected e, int length, GuardedBuffer.Place place, int i, int j) {
    try (Arena arena = Arena.ofConfined()) {
      GuardedBuffer dp = buffer(arena, place, c, length, e.dp);
      GuardedBuffer a = buffer(arena, place, c, length, e.a);
      GuardedBuffer kept = buffer(arena, place, c, length, e.kept);
      GuardedBuffer da = List.of(buffer(arena, place, c, length, null), dp, a, kept).get(i);
      GuardedBuffer db = List.of(buffer(arena, place, c, length, null), dp, a, kept).get(j);
      unit.backward(
          c.dtype(), dp.segment(), a.segment(), kept.segment(), da.segment(), db.segment());
      for (GuardedBuffer output : List.of(da, db)) {
        requireElements(c, output == da ? e.da : e.db, output, null, output == da ? "da" : "db");
      }
      List<GuardedBuffer> outputs = List.of(da, db);
      requireInput(c, e.dp, dp, outputs, "dp");
      requireInput(c, e.a, a, outputs, "a");
      requireInput(c, e.kept, kept, outputs, "kept");
    }
  }

  private static void requireInput(
      Case c, float[] values, GuardedBuffer input, List<GuardedBuffer> outputs, String name) {
    if (!outputs.contains(input)) {
      requireElements(c, values, input, null, name);
    }
  }

  /** Unless it is the output that stands in its place. */
  private static void requireElements(
      Case c, float[] expected, GuardedBuffer buffer, GuardedBuffer output, String name) {
    if (buffer != output) {
      for (int i = 0; i < buffer.segment().byteSize() / c.dtype().bytes(); i++) {
        requireSame(expected[i], buffer.get(c.dtype(), i), name + " of element " + i);
      }
      buffer.requireGuards(name);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void arraysAreAsSegments(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    Expected e = Expected.of(c);
    if (c.dtype() == Dtype.FP32) {
      float[] p = new float[LONGEST];
      float[] da = new float[LONGEST];
      float[] db = new float[LONGEST];
      unit.forward(e.a, e.b, p);
      unit.backward(e.dp, e.a, p, da, db);
      for (int i = 0; i < LONGEST; i++) {
        requireSame(e.p[i], p[i], "p");
        requireSame(e.da[i], da[i], "da");
        requireSame(e.db[i], db[i], "db");
      }
    } else {
      short[] p = patterns(c, e.b);
      short[] a = patterns(c, e.a);
      short[] dp = patterns(c, e.dp);
      short[] kept = c.keepsProduct() ? p : p.clone();
      unit.forward(c.dtype(), a, p, p);
      short[] products = p.clone();
      unit.backward(c.dtype(), dp, a, kept, a, dp);
      for (int i = 0; i < LONGEST; i++) {
        requireSame(e.p[i], c.dtype().decode(products[i]), "p");
        requireSame(e.da[i], c.dtype().decode(a[i]), "da");
        requireSame(e.db[i], c.dtype().decode(dp[i]), "db");
      }
    }
  }
}
