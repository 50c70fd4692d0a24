package invact.memory.internal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The forward pass of a training step as autograd sees it: which step reads and writes which
 * tensor, and which storages it saves for the backward pass. Storages count once, however many
 * steps save them and whatever part of them; parameters do not count.
 *
 * <p>Modules of a model write their steps with {@link Layers}, {@link Attention} and the like; each
 * of these says beside the step what PyTorch saves there and why.
 */
final class Tape {
  /** Memory that one or several tensors share. */
  static final class Storage {
    final long bytes;

    Storage(long bytes) {
      this.bytes = bytes;
    }
  }

  /** Who reads a tensor. */
  enum Role {
    /** A matrix product, which autocast hands a 16-bit copy. */
    PRODUCT,
    /** Dropout. */
    DROPOUT,
    /** Anything else. */
    OTHER
  }

  /** A tensor, or a view of one. */
  static final class Tensor {
    final Storage storage;
    final long elements;
    final int bytes;
    final boolean trained;
    private final Tensor root;
    private final Set<Role> readers = EnumSet.noneOf(Role.class);
    private boolean freed;

    private Tensor(Storage storage, long elements, int bytes, boolean trained, Tensor root) {
      this.storage = storage;
      this.elements = elements;
      this.bytes = bytes;
      this.trained = trained;
      this.root = root == null ? this : root;
    }

    /** A view of so many elements. */
    Tensor view(long count) {
      return new Tensor(storage, count, bytes, trained, root);
    }

    /** A view of one token of each sequence, which is no view to autocast's rule for norms. */
    Tensor firstTokens(long count) {
      readers().add(Role.OTHER);
      return view(count);
    }

    /** The tensor whose view this is, itself if it is none. */
    Tensor root() {
      return root;
    }

    /** Bytes of all its elements, which a view may share with others. */
    long size() {
      return elements * bytes;
    }

    Set<Role> readers() {
      return root.readers;
    }

    boolean isFreed() {
      return root.freed;
    }

    /**
     * Marks it as freed after its reader has run, and computed again before the reader's backward.
     */
    void free() {
      root.freed = true;
    }
  }

  /** A parameter; tied ones are one. */
  record Weight(String name, long elements) {}

  /**
   * A storage that a step saves.
   *
   * @param module the convertible module for which it is saved, or nothing: a matrix product or
   *     another operation that stays
   */
  record Saved(Storage storage, Kind kind, String module) {}

  /** What a module is that a conversion could change. */
  enum Convertible {
    /** A pointwise activation. */
    ACTIVATION,
    /** A gated unit with its Linears. */
    UNIT,
    /** A norm. */
    NORM,
    /** Experts, which no conversion changes. */
    EXPERTS,
    /** An activation called as a function, which no conversion reaches. */
    FUNCTION
  }

  /** Such a module and its output. */
  record Module(Convertible type, Tensor output) {}

  /** One operation. */
  static final class Step {
    final String place;
    final int segment;
    final List<Tensor> reads = new ArrayList<>();
    final List<Tensor> writes = new ArrayList<>();
    final List<Saved> saved = new ArrayList<>();
    final List<Weight> weights = new ArrayList<>();
    long workspace;
    boolean passesGradient;

    private Step(String place, int segment) {
      this.place = place;
      this.segment = segment;
    }

    Step reads(Role role, Tensor... tensors) {
      for (Tensor tensor : tensors) {
        reads.add(tensor);
        tensor.readers().add(role);
      }
      return this;
    }

    Step writes(Tensor tensor) {
      writes.add(tensor);
      return this;
    }

    /** Saves tensors for an operation that stays. */
    Step saves(Kind kind, Tensor... tensors) {
      return savesFor(null, kind, tensors);
    }

    /** Saves tensors for a convertible module. */
    Step savesFor(String module, Kind kind, Tensor... tensors) {
      for (Tensor tensor : tensors) {
        if (tensor.isFreed()) {
          workspace += tensor.size();
        } else {
          saved.add(new Saved(tensor.storage, kind, module));
        }
      }
      return this;
    }

    Step trains(Weight... each) {
      weights.addAll(List.of(each));
      return this;
    }

    /** Bytes that the backward pass allocates beside the gradients of what is read. */
    Step workspace(long bytes) {
      workspace += bytes;
      return this;
    }

    /** The gradient of what is read is that of what is written, in the same storage. */
    Step passesGradient() {
      passesGradient = true;
      return this;
    }
  }

  /** A held storage: where and for what it was saved first. */
  record Held(String place, Kind kind, long bytes) {}

  final Precision precision;
  final Plan plan;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final Map<String, Module> modules = new LinkedHashMap<>();
  private final List<Tensor> shared = new ArrayList<>();
  private final Set<Storage> given = new HashSet<>();
  private String place = "";
  private int segment = -1;

  Tape(Precision precision, Plan plan) {
    this.precision = precision;
    this.plan = plan;
  }

  /** Names the part of the model that the following steps belong to. */
  void at(String name) {
    place = name;
  }

  /** A tensor with a storage of its own. */
  Tensor make(long elements, int bytes) {
    return new Tensor(new Storage(elements * bytes), elements, bytes, true, null);
  }

  /** A tensor of another's storage, with a gradient of its own. */
  Tensor alias(Tensor tensor, long elements) {
    return new Tensor(tensor.storage, elements, tensor.bytes, true, null);
  }

  /** A tensor that needs no gradient: numbers, labels, masks, pictures. */
  Tensor constant(long elements, int bytes) {
    return new Tensor(new Storage(elements * bytes), elements, bytes, false, null);
  }

  Step step() {
    Step step = new Step(place, segment);
    steps.add(step);
    return step;
  }

  /** A parameter, or the one of that name that is there. */
  Weight weight(String name, long elements) {
    return weights.computeIfAbsent(name, key -> new Weight(key, elements));
  }

  /** A parameter with a name of its own. */
  Weight weight(long elements) {
    return weight("parameter " + weights.size(), elements);
  }

  /** What all checkpointed layers are given and hold: masks, sines and cosines. */
  void shareWithLayers(Tensor tensor) {
    shared.add(tensor);
  }

  /** Notes an input that is there during the step whether it is saved or not. */
  void give(Tensor input) {
    given.add(input.storage);
  }

  /** Bytes of such inputs that are not saved. */
  long unsavedInputs() {
    Set<Storage> unsaved = new HashSet<>(given);
    steps.forEach(step -> step.saved.forEach(saved -> unsaved.remove(saved.storage)));
    return unsaved.stream().mapToLong(storage -> storage.bytes).sum();
  }

  /**
   * Begins a layer, the first of its tower or a later one, which a step with checkpoints computes
   * again from its input.
   */
  void beginLayer(String name, boolean first, Tensor input) {
    at(name);
    if (plan.mode() == Mode.CHECKPOINT) {
      step().saves(Kind.CHECKPOINT, input);
      if (first) {
        Step given = step();
        shared.forEach(tensor -> given.saves(Kind.SHARED, tensor));
      }
      segment = steps.size();
    }
  }

  void endLayer() {
    segment = -1;
  }

  /** Notes a module that a conversion could change. */
  void module(Convertible type, String name, Tensor output) {
    modules.put(name, new Module(type, output));
  }

  /** Such modules by their names, in the order of the forward pass. */
  Map<String, Module> modules() {
    return modules;
  }

  List<Step> steps() {
    return steps;
  }

  /** The number of parameters, tied ones once. */
  long parameters() {
    return weights.values().stream().mapToLong(Weight::elements).sum();
  }

  /** All that is held after the forward pass, in the order in which it was saved. */
  List<Held> held() {
    Map<Storage, Held> held = new LinkedHashMap<>();
    for (Step step : steps) {
      if (step.segment < 0) {
        for (Saved saved : step.saved) {
          held.putIfAbsent(saved.storage, new Held(step.place, saved.kind, saved.storage.bytes));
        }
      }
    }
    return List.copyOf(held.values());
  }

  /** Bytes held after the forward pass. */
  long heldBytes() {
    return held().stream().mapToLong(Held::bytes).sum();
  }

  /** Held bytes by what they are for; kinds of which there are none are absent. */
  Map<Kind, Long> byKind() {
    Map<Kind, Long> sums = new EnumMap<>(Kind.class);
    held().forEach(each -> sums.merge(each.kind, each.bytes, Long::sum));
    return sums;
  }

  /**
   * Bytes that are held for each convertible module and for nobody else; what several of them hold
   * is split evenly.
   */
  Map<String, Double> shares() {
    Map<Storage, Set<String>> savers = new LinkedHashMap<>();
    for (Step step : steps) {
      for (Saved saved : step.saved) {
        savers
            .computeIfAbsent(saved.storage, key -> new HashSet<>())
            .add(saved.module == null ? "" : saved.module);
      }
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    savers.forEach((storage, names) -> {
      if (!names.contains("")) {
        names.forEach(
            name -> shares.merge(name, (double) storage.bytes / names.size(), Double::sum));
      }
    });
    return shares;
  }
}
