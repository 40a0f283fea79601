import type { Differences } from './equal.ts'
import { difference, differs, differsExactly, valueAt } from './equal.ts'
import type { Fields, Outcome } from './outcome.ts'
import { isRecord, textOf } from './outcome.ts'

/** A key of an expectation that is not simply a key of the outcome. `fields` is the outcome where it is an object. */
type Operator = (wanted: unknown, outcome: Outcome, fields: Fields) => Differences

const ok = (holds: boolean, what: string, got: unknown): Differences => (holds ? [] : [difference(what, true, got)])
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).map(textOf)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : [])
const present = (value: unknown): boolean => value !== undefined && value !== null
const filled = (value: unknown): boolean =>
  present(value) && value !== '' && (typeof value !== 'object' || Object.keys(value ?? {}).length > 0)

/** What an operator speaks of: the `body` of an outcome that has one, else all of it. */
const bodyOf = ({ value }: Outcome): unknown => (isRecord(value) && value['body'] !== undefined ? value['body'] : value)
/** Where dotted paths start: the `root` of an outcome that has one, else all of it. */
const rootOf = ({ value }: Outcome): unknown => (isRecord(value) && value['root'] !== undefined ? value['root'] : value)
const field = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined)
const pattern = (source: unknown): RegExp => {
  const text = String(source)
  return text.startsWith('(?i)') ? new RegExp(text.slice(4), 'i') : new RegExp(text)
}

function contains(wanted: unknown, subject: unknown, what = 'contains'): Differences {
  if (isRecord(wanted)) return differs(wanted, subject, what)
  return texts(wanted).flatMap((text) => ok(textOf(subject).includes(text), `${what} ${JSON.stringify(text)}`, subject))
}
function lacks(wanted: unknown, subject: unknown, what = 'lacks'): Differences {
  return texts(wanted).flatMap((text) =>
    ok(!textOf(subject).includes(text), `${what} ${JSON.stringify(text)}`, subject),
  )
}
function absent(wanted: unknown, subject: unknown, what = 'absent'): Differences {
  return texts(wanted).flatMap((key) => ok(!present(field(subject, key)), `${what} ${key}`, field(subject, key)))
}
function inAnyOrder(wanted: unknown, got: unknown, what: string): Differences {
  return differsExactly(list(wanted).map(textOf).sort(), list(got).map(textOf).sort(), what)
}
function onceInOrder(wanted: unknown, text: string): Differences {
  const places = texts(wanted).map((piece) => ({ piece, at: text.indexOf(piece), last: text.lastIndexOf(piece) }))
  return places.flatMap(({ piece, at, last }, index) =>
    ok(
      at >= 0 && at === last && at > (places[index - 1]?.at ?? -1),
      `once and in order ${JSON.stringify(piece)}`,
      text,
    ),
  )
}
/** What a reader sees of HTML: tags removed, entities decoded, runs of blank lines as one line end. */
function readerText(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'", nbsp: ' ' }
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(lt|gt|quot|amp|#39|nbsp);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim()
}
function hasKeyAnywhere(value: unknown, key: string): boolean {
  if (Array.isArray(value)) return value.some((item) => hasKeyAnywhere(item, key))
  if (!isRecord(value)) return false
  return Object.entries(value).some(([name, inner]) => name === key || hasKeyAnywhere(inner, key))
}
function errorAt(wanted: unknown, { error = '' }: Outcome): Differences {
  const [, line, column] = /:(\d+):(\d+)\b/.exec(error) ?? []
  const [from, to] = list(field(wanted, 'column')).map(Number)
  const inside = Number(column) >= (from ?? 0) && Number(column) <= (to ?? Infinity)
  return [
    ...ok(Number(line) === field(wanted, 'line'), `error at line ${textOf(field(wanted, 'line'))}`, error),
    ...ok(inside, `error at column ${textOf(field(wanted, 'column'))}`, error),
  ]
}

/** The operators of the vector files. */
export const operators: Readonly<Record<string, Operator>> = {
  error: (wanted, { error }) => {
    if (wanted === null || wanted === false) return ok(error === undefined, 'works', error)
    if (wanted === true) return ok(error !== undefined, 'fails', 'no error')
    return differs(wanted, error, 'error')
  },
  errorContains: (wanted, { error }) =>
    error === undefined
      ? ['it should fail']
      : texts(wanted).flatMap((text) =>
          ok(error.toLowerCase().includes(text.toLowerCase()), `error contains "${text}"`, error),
        ),
  errorAt,
  contains: (wanted, outcome) => contains(wanted, bodyOf(outcome)),
  has: (wanted, outcome) => contains(wanted, bodyOf(outcome), 'has'),
  lacks: (wanted, outcome) => lacks(wanted, bodyOf(outcome)),
  absent: (wanted, outcome) => absent(wanted, bodyOf(outcome)),
  exact: (wanted, outcome) => differsExactly(wanted, bodyOf(outcome)),
  nonEmpty: (wanted, outcome) =>
    wanted === true
      ? ok(filled(outcome.value), 'not empty', outcome.value)
      : texts(wanted).flatMap((path) =>
          ok(
            filled(valueAt(bodyOf(outcome), path)) || filled(valueAt(rootOf(outcome), path)),
            `some value at ${path}`,
            'nothing',
          ),
        ),
  matches: (wanted, { value }) => ok(pattern(wanted).test(textOf(value)), `matches ${textOf(wanted)}`, value),
  oneOf: (wanted, { value }) =>
    ok(
      list(wanted).some((one) => differs(one, value).length === 0),
      `one of ${textOf(wanted)}`,
      value,
    ),
  paths: (wanted, outcome) =>
    Object.entries(isRecord(wanted) ? wanted : {}).flatMap(([path, value]) =>
      differs(value, valueAt(rootOf(outcome), path), path),
    ),
  absentPaths: (wanted, outcome) =>
    texts(wanted).flatMap((path) =>
      ok(!present(valueAt(rootOf(outcome), path)), `nothing at ${path}`, valueAt(rootOf(outcome), path)),
    ),
  hasPaths: (wanted, outcome) =>
    texts(wanted).flatMap((path) => ok(present(valueAt(rootOf(outcome), path)), `a value at ${path}`, 'nothing')),
  keysAbsentAnywhere: (wanted, { value }) =>
    texts(wanted).flatMap((key) => ok(!hasKeyAnywhere(value, key), `no key ${key}`, value)),
  unknownKeys: (wanted, _, fields) => inAnyOrder(wanted, fields['unknownKeys'], 'unknown keys'),
  warningsContain: (wanted, _, fields) =>
    list(wanted).flatMap((all) =>
      ok(
        list(fields['warnings']).some((warning) => contains(all, warning).length === 0),
        `a warning with ${textOf(all)}`,
        fields['warnings'],
      ),
    ),
  each: (wanted, { value }) => {
    const counts = Object.values(isRecord(value) || Array.isArray(value) ? value : {}).map(Number)
    const [min, max] = [Number(field(wanted, 'min')), Number(field(wanted, 'max'))]
    return ok(
      counts.length > 0 && counts.every((count) => count >= min && count <= max),
      `each in ${min}..${max}`,
      value,
    )
  },
  minLines: (wanted, { value }) =>
    ok(textOf(value).split('\n').length >= Number(wanted), `${textOf(wanted)} lines`, value),
  prefix: (wanted, { value }) =>
    ok(textOf(field(value, 'url') ?? value).startsWith(textOf(wanted)), `begins with ${textOf(wanted)}`, value),
  absentInThinking: (wanted, _, fields) => absent(wanted, fields['thinkingConfig'], 'absent in thinkingConfig'),
  containsOnceInOrder: (wanted, { value }) => onceInOrder(wanted, textOf(field(value, 'text') ?? value)),
  chunkCount: (wanted, _, { chunks }) => {
    const [min = 0, max = min] = list(wanted).map(Number)
    return ok(
      list(chunks).length >= min && list(chunks).length <= max,
      `between ${min} and ${max} pieces`,
      list(chunks).length,
    )
  },
  fencesWhole: (wanted, _, { chunks }) =>
    ok(
      !wanted || texts(chunks).every((chunk) => (chunk.match(/^ {0,3}```/gm) ?? []).length % 2 === 0),
      'whole fences',
      chunks,
    ),
  everyChunkMatches: (wanted, _, { chunks }) =>
    ok(
      texts(chunks).every((chunk) => pattern(wanted).test(chunk)),
      `every piece matches ${textOf(wanted)}`,
      chunks,
    ),
  text: (wanted, { value }, fields) =>
    differs(wanted, typeof value === 'string' ? readerText(value) : fields['text'], 'text'),
  reasoningByIndex: (wanted, _, fields) => {
    const { '*': everywhere, ...each } = isRecord(wanted) ? wanted : {}
    const got = isRecord(fields['reasoningByIndex']) ? fields['reasoningByIndex'] : {}
    return [
      ...differs(each, got, 'reasoningByIndex'),
      ...(everywhere === null ? ok(!Object.values(got).some(present), 'no reasoning anywhere', got) : []),
    ]
  },
}

/** `bodyContains` speaks of the outcome's `body`, `kindIn` of its `kind`, and so on. */
const suffixes: Readonly<Record<string, (wanted: unknown, got: unknown, what: string) => Differences>> = {
  Contains: contains,
  Lacks: (wanted, got, what) => (isRecord(got) ? absent(wanted, got, what) : lacks(wanted, got, what)),
  Absent: absent,
  Has: (wanted, got, what) =>
    isRecord(got)
      ? texts(wanted).flatMap((key) => ok(present(got[key]), `${what} ${key}`, got))
      : contains(wanted, got, what),
  Matches: (wanted, got, what) => ok(pattern(wanted).test(textOf(got)), `${what} ${textOf(wanted)}`, got),
  NonEmpty: (wanted, got, what) => ok(!wanted || filled(got), what, got),
  OneOf: (wanted, got, what) =>
    ok(
      list(wanted).some((one) => differs(one, got).length === 0),
      `${what} ${textOf(wanted)}`,
      got,
    ),
  In: (wanted, got, what) =>
    ok(
      list(wanted).some((one) => differs(one, got).length === 0),
      `${what} ${textOf(wanted)}`,
      got,
    ),
  AnyOrder: inAnyOrder,
  Include: (wanted, got, what) =>
    texts(wanted).flatMap((one) => ok(texts(got ?? []).includes(one), `${what} ${one}`, got)),
  Below: (wanted, got, what) => ok(Number(got) > 0 && Number(got) < Number(wanted), `${what} ${textOf(wanted)}`, got),
  ShorterThan: (wanted, got, what) => ok(textOf(got ?? '').length < Number(wanted), `${what} ${textOf(wanted)}`, got),
}

/** The differences for one key of an expectation: an operator, a key of the outcome, or a key of it with a suffix. */
export function keyDiffers(key: string, wanted: unknown, outcome: Outcome): Differences {
  const fields = isRecord(outcome.value) ? outcome.value : {}
  const operator = Object.hasOwn(operators, key) ? operators[key] : undefined
  if (operator) return operator(wanted, outcome, fields)
  const suffix = Object.hasOwn(fields, key)
    ? undefined
    : Object.keys(suffixes).find((ending) => key.endsWith(ending) && key !== ending)
  if (suffix) return suffixes[suffix]?.(wanted, fields[key.slice(0, -suffix.length)], key) ?? []
  return differs(wanted, fields[key], key)
}
