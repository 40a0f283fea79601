/**
 * One adapter per function name of the vector files: from its `input` to what our own code makes of it. It only translates shapes.
 *
 * What it returns is compared key by key with `expected`. A thrown Failure or Problem is an error outcome, anything else thrown is a
 * defect of the adapter. An object outcome may hold `error` (the unit failed, and this is what it said) and, where the description of
 * the unit speaks of them, `body` (what `contains`, `absent`, `has`, `lacks`, `exact` look at), `root` (where `paths` start),
 * `warnings`, `unknownKeys`, `chunks`, `url`, `messages`.
 */
export type Adapter = (input: never) => unknown
export type Adapters = Readonly<Record<string, Adapter>>
