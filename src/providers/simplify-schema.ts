import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { readList, readObjects } from './read.ts'

/** What the weakest schema readers understand; everything else is left out. */
const kept = new Set(['type', 'description', 'enum', 'items', 'properties', 'required', 'nullable', 'title', 'default'])

/**
 * A JSON schema in plain words: references resolved, alternatives flattened, keywords that weak readers refuse left out.
 * A reference that leads back to itself becomes a plain object.
 */
export function simplifySchema(schema: JsonObject): JsonObject {
  return simplify(schema, { root: schema, path: [] })
}

interface Place {
  readonly root: JsonObject
  /** References that are being resolved. */
  readonly path: readonly string[]
}

function simplify(schema: JsonObject, place: Place): JsonObject {
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    if (place.path.includes(reference)) return { type: 'object' }
    const { $ref: _, ...beside } = schema
    return simplify({ ...resolve(place.root, reference), ...beside }, { ...place, path: [...place.path, reference] })
  }
  const whole = withUnions(withAllOf(schema, place), place)
  const simple = Object.entries(whole).flatMap(([key, value]): [string, Json][] => {
    if (key === 'const') return [['enum', [value]]]
    if (!kept.has(key)) return []
    if (key === 'type') return typeFields(value)
    if (key === 'properties') return [[key, properties(value, place)]]
    if (key === 'items') return [[key, simplify(isJsonObject(value) ? value : (readObjects(value)[0] ?? {}), place)]]
    return [[key, value]]
  })
  return withRequired(Object.fromEntries(simple))
}

function resolve(root: JsonObject, reference: string): JsonObject {
  if (!reference.startsWith('#')) return { type: 'object' }
  const steps = reference.slice(1).split('/').filter(Boolean)
  const found = steps.reduce<Json | undefined>((at, step) => {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    return isJsonObject(at) ? at[key] : readList(at)[Number(key)]
  }, root)
  return isJsonObject(found) ? found : { type: 'object' }
}

/** All parts of an `allOf` as one: their properties together, everything required that one of them requires. */
function withAllOf(schema: JsonObject, place: Place): JsonObject {
  const { allOf, ...base } = schema
  const parts = readObjects(allOf).map((part) => simplify(part, place))
  return parts.length === 0 ? base : merge([base, ...parts], 'union')
}

/** The branches of `anyOf` and `oneOf` that are not null, as one; objects merge and require nothing. */
function withUnions(schema: JsonObject, place: Place): JsonObject {
  const { anyOf, oneOf, ...base } = schema
  const branches = [...readObjects(anyOf), ...readObjects(oneOf)].map((branch) => simplify(branch, place))
  const real = branches.filter((branch) => branch['type'] !== 'null')
  const [first] = real
  if (!first) return base
  if (real.length === 1) return merge([base, first], 'union')
  const objects = real.filter((branch) => branch['type'] === 'object' || branch['properties'] !== undefined)
  if (objects.length > 0) return merge([base, ...objects], 'none')
  const values = real.flatMap((branch) => readList(branch['enum']))
  const { enum: _, ...rest } = first
  return merge(
    [base, values.length > 0 && real.every((branch) => branch['enum']) ? { ...rest, enum: values } : rest],
    'union',
  )
}

function merge(schemas: readonly JsonObject[], required: 'union' | 'none'): JsonObject {
  const names = [...new Set(schemas.flatMap((schema) => readList(schema['required'])))]
  const all = Object.assign({}, ...schemas) as JsonObject
  const merged = Object.assign({}, ...schemas.map((schema) => schema['properties'])) as JsonObject
  const { required: _, properties: __, ...rest } = all
  return {
    ...rest,
    ...(Object.keys(merged).length > 0 && { properties: merged }),
    ...(required === 'union' && names.length > 0 && { required: names }),
    ...(rest['type'] === undefined && Object.keys(merged).length > 0 && { type: 'object' }),
  }
}

/** `['string', 'null']` is a string that may be null; of several types the first counts. */
function typeFields(value: Json): [string, Json][] {
  if (!Array.isArray(value)) return [['type', value]]
  const types = readList(value)
  const real = types.find((type) => type !== 'null')
  return [['type', real ?? 'null'], ...(types.includes('null') ? [['nullable', true] as [string, Json]] : [])]
}

function properties(value: Json, place: Place): JsonObject {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, schema]) => [name, isJsonObject(schema) ? simplify(schema, place) : {}]),
  )
}

/** Requires only what there is. */
function withRequired(schema: JsonObject): JsonObject {
  if (schema['required'] === undefined) return schema
  const { required, ...rest } = schema
  const there = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const names = readList(required).filter((name) => typeof name === 'string' && name in there)
  return names.length > 0 ? { ...rest, required: names } : rest
}
