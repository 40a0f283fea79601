import { z } from 'zod'
import { isJsonObject } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { faultsOf } from './define.ts'

/**
 * A check of tool arguments against somebody else's JSON schema: what is wrong, one line each, or undefined. Properties that the schema
 * does not name are refused, unless it names none or says `additionalProperties`. What the schema asks for and we cannot read is not checked.
 */
export function checkOf(schema: JsonObject): (input: unknown) => string | undefined {
  const reader = readerOf(schema)
  return (input) => {
    const read = reader.safeParse(input ?? {})
    return read.success ? undefined : faultsOf(read.error)
  }
}

function readerOf(schema: JsonObject): z.ZodType {
  const closed: JsonObject = { type: 'object', ...(closeObjects(schema) as JsonObject) }
  try {
    return z.fromJSONSchema(closed)
  } catch {
    return z.looseObject({})
  }
}

/** Objects that name their properties allow no others. Branches of a combination stay open: together they may name what each does not. */
function closeObjects(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => closeObjects(item))
  if (!isJsonObject(schema)) return schema
  const { properties, items } = schema
  const combined = ['allOf', 'anyOf', 'oneOf', '$ref', 'patternProperties'].some((key) => key in schema)
  return {
    ...schema,
    ...(isJsonObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, closeObjects(value)])),
      ...(!combined && !('additionalProperties' in schema) && { additionalProperties: false }),
    }),
    ...(items !== undefined && { items: closeObjects(items) }),
  }
}
