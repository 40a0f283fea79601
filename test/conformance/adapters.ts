/**
 * One adapter per function name of the vector files: from its `input` to what our own code makes of it. It only translates shapes.
 *
 * What it returns is compared key by key with `expected`. A thrown Failure or Problem is an error outcome, anything else thrown is a
 * defect of the adapter. An object outcome may hold `error` (the unit failed, and this is what it said) and, where the description of
 * the unit speaks of them, `body` (what `contains`, `absent`, `has`, `lacks`, `exact` look at), `root` (where `paths` start),
 * `warnings`, `unknownKeys`, `chunks`, `url`, `messages`.
 */
// The vectors are data without a type; each adapter knows the shape of its own input.
// oxlint-disable-next-line typescript/no-explicit-any
export type Adapter = (input: any) => unknown
export type Adapters = Readonly<Record<string, Adapter>>
