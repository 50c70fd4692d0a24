package invact;

import invact.activation.*;
import invact.fit.*;

class Scratch {
  public static void main(String[] a) throws Exception {
    for (int rep = 0; rep < 3; rep++)
      for (Sampling s : Sampling.values())
        for (Activation f : Activations.all())
          for (Target t : f.targets())
            for (Branch b : Branch.values()) {
              long t0 = System.nanoTime();
              BranchFit r =
                  new BranchFitter()
                      .fit(f, b, FormFamily.PAPER.form(f, b), t, new Design(s, 20001, -10, 10));
              System.out.println(
                  s
                      + " "
                      + f.name()
                      + " "
                      + t
                      + " "
                      + b
                      + " "
                      + r.targetError().sumOfSquares()
                      + " "
                      + r.agreeing()
                      + "/"
                      + r.starts()
                      + " max "
                      + r.derivativeError().maxAbs()
                      + " cond "
                      + r.curve().conditionNumber()
                      + " ev "
                      + r.curve().evaluations()
                      + " "
                      + java.util.Arrays.toString(r.curve().parameters())
                      + " ms "
                      + (System.nanoTime() - t0) / 1000000);
            }
  }
}
